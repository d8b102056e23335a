"""Time zones as calendars carry them: by yearly rules, which every program understands.

The package would list each change of the clocks up to 2038 by its date, which is long, and passed over by some. Where
no yearly rule fits the years ahead (Morocco moves its clocks with the moon), the package's list stands.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

from crm.activities.repeats import WEEKDAYS

YEARS_AHEAD = 5


@lru_cache(maxsize=64)
def carried(name: str, year: int) -> Timezone:
    """The zone from the year before ``year`` on."""
    zone, first = ZoneInfo(name), year - 1
    changes = list(_changes(zone, first))
    ahead = [list(_changes(zone, each)) for each in range(first, year + YEARS_AHEAD)]
    rules = [_rule(change, zone) for change in changes]
    if not _fit(changes, rules, ahead, zone):
        return Timezone.from_tzid(name, first_date=date(first, 1, 1), last_date=date(year + 10, 1, 1))
    found = Timezone()
    found.add("tzid", name)
    for change, rule in zip(changes or [datetime(first, 1, 1, tzinfo=UTC)], rules or [""], strict=True):
        found.add_component(_observance(change, rule, zone))
    return found


def _observance(change: datetime, rule: str, zone: ZoneInfo) -> TimezoneStandard | TimezoneDaylight:
    """One setting of the clocks, from ``change`` on."""
    after = change.astimezone(zone)
    part = TimezoneDaylight() if after.dst() else TimezoneStandard()
    part.add("dtstart", _clock_before(change, zone))
    part.add("tzoffsetfrom", _offset(change - timedelta(seconds=1), zone))
    part.add("tzoffsetto", _offset(change, zone))
    part.add("tzname", after.tzname())
    if rule:
        part.add("rrule", vRecur.from_ical(rule))
    return part


def _changes(zone: ZoneInfo, year: int) -> Iterator[datetime]:
    """The instants of a year at which the clocks change, to the minute."""
    hours = (datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=12 * each) for each in range(2 * 366))
    for start in hours:
        end = start + timedelta(hours=12)
        if _offset(start, zone) != _offset(end, zone) and start.year == year:
            while end - start > timedelta(minutes=1):
                middle = start + timedelta(minutes=(end - start) // timedelta(minutes=1) // 2)
                start, end = (middle, end) if _offset(middle, zone) == _offset(start, zone) else (start, middle)
            yield end


def _rule(change: datetime, zone: ZoneInfo) -> str:
    """On which weekday of which month: the last one, or the first, second, third."""
    day = _clock_before(change, zone)
    is_last = day.day + 7 > monthrange(day.year, day.month)[1]
    place = -1 if is_last else (day.day - 1) // 7 + 1
    return f"FREQ=YEARLY;BYMONTH={day.month};BYDAY={place}{WEEKDAYS[day.weekday()]}"


def _fit(changes: list[datetime], rules: list[str], ahead: Iterable[list[datetime]], zone: ZoneInfo) -> bool:
    """Whether the rules give every change of the years ahead."""
    given = [rrulestr(rule, dtstart=_clock_before(each, zone)) for each, rule in zip(changes, rules, strict=True)]
    for number, year in enumerate(ahead):
        if [rule[number] for rule in given] != [_clock_before(change, zone) for change in year]:
            return False
    return True


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _clock_before(change: datetime, zone: ZoneInfo) -> datetime:
    """What the clock would show at that instant had nobody touched it."""
    return change.replace(tzinfo=None) + _offset(change - timedelta(seconds=1), zone)
