"""So many requests a minute for each key, counted in this process alone: a burst is let through, a flood is not.

Several web processes each count for themselves, so together they let as many times more through.
"""

from __future__ import annotations

import time
from math import ceil

from django.conf import settings

from accounts.api.problems import Problem

MINUTE = 60.0

_buckets: dict[int, tuple[float, float]] = {}  # key → what is left of it, and when that was


def count(key_id: int) -> None:
    """Take one request from the key's bucket; 429 when it is empty. It fills again as time goes by."""
    most = settings.API_REQUESTS_PER_MINUTE
    if not most:
        return
    now = time.monotonic()
    left, at = _buckets.get(key_id, (float(most), now))
    left = min(most, left + (now - at) * most / MINUTE)
    if left < 1:
        _buckets[key_id] = (left, now)
        raise Problem("too-many", headers={"Retry-After": str(ceil((1 - left) * MINUTE / most))})
    _buckets[key_id] = (left - 1, now)
