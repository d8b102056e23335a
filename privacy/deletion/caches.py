"""What the shared cache says of an erased account, wherever that cache is: in a table of ours, or in Redis.

Its keys are keyed hashes, so what is looked at is what stands behind them.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.db import connection

from lib.seals import CACHED

_AT_ONCE = 500


def drop(public_id: UUID) -> int:
    """Forget what names the account. Returns how many entries there were."""
    names, shared = list(_naming(public_id)), caches["default"]
    if names and isinstance(shared, RedisCache):
        _client(shared).delete(*names)
    elif names:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM accounts_cacheentry WHERE cache_key = ANY(%s)", [names])
    return len(names)


def left(public_id: UUID) -> list[str]:
    """One sentence if there is any."""
    number = sum(1 for _ in _naming(public_id))
    return [f"The cache has {number} entries that name the account."] if number else []


def _naming(public_id: UUID) -> Iterator[Any]:
    words = str(public_id).encode(), public_id.hex.encode(), public_id.bytes
    return (name for name, value in _entries() if any(word in value for word in words))


def _entries() -> Iterator[tuple[Any, bytes]]:
    if isinstance(shared := caches["default"], RedisCache):
        client = _client(shared)
        for name in client.scan_iter(match=f"{CACHED}*", count=_AT_ONCE, _type="string"):
            yield name, client.get(name) or b""
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM accounts_cacheentry")
        for name, value in cursor.fetchall():
            yield name, base64.b64decode(value)


def _client(shared: Any) -> Any:
    return shared._cache.get_client(None, write=True)
