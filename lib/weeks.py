"""Days and weeks as a person lives them: in their own time zone, from their own first weekday."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MONDAY, SUNDAY = 0, 6


def start_of_week(day: date, first_weekday: int = MONDAY) -> date:
    """The first day of the week that holds ``day``; weekdays count from Monday, which is 0."""
    return day - timedelta(days=(day.weekday() - first_weekday) % 7)


def days_of_week(day: date, first_weekday: int = MONDAY) -> list[date]:
    first = start_of_week(day, first_weekday)
    return days_between(first, first + timedelta(days=6))


def days_between(first: date, last: date) -> list[date]:
    """Each day from first to last, both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """The date on the wall calendar of somebody in ``zone`` at that instant."""
    if instant.tzinfo is None:
        raise ValueError("An instant knows its zone.")
    return instant.astimezone(zone).date()


def instant_at(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant when the clock in ``zone`` shows ``minute`` minutes after midnight of ``day``.

    From 1440 on it is the next day's clock. A time that the clock shows twice means the first; a time
    that it skips means as long after the last shown time as it was typed.
    """
    days, minute = divmod(minute, 24 * 60)
    clock = time(minute // 60, minute % 60)
    return datetime.combine(day + timedelta(days=days), clock, zone).astimezone(UTC)


def span_of_day(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The day's first instant and the first one after it: 24 hours, but 23 or 25 when the clocks change."""
    return instant_at(day, 0, zone), instant_at(day + timedelta(days=1), 0, zone)
