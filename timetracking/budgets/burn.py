"""The burn of a budget: what was used by when, as a table and as the picture of the same figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import cached_property

from django.db.models import Sum

from lib import formats
from lib.weeks import start_of_week
from timetracking.budgets.queries import Used, firm_today, last_of, month_of
from timetracking.models import TimeEntry
from timetracking.rates.queries import BILL, worth

LEFT, RIGHT, TOP, BOTTOM = 52, 750, 20, 240  # the plot within its 760 × 270
LINES = 4  # at most so many, from nothing up
NAMES = 6  # days below it
DAILY, WEEKLY = 31, 371  # days up to which a point stands for a day, for a week


@dataclass(frozen=True)
class Point:
    """What was added up to and including a day, and what that came to."""

    day: date
    added: Decimal
    sum: Decimal


@dataclass(frozen=True)
class Mark:
    """A line of the grid, or a day below it: where, and what it says."""

    at: Decimal
    words: str


@dataclass(frozen=True)
class Burn:
    """The points and how they are drawn. ``first`` and ``last`` are the days at its edges."""

    used: Used
    first: date
    last: date
    today: date
    points: list[Point]

    @cached_property
    def top(self) -> Decimal:
        """The value at the upper edge: a round one above all that is drawn."""
        return self.step * max(1, int((self._most / self.step).to_integral_value(ROUND_CEILING)))

    @cached_property
    def step(self) -> Decimal:
        """From one line of the grid to the next."""
        unit = Decimal(1) if self.used.project.budget_is_money else Decimal(60)
        rough = self._most / unit / LINES
        power = Decimal(10) ** rough.adjusted()
        return unit * next(power * size for size in (1, 2, Decimal("2.5"), 5, 10) if power * size >= rough)

    @property
    def _most(self) -> Decimal:
        return max(Decimal(self.used.limit), self.points[-1].sum if self.points else Decimal(0)) * Decimal("1.02")

    def x(self, day: date) -> Decimal:
        """Where a day ends."""
        days = (self.last - self.first).days + 1
        return _place(LEFT + Decimal(((day - self.first).days + 1) * (RIGHT - LEFT)) / days)

    def y(self, value: int | Decimal) -> Decimal:
        return _place(BOTTOM - Decimal(value) * (BOTTOM - TOP) / self.top)

    @property
    def line(self) -> str:
        """The path of what was used."""
        return f"M{LEFT} {BOTTOM}" + "".join(f"L{self.x(each.day)} {self.y(each.sum)}" for each in self.points)

    @property
    def area(self) -> str:
        return f"{self.line}V{BOTTOM}Z"

    @property
    def budget_y(self) -> Decimal:
        return self.y(self.used.limit)

    @property
    def end(self) -> tuple[Decimal, Decimal]:
        """Where the line ends."""
        return self.x(self.points[-1].day), self.y(self.points[-1].sum)

    @property
    def levels(self) -> list[Mark]:
        count = int(self.top / self.step)
        return [Mark(self.y(self.step * number), self._short(self.step * number)) for number in range(count + 1)]

    @property
    def days(self) -> list[Mark]:
        """Some days below, evenly spread."""
        length = (self.last - self.first).days
        count = min(NAMES, length) or 1
        shown = [self.first + timedelta(days=length * number // count) for number in range(count + 1)]
        return [Mark(self.x(day), formats.day(day)) for day in shown]

    @property
    def rows(self) -> list[tuple[str, str, str, str]]:
        """The same in words: day, what was added, the sum, and how much of the budget that is."""
        words, limit = self.used.words, Decimal(self.used.limit)
        return [
            (formats.day(each.day), words(each.added), words(each.sum), formats.percent(each.sum / limit))
            for each in self.points
        ]

    @property
    def unit(self) -> str:
        """What a point stands for, as the head of the table says it."""
        return {1: "Day", 7: "Week to", 31: "Month to"}[_span(self.first, self.last)]

    def _short(self, value: Decimal) -> str:
        if self.used.project.budget_is_money:
            return formats.money(value, self.used.project.currency)
        return formats.number((value / 60).normalize())


def burn(used: Used) -> Burn | None:
    """How the budget was used up to today; None before anything was. One statement, and the day it is."""
    today = firm_today()
    days = _by_day(used)
    if not days:
        return None
    first, last = min(days), max(today, *days)
    if used.month:
        first, last = used.month, last_of(used.month)
    return Burn(used, first, last, today, list(_points(days, first, last, max(min(today, last), *days))))


def _by_day(used: Used) -> dict[date, Decimal]:
    entries = TimeEntry.objects.filter(project=used.project)
    if used.month:
        entries = entries.filter(day__range=(used.month, last_of(used.month)))
    if used.project.budget_is_money:
        sums = worth(BILL, entries.filter(billable=True), "day")
        return {day: amounts.get(used.project.currency, Decimal(0)) for (day,), amounts in sums.items()}
    minutes = entries.order_by().values_list("day").annotate(total=Sum("minutes"))
    return {day: Decimal(each) for day, each in minutes}


def _points(days: dict[date, Decimal], first: date, last: date, until: date) -> Iterable[Point]:
    """One for each day, week or month up to ``until``; the last one may be cut short."""
    span, start, total = _span(first, last), first, Decimal(0)
    while start <= until:
        end = min(_end(start, span), until)
        added = sum((value for day, value in days.items() if start <= day <= end), Decimal(0))
        total += added
        yield Point(end, added, total)
        start = end + timedelta(days=1)


def _span(first: date, last: date) -> int:
    length = (last - first).days
    return 1 if length <= DAILY else 7 if length <= WEEKLY else 31


def _end(start: date, span: int) -> date:
    if span == 1:
        return start
    return start_of_week(start) + timedelta(days=6) if span == 7 else last_of(month_of(start))


def _place(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"))
