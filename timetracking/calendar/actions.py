"""Entries moved along the clock, and copied to other days."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from lib.weeks import instant_at
from timetracking.actions import Clock, change_entry, log_time
from timetracking.models import TimeEntry
from timetracking.queries import zone_of


def move(entry: TimeEntry, day: date, start: int | None, minutes: int, *, expected: int | None = None) -> TimeEntry:
    """Let the entry begin at that minute of that day and last so long; without a minute it keeps what it has."""
    clock = None if start is None else _clock(entry, day, start, minutes)
    return change_entry(entry, expected=expected, clock=clock, day=day, minutes=minutes)


def copy(entry: TimeEntry, day: date, start: int | None = None) -> TimeEntry:
    """The same work again on that day, at that minute or at the same time of day."""
    if start is None and entry.started_at is not None:
        local = entry.started_at.astimezone(ZoneInfo(entry.time_zone))
        start = local.hour * 60 + local.minute
    clock = None if start is None else _clock(entry, day, start, entry.minutes)
    return log_time(
        entry.person, entry.project, entry.task, day, entry.minutes,
        note=entry.note, billable=entry.billable, tags=entry.tag_names, clock=clock,
    )  # fmt: skip


def _clock(entry: TimeEntry, day: date, start: int, minutes: int) -> Clock:
    zone = ZoneInfo(entry.time_zone) if entry.time_zone else zone_of(entry.person)
    begins = instant_at(day, start, zone)
    return begins, begins + timedelta(minutes=minutes), zone
