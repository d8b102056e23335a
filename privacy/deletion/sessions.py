"""Sessions that name an erased account, or a sign-in that went with it. Their words are sealed, so each is opened."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from accounts.sessions import SessionStore, end

PLACE = "account"  # where a session says in which firm somebody was last


def drop(account_id: int, people: Collection[int]) -> None:
    """End those of sign-ins that go; whoever stays goes on, and it is forgotten where they were."""
    store = SessionStore()
    for key, words, is_theirs in list(_naming(account_id, people)):
        if is_theirs:
            end([key])
        else:
            del words[PLACE]
            Session.objects.filter(session_key=key).update(session_data=store.encode(words))


def left(account_id: int, people: Collection[int]) -> list[str]:
    """One sentence if there are any."""
    number = sum(1 for _ in _naming(account_id, people))
    return [f"{number} sessions name the account or somebody who was to be erased."] if number else []


def _naming(account_id: int, people: Collection[int]) -> Iterator[tuple[str, dict[str, Any], bool]]:
    gone, store = {str(number) for number in people}, SessionStore()
    for key, sealed in Session.objects.values_list("session_key", "session_data").iterator():
        words = store.decode(sealed)
        if (is_theirs := words.get(SESSION_KEY) in gone) or words.get(PLACE) == account_id:
            yield key, words, is_theirs
