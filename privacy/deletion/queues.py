"""Messages that name an erased account. They carry numbers alone and would do nothing; they go all the same.

They are looked for in the broker that runs: our own queues in PostgreSQL, or Redis, where a message that a worker holds
lies beside the queue.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.conf import settings
from django.utils.module_loading import import_string
from psycopg import sql

_NAMING = "message->'headers'->>'kwargsrepr' ~ %s"
_AT_ONCE = 500


def drop(account_id: int) -> int:
    """Take the account's messages out of the queues. Returns how many there were."""
    with _broker() as broker:
        return broker.drop(_pattern(account_id)) if broker else 0


def waiting_for(account_id: int) -> list[str]:
    """One sentence for each queue that names the account."""
    with _broker() as broker:
        found = broker.count(_pattern(account_id)) if broker else {}
    return [f"The queue {name} has {number} messages for the account." for name, number in found.items() if number]


def _pattern(account_id: int) -> str:
    return rf"'account_id': {int(account_id)}[,}}]"


@contextmanager
def _broker() -> Iterator[_Tables | _Lists | None]:
    conf = import_string(settings.QUEUES).conf
    if dsn := conf.broker_transport_options.get("conn_string"):
        with psycopg.connect(dsn, autocommit=True) as connection:
            yield _Tables(connection)
    elif conf.broker_url.startswith("redis"):
        import redis  # loaded where one runs, not when a process starts

        with redis.Redis.from_url(conf.broker_url) as client:
            yield _Lists(client)
    else:
        yield None  # in memory: it ends with the process


@dataclass(frozen=True)
class _Tables:
    """Queues of PostgreSQL: a table each, and one of what was done."""

    connection: Any

    def drop(self, pattern: str) -> int:
        return sum(self._ask("DELETE FROM {} WHERE ", name, pattern).rowcount for name in self._names())

    def count(self, pattern: str) -> dict[str, int]:
        asked = "SELECT count(*) FROM {} WHERE "
        return {name: self._ask(asked, name, pattern).fetchone()[0] for name in self._names()}

    def _names(self) -> list[str]:
        rows = self.connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'pgmq' AND tablename ~ '^[qa]_' ORDER BY 1"
        )
        return [name for (name,) in rows.fetchall()]

    def _ask(self, words: str, name: str, pattern: str) -> Any:
        return self.connection.execute(sql.SQL(words + _NAMING).format(sql.Identifier("pgmq", name)), [pattern])


@dataclass(frozen=True)
class _Lists:
    """Queues of Redis: a list each, and beside them what a worker took and has not done yet."""

    client: Any

    def drop(self, pattern: str) -> int:
        gone = 0
        for name, place, message in list(self._naming(pattern)):
            if place is None:
                gone += self.client.lrem(name, 0, message)
            else:
                self.client.zrem(name.replace("unacked", "unacked_index", 1), place)
                gone += self.client.hdel(name, place)
        return gone

    def count(self, pattern: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for name, _, _ in self._naming(pattern):
            found[name] = found.get(name, 0) + 1
        return found

    def _naming(self, pattern: str) -> Iterator[tuple[str, bytes | None, bytes]]:
        """Queue, place in it where it has one, and message."""
        for name in self._all("list"):
            for start in range(0, self.client.llen(name), _AT_ONCE):
                for message in self.client.lrange(name, start, start + _AT_ONCE - 1):
                    if _names(message, pattern):
                        yield name, None, message
        for name in self._all("hash"):
            for place, message in self.client.hscan_iter(name, count=_AT_ONCE):
                if _names(message, pattern):
                    yield name, place, message

    def _all(self, kind: str) -> list[str]:
        return sorted(name.decode(errors="replace") for name in self.client.scan_iter(_type=kind))


def _names(message: bytes, pattern: str) -> bool:
    """Whether a message, or the one that a worker's note of it begins with, is about the account."""
    try:
        said = json.loads(message)
        said = said[0] if isinstance(said, list) else said
        return re.search(pattern, said["headers"]["kwargsrepr"]) is not None
    except (ValueError, TypeError, LookupError):  # somebody else's
        return False
