"""Colleagues in a text: typed as ``@Alice Novak``, ``@Alice`` or ``@alice@acme.example``, kept as ``@[public id]``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import Membership
from accounts.permissions import can
from crm.models import Record

_AT = re.compile(r"(?<![\w@.\-])@")
_KEPT = re.compile(r"@\[([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\]")


class Unclear(ValueError):
    """Two people are called so, or one may not see the record; the words are for whoever typed."""


@dataclass(frozen=True)
class Piece:
    """A part of a text as it is shown: words, or a member's name."""

    text: str
    is_member: bool = False


def people_of(account_id: int) -> list[Membership]:
    """Whom a text may call: everybody who works in the account."""
    return list(Membership.objects.filter(account_id=account_id).active().by_name())


def handles_of(members: Iterable[Membership]) -> dict[str, list[Membership]]:
    """What each may be called by, folded: full name, first name, address."""
    found: dict[str, list[Membership]] = {}
    for member in members:
        for handle in {str(member), member.user.first_name, member.user.email} - {""}:
            found.setdefault(handle.casefold(), []).append(member)
    return found


def kept(text: str, members: list[Membership]) -> tuple[str, list[Membership]]:
    """The text as it is stored, and whom it calls. An @ that means nobody stays what it is. Raises Unclear.

    Programs may write the key itself.
    """
    by_key = {str(member.public_id): member for member in members}
    handles = sorted(handles_of(members).items(), key=lambda pair: -len(pair[0]))
    called: dict[int, Membership] = {}
    parts, end = [], 0
    for at in _AT.finditer(text):
        if at.start() < end:
            continue
        if (key := _KEPT.match(text, at.start())) and key[1] in by_key:
            called[by_key[key[1]].pk] = by_key[key[1]]
            continue
        for handle, meant in handles:
            stop = at.end() + len(handle)
            if text[at.end() : stop].casefold() == handle and not text[stop : stop + 1].isalnum():
                if len(meant) > 1:
                    raise Unclear(f"{len(meant)} colleagues are called {handle!r}: write @ and the e-mail address.")
                called[meant[0].pk] = meant[0]
                parts += [text[end : at.start()], f"@[{meant[0].public_id}]"]
                end = stop
                break
    return "".join([*parts, text[end:]]), list(called.values())


def refuse_who_may_not_see(called: Iterable[Membership], record: Record) -> None:
    """Raises Unclear when a text on ``record`` calls somebody to whom it would lead nowhere."""
    noun = record._meta.model_name
    blind = [str(member) for member in called if not can(member, f"{noun}.view", record)]
    if blind:
        raise Unclear(
            f"{' and '.join(blind)} may not see this {noun}, so a mention would lead nowhere. "
            "Take the @ away, or give them the right first."
        )


def pieces(text: str, members: Iterable[Membership]) -> list[Piece]:
    """The text with names in place of keys, as far as these members are meant."""
    names = {str(member.public_id): str(member) for member in members}
    found, end = [], 0
    for match in _KEPT.finditer(text):
        if name := names.get(match[1]):
            found += [Piece(text[end : match.start()]), Piece(f"@{name}", is_member=True)]
            end = match.end()
    return [piece for piece in [*found, Piece(text[end:])] if piece.text]


def plain(text: str, members: Iterable[Membership]) -> str:
    """The text as somebody would type it."""
    return "".join(piece.text for piece in pieces(text, members))


def without_keys(text: str) -> str:
    """The text alone, for the words it is found by."""
    return _KEPT.sub(" ", text)
