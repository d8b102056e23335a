"""When a running timer is asked about. It is never stopped without its person's word."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from lib.weeks import instant_at, local_day
from timetracking.models import TimeSettings

LONG = timedelta(hours=10)
SOON = timedelta(hours=2)  # who starts late in the day is not asked at once


def ask_at(started_at: datetime, zone: ZoneInfo) -> datetime:
    """After the working day in which it was started, and after ten hours in any case."""
    evening = instant_at(local_day(started_at, zone), TimeSettings.current().day_ends_minute, zone)
    late = started_at + LONG
    return min(late, max(evening, started_at + SOON)) if started_at < evening else late
