"""Which tables hold an account's rows, and in which order they can be emptied.

The tables come from the models, the order from the keys that PostgreSQL knows: whoever points at others goes first.
Every table has a key to the account without a rule for its end, so one that is missing here stops the erasing of
the account itself. ``verification`` asks the database alone, and never this list.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db import connection, models

from accounts.models import Account
from tenancy import roles
from tenancy.globals import GLOBAL_TABLES, has_account

KEPT = {
    "audit_event": "The sealed log stays provable. Without its words an event is a kind, a time and numbers.",
    "audit_link": "The seal of each event: a number and a hash.",
    "audit_proof": "That a signed checkpoint holds the log: hashes.",
    "audit_head": "How long the log is, and its last hash.",
}
"""The only tables that keep rows with an erased account's number; none of them says anything in words."""

EMPTIED_WITH_THE_LOG = ("audit_payload", "audit_unsealed")

_KEYS = """
    SELECT here.relname, there.relname, k.confdeltype = 'c',
           (SELECT array_agg(a.attname::text ORDER BY g) FROM generate_subscripts(k.conkey, 1) g
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[g]),
           (SELECT array_agg(a.attname::text ORDER BY g) FROM generate_subscripts(k.conkey, 1) g
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[g] WHERE NOT a.attnotnull),
           EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attname = 'account_id'),
           has_table_privilege(here.oid, 'UPDATE')
    FROM pg_constraint k
    JOIN pg_class here ON here.oid = k.conrelid
    JOIN pg_class there ON there.oid = k.confrelid
    JOIN pg_namespace n ON n.oid = here.relnamespace
    WHERE k.contype = 'f' AND n.nspname = 'public'
"""


@dataclass(frozen=True)
class Key:
    """``table`` points at ``target``; ``is_part``: its rows go with the row that they point at."""

    table: str
    target: str
    is_part: bool
    columns: tuple[str, ...]
    may_be_empty: tuple[str, ...]
    has_account: bool
    may_change: bool


@dataclass(frozen=True)
class Table:
    """A table with the account's rows, and the columns that lead from one of its rows to the next."""

    name: str
    keys: tuple[str, ...]
    loops: tuple[str, ...] = ()  # columns that point into this very table, emptied before its rows go
    strangers: tuple[Key, ...] = ()  # keys of global tables, whose rows may point here without being the account's
    goes_along: bool = False  # as a part of another table's rows, which the app may not erase by itself
    is_fenced: bool = True  # then the eraser's function takes the rows of an account that goes
    asked: int = 0  # by so many keys for each row that goes


class Knot(RuntimeError):
    """Tables that point at each other: in no order could they be emptied."""


@lru_cache(maxsize=1)
def in_order() -> tuple[Table, ...]:
    """Every table with rows of an account, those first that nothing points at; the log and the account left out."""
    with connection.cursor() as cursor:
        cursor.execute(_KEYS)
        keys = [_key(*row) for row in cursor.fetchall()]
        here = {model._meta.db_table: model for model in _models()}
        parts = _goes_along(keys, here, cursor)
        waiting = {name: _pointing_at(name, keys, parts) & here.keys() for name in here}
        order = []
        while waiting:
            free = sorted(name for name, others in waiting.items() if not others & waiting.keys())
            if not free:
                raise Knot(f"These tables point at each other: {', '.join(sorted(waiting))}.")
            order += free
            waiting = {name: others for name, others in waiting.items() if name not in free}
        cursor.execute("SELECT has_parameter_privilege(%s, 'session_replication_role', 'SET')", [roles.ERASER])
        (asks_none,) = cursor.fetchone() or [False]
        return tuple(_table(name, here[name], keys, name in parts, asks_none=asks_none) for name in order)


def _key(table: str, target: str, is_part: bool, columns: Any, may_be_empty: Any, *rest: bool) -> Key:
    return Key(table, target, is_part, tuple(columns), tuple(may_be_empty or ()), *rest)


def _models() -> Iterator[type[models.Model]]:
    for model in apps.get_models(include_auto_created=True):
        name = model._meta.db_table
        if has_account(model) and name not in KEPT and name not in EMPTIED_WITH_THE_LOG and model is not Account:
            yield model


def _goes_along(keys: list[Key], here: Collection[str], cursor: Any) -> dict[str, set[str]]:
    """Tables that are only ever added to: their rows go with those that they are a part of, which stand beside them."""
    cursor.execute("SELECT name FROM unnest(%s::text[]) name WHERE NOT has_table_privilege(name, 'DELETE')", [[*here]])
    closed = {name for (name,) in cursor.fetchall()}
    return {name: {key.target for key in keys if key.table == name and key.is_part} for name in closed}


def _pointing_at(name: str, keys: list[Key], parts: dict[str, set[str]]) -> set[str]:
    """What must be empty before this one can be: what points at it, and for a part what it is a part of."""
    found = {key.table for key in keys if key.target == name and key.table != name}
    for part in found & parts.keys():
        found |= parts[part] - {name}
    return found


def _table(name: str, model: type[models.Model], keys: list[Key], goes_along: bool, *, asks_none: bool) -> Table:
    loops = [key for key in keys if key.table == key.target == name and not key.is_part]
    if stuck := [key for key in loops if not key.may_be_empty]:
        raise Knot(f"{stuck[0].table} points at itself and may not be emptied.")
    pk, is_fenced = model._meta.pk_fields, name not in GLOBAL_TABLES
    return Table(
        name,
        tuple(field.column for field in pk if field.column and field.column != "account_id"),
        tuple(column for key in loops for column in key.may_be_empty),
        tuple(key for key in keys if key.target == name and key.table != name and len(key.columns) == 1),
        goes_along=goes_along,
        is_fenced=is_fenced,
        asked=0 if is_fenced and asks_none else sum(key.target == name for key in keys),
    )
