"""From two instants to time entries: whole minutes, each counted once, each on its own day.

Both ends are cut down to the minute and the end is not part of it, so what follows at the same second begins
exactly where the other ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from lib.durations import DAY
from lib.weeks import local_day, span_of_day

MINUTE = timedelta(minutes=1)
LONGEST = timedelta(minutes=DAY)  # what one entry holds: a day of 25 hours is two

Span = tuple[datetime, datetime]


def whole_minute(at: datetime) -> datetime:
    """The minute that holds the instant."""
    return at.replace(second=0, microsecond=0)


def minutes_of(spans: Iterable[Span]) -> int:
    return sum(int((end - start) / MINUTE) for start, end in spans)


def worked(start: datetime, stop: datetime, zone: ZoneInfo, taken: Iterable[Span] = ()) -> list[Span]:
    """The whole minutes from ``start`` to ``stop`` that are not ``taken``, a piece for each day in ``zone``.

    Less than a minute is none, wherever the clock's minute began.
    """
    if stop - start < MINUTE:
        return []
    free = _without(whole_minute(start), whole_minute(stop), sorted(taken))
    return [piece for span in free for piece in _by_day(*span, zone)]


def one_minute(start: datetime, taken: Iterable[Span] = ()) -> Span:
    """The first whole minute from ``start`` on that nothing has taken."""
    begin = whole_minute(start)
    for first, last in sorted(taken):
        if first < begin + MINUTE and last > begin:
            begin = last
    return begin, begin + MINUTE


def _without(start: datetime, stop: datetime, taken: list[Span]) -> list[Span]:
    free = []
    for first, last in taken:
        if first > start:
            free.append((start, min(first, stop)))
        start = max(start, last)
        if start >= stop:
            break
    if start < stop:
        free.append((start, stop))
    return [span for span in free if span[0] < span[1]]


def _by_day(start: datetime, stop: datetime, zone: ZoneInfo) -> Iterable[Span]:
    while start < stop:
        midnight = span_of_day(local_day(start, zone), zone)[1]
        end = min(midnight, stop, start + LONGEST)
        yield start, end
        start = end
