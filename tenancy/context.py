"""Which account is being worked in, and who works in it.

The context is set in exactly four places: the door (HTTP and API), ``AccountTask`` (worker),
a stream that outlives its request, and a command or shell; each through ``activate``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import get_ident
from typing import Any, Literal, Protocol

from django.db import connection, transaction

from tenancy.errors import NestedAccount, NoAccount
from tenancy.policy import SETTING

ActorKind = Literal["member", "staff", "job", "system", "visitor"]


@dataclass(frozen=True)
class Actor:
    """Who is acting: a member, one of our staff, a job, the system, or a visitor.

    ``id`` is the membership's number for a member, the user's for staff, otherwise None.
    """

    kind: ActorKind
    id: int | None
    name: str


@dataclass(frozen=True)
class Context:
    """The active account and the one who acts in it."""

    account_id: int
    actor: Actor
    thread: int = field(default_factory=get_ident)
    memory: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)


class HasKey(Protocol):
    """Anything with a primary key: an account."""

    pk: int


# All or nothing inside the account's own transaction, without a savepoint for each.
whole = transaction.atomic(savepoint=False)

NOBODY = -1  # the number of no account

_context: ContextVar[Context | None] = ContextVar("account_context", default=None)


def current_account_id() -> int:
    """The number of the active account; raises NoAccount when there is none."""
    return _require().account_id


def current_account_id_or_none() -> int | None:
    """The number of the active account, or None: for defaults of fields, which may be built outside."""
    context = _here()
    return context.account_id if context else None


def current_actor() -> Actor:
    """Who is acting in the active account; raises NoAccount when there is none."""
    return _require().actor


def memory() -> dict[object, Any]:
    """What was read of the active account and may be used again until it is left: by request or task, never longer."""
    return _require().memory


@contextmanager
def activate(account: HasKey | int, *, actor: Actor) -> Iterator[None]:
    """Work in one account: one transaction whose first statement tells PostgreSQL which.

    Activating the same account again inside is harmless and keeps the outer transaction;
    activating another raises NestedAccount. Never spans two transactions, so a pooled
    connection carries nothing over to the next one.
    """
    account_id = account if isinstance(account, int) else account.pk
    outer = _here()
    if outer is not None:
        if outer.account_id != account_id:
            raise NestedAccount(f"Account {account_id} was activated inside account {outer.account_id}.")
        with _set(Context(account_id, actor, memory=outer.memory)):
            yield
        return

    inside_transaction = connection.in_atomic_block
    with transaction.atomic():
        _tell_database(str(int(account_id)))
        with _set(Context(account_id, actor)):
            yield
        # A released savepoint keeps SET LOCAL, so what follows in the outer transaction
        # would still be inside this account. A rolled back one restores it by itself.
        if inside_transaction and not connection.needs_rollback:
            _tell_database("")


@contextmanager
def nobody() -> Iterator[None]:
    """Where a query is put together and never sent: it belongs to no account."""
    with _set(Context(NOBODY, _require().actor)):
        yield


@contextmanager
def _set(context: Context) -> Iterator[None]:
    token = _context.set(context)
    try:
        yield
    finally:
        _context.reset(token)


def _tell_database(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {SETTING} = '{value}'")


def _here() -> Context | None:
    """The context, unless it was copied into another thread: that one's connection was told nothing."""
    context = _context.get()
    return context if context is not None and context.thread == get_ident() else None


def _require() -> Context:
    context = _here()
    if context is None:
        raise NoAccount("No account is active. Wrap this in `with activate(account, actor=...)`.")
    return context
