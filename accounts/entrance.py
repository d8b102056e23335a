"""Who stands at the door: session, person, account and membership, by one statement that is written once.

Every page behind the door begins with it. Asked one by one they were three statements, which Django put
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

from accounts.models import Account, Membership, User

_PARTS: dict[str, type[models.Model]] = {
    "session": Session, "person": User, "account": Account, "membership": Membership,
}  # fmt: skip
_STATEMENT = """
    SELECT {columns}, EXISTS (
        SELECT FROM accounts_membership further
        WHERE further.user_id = person.id AND further.removed_at IS NULL AND further.id <> membership.id
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
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [slug, [*session_keys], timezone.now()])
        row = cursor.fetchone()
    if row is None:
        return None
    *parts, is_elsewhere = row
    session, person, account, membership = _read(parts)
    if membership is not None:
        membership.user, membership.account, membership.is_elsewhere = person, account, is_elsewhere
    return Visitor(session, person, membership)


def _read(row: list[Any]) -> list[Any]:
    """The row's parts as their models; None for a part that the outer join left empty."""
    found, values = [], iter(row)
    for model in _PARTS.values():
        names = [field.attname for field in model._meta.concrete_fields]
        own = [next(values) for _ in names]
        is_there = own[names.index(model._meta.pk.attname)] is not None
        found.append(model.from_db(connection.alias, names, own) if is_there else None)
    return found


@cache
def _statement() -> str:
    quote = connection.ops.quote_name
    columns = [
        f"{part}.{quote(field.column)}" for part, model in _PARTS.items() for field in model._meta.concrete_fields
    ]
    return " ".join(_STATEMENT.format(columns=", ".join(columns)).split())
