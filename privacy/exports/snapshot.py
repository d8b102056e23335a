"""One moment of an account, held still: what is read through a snapshot is all of the same instant.

It has a connection of its own, in one REPEATABLE READ transaction that can't write. Rows leave by COPY, in blocks, so
it takes as little memory for a million as for ten.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Self

from django.db import DEFAULT_DB_ALIAS, connections

from tenancy.policy import SETTING

BLOCK = 256 * 1024  # bytes that go on together
HELD_STILL = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
# A quote and a delimiter that no JSON text holds: so each row is a line as it is, without escapes to take back.
_AS_LINES = "COPY ({query}) TO STDOUT (FORMAT csv, DELIMITER E'\\x02', QUOTE E'\\x01')"
_AS_CELLS = "COPY ({query}) TO STDOUT"
_AS_TABLE = "COPY ({query}) TO STDOUT (FORMAT csv, HEADER)"


class Block(NamedTuple):
    """Some rows, as they are written."""

    data: bytes
    rows: int


class Snapshot:
    """What the account is now. Use it as a context; it ends with it."""

    def __init__(self, account_id: int) -> None:
        self.account_id = account_id

    def __enter__(self) -> Self:
        self.connection = connections.create_connection(DEFAULT_DB_ALIAS)
        self._tell(HELD_STILL)
        self._tell(f"SET LOCAL {SETTING} = '{int(self.account_id)}'")
        self._tell("SET LOCAL TimeZone = 'UTC'")
        self._tell("SET LOCAL jit = off")  # compiling takes longer than what it saves for rows that are read once
        self._tell("SET LOCAL DateStyle = 'ISO, YMD'")
        self.taken_at, self.name = self.ask("SELECT now(), pg_current_snapshot()::text")[0]
        return self

    def __exit__(self, *exception: object) -> None:
        self.connection.close()

    def ask(self, query: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small question."""
        with self.connection.cursor() as cursor:
            cursor.execute(query, params or None)
            return list(cursor.fetchall())

    def lines(self, query: str, params: Sequence[Any] = ()) -> Iterator[Block]:
        """The rows of a query that gives one JSON text each, a line for each."""
        return self._copied(_AS_LINES.format(query=query), params)

    def table(self, query: str, params: Sequence[Any] = ()) -> Iterator[Block]:
        """The rows of a query as comma separated values, with a header."""
        return self._copied(_AS_TABLE.format(query=query), params, header=1)

    def cells(self, query: str, params: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query as texts, spelled as in its table."""
        statement = _AS_CELLS.format(query=query)
        with self.connection.connection.cursor() as cursor, cursor.copy(statement, params or None) as copy:
            yield from copy.rows()

    def records(self, query: str, params: Sequence[Any] = ()) -> Iterator[dict[str, Any]]:
        """The rows of a query that gives one JSON text each, one after the other."""
        for block in self.lines(query, params):
            for line in block.data.splitlines():
                yield json.loads(line)

    def _copied(self, statement: str, params: Sequence[Any], header: int = 0) -> Iterator[Block]:
        kept: list[Any] = []
        size, headers = 0, header
        with self.connection.connection.cursor() as cursor, cursor.copy(statement, params or None) as copy:
            for row in copy:
                kept.append(row)
                size += len(row)
                if size >= BLOCK:
                    yield Block(b"".join(kept), len(kept) - headers)
                    kept, size, headers = [], 0, 0
        if kept:
            yield Block(b"".join(kept), len(kept) - headers)

    def _tell(self, statement: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement)
