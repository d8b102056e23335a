"""How long a day's work is meant to be."""

from __future__ import annotations

from datetime import date

FULL_DAY = 8 * 60
WORKING_WEEKDAYS = frozenset(range(5))


def is_working_day(day: date) -> bool:
    """Monday to Friday."""
    return day.weekday() in WORKING_WEEKDAYS


def target(day: date) -> int:
    """The minutes a member is expected to log on this day."""
    return FULL_DAY if is_working_day(day) else 0
