"""Who stands at the door: session or key, person, account and membership, by one statement that is written once.

Every page and every API request begins with it. Asked one by one they were three statements, which Django put
together anew each time: half of what a small answer cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection, models
from django.utils import timezone

from accounts import keys
from accounts.models import Account, ApiKey, Membership, User

_OF_SESSION = """
    SELECT {columns}, EXISTS (
        SELECT FROM accounts_membership further
        WHERE further.user_id = person.id AND further.removed_at IS NULL AND further.id <> membership.id
    ), (
        SELECT max(version.effective_on) FROM accounts_documentversion version
        WHERE version.document IN ('privacy', 'terms')
    )
    FROM usersessions_usersession listed
    JOIN django_session session ON session.session_key = listed.session_key
    JOIN accounts_user person ON person.id = listed.user_id
    LEFT JOIN (
        accounts_account account JOIN accounts_membership membership ON membership.account_id = account.id
    ) ON account.slug = %s AND account.closed_at IS NULL
        AND membership.user_id = person.id AND membership.removed_at IS NULL
    WHERE listed.session_key = ANY(%s) AND session.expire_date > %s
"""
_OF_KEY = """
    SELECT {columns}
    FROM accounts_apikey api_key
    JOIN accounts_account account ON account.id = api_key.account_id
    JOIN accounts_membership membership
        ON membership.id = api_key.membership_id AND membership.account_id = api_key.account_id
    JOIN accounts_user person ON person.id = membership.user_id
    WHERE api_key.hash = ANY(%s)
"""


@dataclass(frozen=True)
class Visitor:
    """A session's person, and their membership in the account that they ask for, if they have one."""

    session: Session
    person: User
    membership: Membership | None


def visitor(session_keys: Sequence[str | None], slug: str) -> Visitor | None:
    """Who comes with a session known by one of these keys to the account of this slug."""
    if not any(session_keys):
        return None
    parts = {"session": Session, "person": User, "account": Account, "membership": Membership}
    row = _asked(_OF_SESSION, parts, [slug, [*session_keys], timezone.now()])
    if row is None:
        return None
    session, person, account, membership, is_elsewhere, newest_words_on = row
    if membership is not None:
        membership.user, membership.account, membership.is_elsewhere = person, account, is_elsewhere
        membership.newest_words_on = newest_words_on
    return Visitor(session, person, membership)


def key_of(text: str) -> ApiKey | None:
    """The key that a program shows, with its member, person and account."""
    hashes = keys.hashes_of(text)
    if not hashes:
        return None
    parts = {"api_key": ApiKey, "person": User, "account": Account, "membership": Membership}
    row = _asked(_OF_KEY, parts, [hashes])
    if row is None:
        return None
    found, person, account, membership = row
    membership.user, membership.account = person, account
    found.membership, found.account = membership, account
    return found


def _asked(statement: str, parts: dict[str, Any], values: list[Any]) -> list[Any] | None:
    """The first row: its parts as their models, None for one that an outer join left empty, then what else it holds."""
    with connection.prepared_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(_written(statement, tuple(parts.items())), values)
        row = cursor.fetchone()
    if row is None:
        return None
    found, rest = [], iter(row)
    for model in parts.values():
        names = [field.attname for field in model._meta.concrete_fields]
        own = [next(rest) for _ in names]
        is_there = own[names.index(model._meta.pk.attname)] is not None
        found.append(model.from_db(connection.alias, names, own) if is_there else None)
    return [*found, *rest]


@cache
def _written(statement: str, parts: tuple[tuple[str, type[models.Model]], ...]) -> str:
    quote = connection.ops.quote_name
    columns = [f"{part}.{quote(field.column)}" for part, model in parts for field in model._meta.concrete_fields]
    return " ".join(statement.format(columns=", ".join(columns)).split())
