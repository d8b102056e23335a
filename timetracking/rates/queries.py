"""Which rate counts for which work on which day: the one place that knows.

The first that has one, of: the entry itself, its person on its project, its task, its project, its person, everything.
Within a level it is the one that began last. What was approved keeps what was frozen on it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, DateField, F, Func, IntegerField, Subquery, Sum, Value

from timetracking.models import Project, Rate, TimeEntry
from timetracking.summary import IS_APPROVED

BILL, COST = Rate.Kind.BILL, Rate.Kind.COST
Level = tuple[Any, ...]
EVERYTHING: Level = ("account",)
EVER = date.min


class Money(NamedTuple):
    """An amount and what of."""

    amount: Decimal
    currency: str


class Work(NamedTuple):
    """What a rate depends on. The project's currency decides which rates of people and of everything count."""

    project: int
    task: int | None
    person: int
    day: date
    currency: str


@dataclass(frozen=True)
class Terms:
    """One row of the table: from a day on (None: since ever) an amount, or from then on none."""

    level: Level
    starts_on: date | None
    money: Money | None

    @property
    def begins(self) -> date:
        return self.starts_on or EVER


class RateTable:
    """All rates of one kind, ready to be asked about any number of hours."""

    def __init__(self, kind: str, terms: Iterable[Terms]) -> None:
        self.kind = kind
        self._by_level: dict[Level, list[Terms]] = defaultdict(list)
        for each in sorted(terms, key=lambda each: each.begins):
            self._by_level[each.level].append(each)

    def of(self, work: Work) -> Money | None:
        """What an hour of this work is worth; None when no rate says so."""
        for level in levels(self.kind, work):
            if money := self.at(level, work.day):
                return money if money.currency else Money(money.amount, work.currency)
        return None

    def at(self, level: Level, day: date) -> Money | None:
        """What one level says of a day."""
        terms = self._by_level.get(level, ())
        place = bisect_right(terms, day, key=lambda each: each.begins)
        return terms[place - 1].money if place else None

    def turns(self) -> list[date]:
        """The days on which something begins, since ever at first: between two of them no rate changes."""
        return sorted({EVER, *(each.begins for terms in self._by_level.values() for each in terms)})

    def changed_by(self, rate: Rate) -> RateTable:
        """The same table with one row more, or another amount in it."""
        new = terms_of(rate)
        kept = (each for terms in self._by_level.values() for each in terms)
        others = (each for each in kept if (each.level, each.starts_on) != (new.level, new.starts_on))
        return RateTable(self.kind, [*others, new])


def levels(kind: str, work: Work) -> Sequence[Level]:
    """Where its rate is looked for, the nearest first."""
    if kind == COST:
        return ("person", work.person), EVERYTHING
    return (
        ("member", work.project, work.person),
        ("task", work.task),
        ("project", work.project),
        ("person", work.person, work.currency),
        (*EVERYTHING, work.currency),
    )


def level_of(rate: Rate) -> Level:
    """Where a row of the table belongs."""
    if rate.project_id:
        if rate.person_id:
            return "member", rate.project_id, rate.person_id
        return ("task", rate.task_id) if rate.task_id else ("project", rate.project_id)
    level = ("person", rate.person_id) if rate.person_id else EVERYTHING
    return level if rate.kind == COST else (*level, rate.currency)


def terms_of(rate: Rate) -> Terms:
    """A row of the table as it is asked."""
    money = None if rate.amount is None else Money(rate.amount, rate.currency)
    return Terms(level_of(rate), rate.starts_on, money)


def table(kind: str) -> RateTable:
    """The account's rates of this kind, by one statement."""
    return RateTable(kind, map(terms_of, Rate.objects.filter(kind=kind)))


def bill_rates(entries: Iterable[TimeEntry]) -> dict[int, Money | None]:
    """What an hour of each of these is billed at, by number: two statements, however many they are."""
    return _rates(BILL, list(entries))


def cost_rates(entries: Iterable[TimeEntry]) -> dict[int, Money | None]:
    """What an hour of each of these costs the firm."""
    return _rates(COST, list(entries))


def _rates(kind: str, entries: list[TimeEntry]) -> dict[int, Money | None]:
    rates = table(kind)
    currencies = dict(Project.objects.filter(pk__in={e.project_id for e in entries}).values_list("pk", "currency"))
    return {entry.pk: _rate(entry, rates, currencies[entry.project_id]) for entry in entries}


def _rate(entry: TimeEntry, rates: RateTable, currency: str) -> Money | None:
    if rates.kind == BILL and (entry.rates_frozen_at or entry.has_own_rate):
        return None if entry.bill_rate is None else Money(entry.bill_rate, entry.rate_currency or currency)
    if entry.rates_frozen_at:
        return None if entry.cost_rate is None else Money(entry.cost_rate, entry.cost_currency)
    return rates.of(Work(entry.project_id, entry.task_id, entry.person_id, entry.day, currency))


class Hours(NamedTuple):
    """Some hours that are worth the same: all alike in project, task, person, and between two turns of the rates."""

    work: Work
    also: tuple[Any, ...]  # what they were grouped by besides
    minutes: int
    entries: int


def alike(entries: Any, turns: list[date], *also: str) -> Iterator[Hours]:
    """The entries in groups of which a rate is asked once: by one statement, however many they are."""
    bucket = Func(F("day"), Value(turns, ArrayField(DateField())), function="width_bucket", output_field=IntegerField())
    keys = ("project_id", "task_id", "person_id", "turn", "project__currency", *also)
    rows = entries.order_by().annotate(turn=bucket).values_list(*keys)
    for project, task, person, turn, currency, *others in rows.annotate(total=Sum("minutes"), number=Count("id")):
        *values, minutes, number = others
        yield Hours(Work(project, task, person, turns[turn - 1], currency), tuple(values), minutes, number)


_FROZEN = {BILL: ("has_own_rate", "bill_rate", "rate_currency"), COST: ("has_own_rate", "cost_rate", "cost_currency")}


def priced(kind: str, entries: Any, *by: str) -> Iterator[tuple[Hours, Money | None]]:
    """These entries in groups that are worth the same, by the values of ``by`` too, each with what an hour of it is
    billed at or costs: two statements. None: no rate says so.
    """
    rates = table(kind)
    entries = entries.annotate(approved=IS_APPROVED)
    for hours in alike(entries, rates.turns(), *by, "approved", *_FROZEN[kind]):
        *place, is_approved, has_own_rate, amount, currency = hours.also
        if is_approved or (has_own_rate and kind == BILL):
            money = None if amount is None else Money(amount, currency or hours.work.currency)
        else:
            money = rates.of(hours.work)
        yield hours._replace(also=tuple(place)), money


def worth(kind: str, entries: Any, *by: str) -> dict[tuple[Any, ...], dict[str, Decimal]]:
    """What these entries are billed at or cost, by the values of ``by`` and by currency: two statements.

    Each sum is exact; whoever shows it rounds. Of hours without a rate nothing is said.
    """
    found: dict[tuple[Any, ...], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for hours, money in priced(kind, entries, *by):
        if money:
            found[hours.also][money.currency] += money.amount * hours.minutes / 60
    return found


def current_rate_of(project: Any) -> Subquery:
    """What a project says itself of an hour today, as a column of a statement about projects."""
    return Subquery(Rate.objects.said_by_projects_today().filter(project=project).values("amount")[:1])
