# ruff: noqa: S608  (names of our own queues)
"""Messages that name an erased account. They carry numbers alone and would do nothing; they go all the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.utils.module_loading import import_string
from psycopg import sql

_NAMING = "message->'headers'->>'kwargsrepr' ~ %s"


def drop(account_id: int) -> int:
    """Take the account's messages out of our own queues. Returns how many there were."""
    with _queues() as (connection, tables):
        return sum(
            connection.execute(
                sql.SQL("DELETE FROM {} WHERE " + _NAMING).format(sql.Identifier("pgmq", table)), [_pattern(account_id)]
            ).rowcount
            for table in tables
        )


def waiting_for(account_id: int) -> list[str]:
    """One sentence for each queue that names the account."""
    found = []
    with _queues() as (connection, tables):
        for table in tables:
            counting = sql.SQL("SELECT count(*) FROM {} WHERE " + _NAMING).format(sql.Identifier("pgmq", table))
            row = connection.execute(counting, [_pattern(account_id)]).fetchone()
            if row and row[0]:
                found.append(f"The queue {table} has {row[0]} messages for the account.")
    return found


def _pattern(account_id: int) -> str:
    return rf"'account_id': {int(account_id)}[,}}]"


@contextmanager
def _queues() -> Iterator[tuple[Any, list[str]]]:
    """Our own queues, where PostgreSQL keeps them; a queue of Redis forgets messages by itself."""
    dsn = import_string(settings.QUEUES).conf.broker_transport_options.get("conn_string")
    if not dsn:
        yield None, []
        return
    with psycopg.connect(dsn, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'pgmq' AND tablename ~ '^[qa]_' ORDER BY 1"
        )
        yield connection, [row[0] for row in rows.fetchall()]
