"""Which days a report is about: a period by its name, or two days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from lib import formats
from lib.weeks import start_of_week
from timetracking.inputs import FIRST_DAY, LAST_DAY

LONGEST = 366 * 5  # days
NAMES = {
    "this_week": "This week",
    "last_week": "Last week",
    "this_month": "This month",
    "last_month": "Last month",
    "this_quarter": "This quarter",
    "last_quarter": "Last quarter",
    "this_year": "This year",
    "last_year": "Last year",
    "days": "Chosen days",
}
USUAL = "this_month"


@dataclass(frozen=True)
class Period:
    """From one day to another, both included."""

    name: str
    first: date
    last: date

    @property
    def label(self) -> str:
        return f"{formats.day(self.first, 'year')} – {formats.day(self.last, 'year')}"

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def previous(self) -> Period:
        """The one before: of whole months as many months, else as many days."""
        last = self.first - timedelta(days=1)
        if self.first.day == 1 and (self.last + timedelta(days=1)).day == 1:
            return Period("days", months_before(self.first, len(self.months())), last)
        return Period("days", last - timedelta(days=self.days - 1), last)

    def months(self) -> list[date]:
        """The first days of its months."""
        found, month = [], self.first.replace(day=1)
        while month <= self.last:
            found.append(month)
            month = months_before(month, -1)
        return found


def named(name: str, today: date, first_weekday: int) -> Period:
    """This week, last quarter, …"""
    which, _, unit = name.partition("_")
    first = _first(unit, today, first_weekday)
    last = _next(unit, first) - timedelta(days=1)
    if which == "last":
        first, last = _first(unit, first - timedelta(days=1), first_weekday), first - timedelta(days=1)
    return Period(name, first, last)


def wrong(days: Mapping[str, date]) -> dict[str, str]:
    """What is wrong with the days that were asked for (``from``, ``to``), in a sentence each."""
    if far := [name for name, day in days.items() if not FIRST_DAY <= day <= LAST_DAY]:
        return dict.fromkeys(far, f"Choose a day from {FIRST_DAY.year} to {LAST_DAY.year}.")
    if len(days) < 2:
        return {}
    if days["to"] < days["from"]:
        return {"to": "The last day comes after the first."}
    if (days["to"] - days["from"]).days > LONGEST:
        return {"to": f"At most {LONGEST:,} days at once."}
    return {}


def months_before(month: date, number: int) -> date:
    """The first day of the month that many months earlier."""
    months = month.year * 12 + month.month - 1 - number
    return date(months // 12, months % 12 + 1, 1)


def _first(unit: str, day: date, first_weekday: int) -> date:
    if unit == "week":
        return start_of_week(day, first_weekday)
    month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}[unit]
    return date(day.year, month, 1)


def _next(unit: str, first: date) -> date:
    if unit == "week":
        return first + timedelta(days=7)
    return months_before(first, -{"month": 1, "quarter": 3, "year": 12}[unit])
