# ruff: noqa: S608  (what is put into the statements are names of our own tables and columns)
"""Erasing an account's rows, a few at a time: each batch is a transaction, goes by the key and locks nobody out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from psycopg import sql

from privacy.deletion.tables import Key, Table

BATCH = 16_000  # rows in one statement
CHECKS = 8000  # of keys, where they are asked: they take far longer than the rows themselves
COUNTED = 25_000  # rows in one statement
PATIENCE = "2s"  # for a row that somebody else holds: then this batch is tried again later


def batch_of(table: Table) -> int:
    """How many rows of this table go in one statement."""
    return max(1, CHECKS // (1 + table.asked)) if table.asked else BATCH


def with_rows(tables: Iterable[Table], account_id: int) -> list[Table]:
    """Those that hold rows of the active account; one statement asks all of them."""
    tables = list(tables)
    each = sql.SQL(" UNION ALL ").join(
        sql.SQL("(SELECT {name} FROM {table} WHERE account_id = %s ORDER BY {keys} LIMIT 1)").format(
            name=sql.Literal(table.name),
            table=sql.Identifier(table.name),
            keys=sql.SQL(", ").join(sql.Identifier(column) for column in table.keys),
        )
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(each, [account_id] * len(tables))
        found = {name for (name,) in cursor.fetchall()}
    return [table for table in tables if table.name in found]


def count(table: Table, account_id: int) -> int:
    """How many rows of the active account there are; counted in pieces, none of which takes long."""
    whole, found = 0, COUNTED
    after: list[Any] = []
    keys = ", ".join(f'"{key}"' for key in table.keys)
    with connection.cursor() as cursor:
        while found == COUNTED:
            beyond = f"AND ({keys}) > ({', '.join(['%s'] * len(after))})" if after else ""
            rows = f'SELECT {keys} FROM "{table.name}" WHERE account_id = %s {beyond} ORDER BY {keys} LIMIT %s'
            last = f"SELECT {keys} FROM counted ORDER BY ({keys}) DESC LIMIT 1"
            both = f"SELECT (SELECT count(*) FROM counted), last.* FROM ({last}) last"
            cursor.execute(f"WITH counted AS MATERIALIZED ({rows}) {both}", [account_id, *after, COUNTED])
            found, *after = cursor.fetchone() or [0]
            whole += found
    return whole


def untie(table: Table, account_id: int) -> int:
    """Empty the columns by which rows of this table point at each other. Returns how many rows were changed."""
    if not table.loops:
        return 0
    (key,) = table.keys
    with connection.cursor() as cursor:
        tied = " OR ".join(f'"{column}" IS NOT NULL' for column in table.loops)
        emptied = ", ".join(f'"{column}" = NULL' for column in table.loops)
        cursor.execute(
            f'UPDATE "{table.name}" SET {emptied} WHERE account_id = %s AND "{key}" = ANY(ARRAY('
            f'SELECT "{key}" FROM "{table.name}" WHERE account_id = %s AND ({tied}) ORDER BY "{key}" LIMIT %s))',
            [account_id, account_id, batch_of(table)],
        )
        return int(cursor.rowcount)


def count_strangers(tables: Iterable[Table], account_id: int) -> dict[str, int]:
    """Rows that are not the account's by themselves and are parts of rows of these tables: how many, by table."""
    pointing: dict[str, list[Key]] = defaultdict(list)
    for key in (key for table in tables for key in table.strangers if _goes(key)):
        pointing[key.table].append(key)
    found = {}
    with connection.cursor() as cursor:
        for name, keys in pointing.items():
            asked = [number for key in keys for number in _asked(key, account_id)]
            each = " UNION ".join(f'SELECT ctid FROM "{name}" WHERE {_pointing(key)}' for key in keys)
            cursor.execute(f"SELECT count(*) FROM ({each}) AS parts", asked)
            found[name] = int(cursor.fetchone()[0])
    return found


def let_go(table: Table, account_id: int) -> dict[str, int]:
    """Erase those parts, and take the key out of rows that are somebody else's. Returns what was erased, by table."""
    gone: dict[str, int] = {}
    with connection.cursor() as cursor:
        for key in table.strangers:
            change = "DELETE FROM {}" if _goes(key) else f'UPDATE {{}} SET "{key.columns[0]}" = NULL'
            cursor.execute(f"{change.format(key.table)} WHERE {_pointing(key)}", _asked(key, account_id))
            if _goes(key):
                gone[key.table] = gone.get(key.table, 0) + int(cursor.rowcount)
    return {name: number for name, number in gone.items() if number}


def _goes(key: Key) -> bool:
    """A row without an account of its own is a part; so is a line of a log, which can't be changed."""
    return not (key.has_account and key.may_be_empty and key.may_change)


def _pointing(key: Key) -> str:
    pointing = f'"{key.columns[0]}" IN (SELECT id FROM "{key.target}" WHERE account_id = %s)'
    return f"({pointing} AND account_id IS DISTINCT FROM %s)" if key.has_account else pointing


def _asked(key: Key, account_id: int) -> list[int]:
    return [account_id] * (2 if key.has_account else 1)


def erase(table: Table, account_id: int, after: Sequence[Any] = ()) -> tuple[int, list[Any]]:
    """Erase the next rows of the active account; returns how many went, and the key of the last one.

    ``after`` is the key where the batch before ended: without it each batch would read the dead rows of all before.
    """
    with connection.cursor() as cursor:
        again = [] if table.is_fenced else [account_id]
        cursor.execute(_erasing(table, bool(after)), [account_id, *after, batch_of(table), *again])
        gone, *last = cursor.fetchone() or [0]
    return int(gone), last


def _erasing(table: Table, is_further: bool) -> sql.Composed:
    """The next rows in one statement. Behind the fence the eraser's function takes them, and no key is asked."""
    keys = sql.SQL(", ").join(sql.Identifier(column) for column in table.keys)
    beyond: sql.Composable = sql.SQL("")
    if is_further:
        beyond = sql.SQL(" AND ({}) > ({})").format(keys, sql.SQL(", ").join([sql.SQL("%s")] * len(table.keys)))
    gone = (
        sql.SQL("gone AS (SELECT erase_rows({name}, array_agg(ctid)) AS number FROM doomed)")
        if table.is_fenced
        else sql.SQL(
            "rows AS (DELETE FROM {table} gone USING doomed "
            "WHERE gone.account_id = %s AND gone.ctid = doomed.ctid RETURNING 1), "
            "gone AS (SELECT count(*) AS number FROM rows)"
        )
    ).format(name=sql.Literal(table.name), table=sql.Identifier(table.name))
    return sql.SQL(
        "WITH doomed AS MATERIALIZED (SELECT ctid, {keys} FROM {table} WHERE account_id = %s{beyond} "
        "ORDER BY {keys} LIMIT %s), {gone} "
        "SELECT gone.number, last.* FROM gone, (SELECT {keys} FROM doomed ORDER BY ({keys}) DESC LIMIT 1) last"
    ).format(keys=keys, table=sql.Identifier(table.name), beyond=beyond, gone=gone)


def be_patient() -> None:
    """For this transaction: whoever holds a row of ours is not waited for longer than that."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
