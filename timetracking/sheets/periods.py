"""Which days make one timesheet."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from accounts.models import Membership
from lib.weeks import days_between, start_of_week
from timetracking.models import TimeSettings, Timesheet

Kind = TimeSettings.Period
ONE = timedelta(days=1)
HALF = 15  # the last day of a month's first half


class Period(NamedTuple):
    """Days that are submitted together, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        return days_between(self.first, self.last)


def period_of(day: date, settings: TimeSettings, first_weekday: int) -> Period:
    """The period that holds the day, as the account's settings cut the calendar."""
    if settings.period == Kind.MONTH:
        return Period(day.replace(day=1), _end_of_month(day))
    if settings.period == Kind.HALF_MONTH:
        is_first = day.day <= HALF
        return Period(
            day.replace(day=1 if is_first else HALF + 1), day.replace(day=HALF) if is_first else _end_of_month(day)
        )
    first, length = start_of_week(day, first_weekday), 7
    if settings.period == Kind.TWO_WEEKS:
        anchor = start_of_week(settings.period_starts_on or date.min, first_weekday)
        first, length = first - timedelta(days=(first - anchor).days % 14), 14
    return Period(first, first + timedelta(days=length - 1))


def period_for(
    person: Membership, day: date, settings: TimeSettings, first_weekday: int
) -> tuple[Period, Timesheet | None]:
    """The person's period that holds the day, and its timesheet where there is one; one statement.

    A timesheet keeps its days when the account cuts the calendar anew; the next period takes what is left.
    """
    whole = period_of(day, settings, first_weekday)
    sheets = list(Timesheet.objects.of(person).touching(*whole).with_names())
    own = next((sheet for sheet in sheets if sheet.first_day <= day <= sheet.last_day), None)
    if own is not None:
        return Period(own.first_day, own.last_day), own
    return _between(whole, day, sheets), None


def _between(whole: Period, day: date, sheets: Iterable[Timesheet]) -> Period:
    taken = [(sheet.first_day, sheet.last_day) for sheet in sheets]
    first = max([whole.first, *(last + ONE for _, last in taken if last < day)])
    last = min([whole.last, *(first - ONE for first, _ in taken if first > day)])
    return Period(first, last)


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
