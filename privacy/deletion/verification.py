# ruff: noqa: S608  (what is put into the statements are names that PostgreSQL's catalog gave)
"""Is an erased account really gone? Asked of the database's own catalog, on a connection of its own.

It knows nothing of the list by which rows were erased: a table that was forgotten there is found here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.files.stored import folder_of
from privacy.deletion import caches, queues, sessions
from tenancy.policy import SETTING

MAY_STAY = frozenset({"audit_event", "audit_link", "audit_proof", "audit_head"})

# PostgreSQL's catalog and not information_schema: that one leaves out what the asking role may not read.
_TABLES = """
    SELECT n.nspname, c.relname
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'account_id' AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p', 'm', 'f') AND NOT c.relispartition AND n.nspname !~ '^pg_'
      AND n.nspname <> 'information_schema' AND c.relpersistence <> 't'
    ORDER BY 1, 2
"""

_POINTING_AT_USERS = """
    SELECT here.relname, a.attname
    FROM pg_constraint k
    JOIN pg_class here ON here.oid = k.conrelid
    JOIN pg_class there ON there.oid = k.confrelid AND there.relname = 'accounts_user'
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
    WHERE k.contype = 'f'
    ORDER BY 1, 2
"""


# Columns of tables without the account's number, which could name it by its id.
_IDS = """
    SELECT c.relname, a.attname
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.atttypid = 'uuid'::regtype AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND has_table_privilege(c.oid, 'SELECT') AND NOT EXISTS (
        SELECT FROM pg_attribute o WHERE o.attrelid = c.oid AND o.attname = 'account_id' AND NOT o.attisdropped)
    ORDER BY 1, 2
"""
MAY_NAME = frozenset({("deletion_accountdeletion", "public_id"), ("billing_retainedinvoice", "account_ref")})
"""What may name an erased account: its certificate, and invoices that the law asks for."""


def findings(account_id: int, *, people: Sequence[int] = (), public_id: UUID | None = None) -> list[str]:
    """One sentence for each thing that is still there; none when it is gone.

    Our programs write no files of logs: what they say goes to whoever started them, and names no account's data.
    """
    with _fresh_cursor(account_id) as cursor:
        found = [*_rows(cursor, account_id), *_unchecked(cursor), *_people(cursor, people)]
        found += _named(cursor, public_id) if public_id else []
    found += caches.left(public_id) if public_id else []
    return [*found, *_files(account_id), *queues.waiting_for(account_id), *sessions.left(account_id, people)]


def looked_at(account_id: int) -> list[str]:
    """Every table that is looked into."""
    with _fresh_cursor(account_id) as cursor:
        return [f"{schema}.{table}" for schema, table in _tables(cursor)]


@contextmanager
def _fresh_cursor(account_id: int) -> Iterator[Any]:
    """A connection that nobody else used, told which account to look for: the fence shows its rows, if any."""
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", [SETTING, str(account_id)])
            yield cursor
    finally:
        own.close()


def _tables(cursor: Any) -> list[tuple[str, str]]:
    cursor.execute(_TABLES)
    return list(cursor.fetchall())


def _rows(cursor: Any, account_id: int) -> Iterator[str]:
    for schema, table in _tables(cursor):
        if table not in MAY_STAY:
            rows = _count(cursor, f'"{schema}"."{table}"', "account_id = %s", account_id)
            if rows:
                yield f"{table} has {rows} rows of the account."
    if _count(cursor, "accounts_account", "id = %s", account_id):
        yield "accounts_account has the account itself."


def _people(cursor: Any, people: Sequence[int]) -> Iterator[str]:
    cursor.execute(_POINTING_AT_USERS)
    for table, column in [*cursor.fetchall(), ("accounts_user", "id")]:
        rows = _count(cursor, f'"{table}"', f'"{column}" = ANY(%s)', list(people)) if people else 0
        if rows:
            yield f"{table} has {rows} rows of people who were to be erased."


def _named(cursor: Any, public_id: UUID) -> Iterator[str]:
    """Rows of tables without the account's number that name it by its id all the same."""
    cursor.execute(_IDS)
    for table, column in list(cursor.fetchall()):
        if (table, column) not in MAY_NAME and (rows := _count(cursor, f'"{table}"', f'"{column}" = %s', public_id)):
            yield f"{table} has {rows} rows that name the account."


def _unchecked(cursor: Any) -> list[str]:
    """A key that the database does not check lets rows stay whose account is gone."""
    cursor.execute(
        "SELECT conrelid::regclass || '.' || conname FROM pg_constraint WHERE contype = 'f' AND NOT convalidated"
    )
    return [f"Nothing checks the key {name}: rows may point at what is gone." for (name,) in cursor.fetchall()]


def _count(cursor: Any, table: str, condition: str, value: Any) -> int:
    cursor.execute(f"SELECT count(*) FROM {table} WHERE {condition}", [value])
    return int(cursor.fetchone()[0])


def _files(account_id: int) -> Iterator[str]:
    folder = folder_of(account_id)
    files = sum(path.is_file() for path in folder.rglob("*")) if folder.exists() else 0
    if files:
        yield f"The folder of the account has {files} files."
