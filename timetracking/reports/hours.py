"""Hours by person, client, project, task, tag or month: the sums, their names, and what they are worth.

Sums that need only days of people, or only days of projects, come from the summaries; others from the entries.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BigIntegerField, Count, DateField, F, Func, IntegerField, Q, Sum, Value
from django.db.models.functions import Cast

from accounts.models import Membership
from accounts.permissions import can, can_for_others, within_reach
from accounts.queries import colleagues_of
from crm.models import Company, Tag
from lib.keyset import IsAmong
from timetracking.models import PersonDay, Project, ProjectDay, Task, TimeEntry, TimeSettings
from timetracking.rates.queries import BILL, COST, worth
from timetracking.reports import uses
from timetracking.reports.asked import DIMENSIONS, NONE, Asked
from timetracking.reports.periods import Period, months_before
from timetracking.summary import IS_APPROVED

MOST = 500  # lines that a page shows; a file has all
Key = tuple[Any, ...]
Names = dict[Any, tuple[str, dict[str, str]]]  # what a number is called, and what narrows the entries to it
Amounts = dict[str, Decimal]
MINUTES = Cast("minutes", IntegerField())  # of an entry or a day; bigger ones PostgreSQL adds up as decimals
OF_PEOPLE = {"person": "person_id"}
OF_PROJECTS = {"project": "project_id", "client": "project__company_id"}
OF_ENTRIES = {**OF_PEOPLE, **OF_PROJECTS, "task": "task_id", "tag": "tags__tag_id"}


class Sums(NamedTuple):
    """What some hours add up to."""

    minutes: int = 0
    billable: int = 0
    entries: int = 0


NO_HOURS = Sums()
NO_MONEY: Amounts = {}  # of most lines of most reports; never changed


@dataclass(slots=True)
class Group:
    """A line of a report, with the lines below it."""

    name: str
    sums: Sums = NO_HOURS
    words: dict[str, str] = field(default_factory=dict)  # what narrows the entries to it
    before: int = 0
    billed: Amounts = field(default_factory=lambda: NO_MONEY)
    cost: Amounts = field(default_factory=lambda: NO_MONEY)
    parts: list[Group] = field(default_factory=list)
    url: str = ""  # where its entries are

    @property
    def margin(self) -> Amounts:
        """What is left of what is billed, in currencies in which both are known."""
        return {each: self.billed[each] - self.cost[each] for each in self.billed if each in self.cost}

    @property
    def share_billable(self) -> Decimal:
        return Decimal(self.sums.billable) / self.sums.minutes if self.sums.minutes else Decimal(0)


@dataclass(frozen=True)
class Report:
    """A report as a page, a file and a program show it. ``people`` are those whose hours stand in it by name."""

    asked: Asked
    groups: list[Group]
    total: Group
    people: set[int]
    hides_people: bool = False
    smallest_group: int = 0
    shows_money: bool = False
    shows_cost: bool = False

    @property
    def levels(self) -> list[str]:
        hidden = {"person"} if self.hides_people else set()
        return [DIMENSIONS[level] for level in self.asked.levels if level not in hidden] or ["All hours"]


def report(asked: Asked, member: Membership) -> Report:
    """Add up what this member may see."""
    levels = list(asked.levels)
    sums, before = _both_sums(asked, member, levels)
    people = _people_in(levels, sums) | _people_in(levels[:1], before)
    smallest = TimeSettings.current().smallest_group
    hides = too_few(people, asked, member)
    if hides:
        levels.remove("person")
        people = set()
        sums, before = _both_sums(asked, member, levels)
    shows_money = asked.shows_money and can(member, "rate.view")
    shows_cost = shows_money and can(member, "cost.view")
    kinds = (BILL, shows_money), (COST, shows_cost)
    worths = [_worth(kind, asked, member, levels) if shown else {} for kind, shown in kinds]
    if "person" in asked.chosen and (sums or before):
        people = {asked.chosen["person"].pk}
    names = _names(levels, {*sums, *((*key, *[None] * (len(levels) - 1)) for key in before)}, member, asked.period)
    total = _tree(levels, sums, before, worths, names)
    if "tag" in levels:  # what has two tags is one piece of work all the same
        once, once_before = (each.get((), NO_HOURS) for each in _both_sums(asked, member, []))
        total.sums, total.before = once, once_before.minutes
        total.billed, total.cost = (
            _worth(kind, asked, member, []).get((), {}) if shown else {} for kind, shown in kinds
        )
    shows_cost = shows_cost and bool(total.cost)
    return Report(asked, total.parts, total, people - {member.pk}, hides, smallest, shows_money, shows_cost)


def entries_of(asked: Asked, member: Membership) -> Any:
    """The entries behind a report, or behind one of its sums."""
    entries = _in_reach(member)
    return entries.none() if asked.finds_nothing else entries.filter(asked.condition(OF_ENTRIES))


def too_few(people: Collection[int], asked: Asked, member: Membership) -> bool:
    """Whether these are not put side by side: fewer than the firm says, and nobody was chosen by name."""
    return uses.too_few(people, member) and "person" not in asked.chosen


def _in_reach(member: Membership) -> Any:
    return within_reach(TimeEntry.objects.own(), member, "report.view").annotate(approved=IS_APPROVED)


def _both_sums(asked: Asked, member: Membership, levels: list[str]) -> tuple[dict[Key, Sums], dict[Key, Sums]]:
    """Those of the period, and those of the one before, of which only the first level is told."""
    if asked.finds_nothing:
        return {}, {}
    before = _sums(asked, member, asked.period.previous, levels[:1]) if asked.compares else {}
    return _sums(asked, member, asked.period, levels), before


def _people_in(levels: list[str], sums: dict[Key, Sums]) -> set[int]:
    return {key[levels.index("person")] for key in sums} if "person" in levels else set()


def _sums(asked: Asked, member: Membership, period: Period, levels: list[str]) -> dict[Key, Sums]:
    rows, paths = _rows(asked, member, levels)
    narrowed = rows.filter(replace(asked, period=period).condition(paths))
    keys = [_key(level, paths, period) for level in levels]
    number = Count("id") if rows.model is TimeEntry else Sum(Cast("entries", IntegerField()))
    added = narrowed.order_by().annotate(**{f"level_{place}": key for place, key in enumerate(keys)})
    added = added.values_list(*(f"level_{place}" for place in range(len(keys))))
    billed = Sum(MINUTES, filter=Q(billable=True), default=0)
    sums = {"total": Sum(MINUTES), "billed": billed, "number": number}
    if not keys:
        total = narrowed.aggregate(**sums)
        return {(): Sums(total["total"] or 0, total["billed"], total["number"] or 0)} if total["total"] else {}
    return {row[: len(keys)]: Sums._make(row[len(keys) :]) for row in _fetched(added.annotate(**sums))}


def _fetched(rows: Any) -> list[tuple[Any, ...]]:
    """Rows as the database gives them, of which Django would look at every number once more."""
    try:
        statement = rows.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _rows(asked: Asked, member: Membership, levels: list[str]) -> tuple[Any, dict[str, str]]:
    """The smallest table that knows all that is asked."""
    needed = {*levels, *asked.narrowed_by} - {"month"}
    sees_all = can_for_others(member, "report.view")
    if needed <= OF_PEOPLE.keys():
        return within_reach(PersonDay.objects.all(), member, "report.view"), OF_PEOPLE
    if needed <= OF_PROJECTS.keys() and sees_all:
        return ProjectDay.objects.all(), OF_PROJECTS
    return _in_reach(member), OF_ENTRIES


def _key(level: str, paths: dict[str, str], period: Period) -> Any:
    if level != "month":
        return F(paths[level])
    months = Value(period.months(), ArrayField(DateField()))
    return Func(F("day"), months, function="width_bucket", output_field=IntegerField())


def _worth(kind: str, asked: Asked, member: Membership, levels: list[str]) -> dict[Key, Amounts]:
    entries = entries_of(asked, member)
    if kind == BILL:
        entries = entries.filter(billable=True)
    keys = {f"level_{place}": _key(level, OF_ENTRIES, asked.period) for place, level in enumerate(levels)}
    return worth(kind, entries.annotate(**keys), *keys)


def _names(levels: list[str], keys: Collection[Key], member: Membership, period: Period) -> list[Names]:
    """Of each level: what its numbers are called, and how an address says them. One statement each."""
    numbers = [{key[place] for key in keys} for place in range(len(levels))]
    return [
        _months(period) if level == "month" else _named(level, wanted, member)
        for level, wanted in zip(levels, numbers, strict=True)
    ]


def _months(period: Period) -> Names:
    found: Names = {}
    for number, month in enumerate(period.months(), 1):
        last = min(months_before(month, -1) - timedelta(days=1), period.last)
        words = {"period": "days", "from": max(month, period.first).isoformat(), "to": last.isoformat()}
        found[number] = f"{month:%B %Y}", words
    return found


def _named(level: str, numbers: set[Any], member: Membership) -> Names:
    if level == "person":
        return _people(numbers, member)
    rows = {
        "client": lambda: Company.objects.all(),
        "project": lambda: Project.objects.all(),
        "task": lambda: Task.objects.select_related("project"),
        "tag": lambda: Tag.objects.all(),
    }[level]()
    found = {row.pk: (_name(level, row), {level: str(row.public_id)}) for row in rows.filter(pk__in=numbers - {None})}
    nothing = {"client": "Internal", "task": "No task", "tag": "No tag"}.get(level, "None")
    return {**found, None: (nothing, {level: NONE})}


def _people(numbers: set[Any], member: Membership) -> Names:
    """They may be hundreds, of whom nothing is told but their names."""
    names = F("user__first_name"), F("user__last_name"), F("user__email")
    among = Value([*numbers - {None}], ArrayField(BigIntegerField()))
    rows = colleagues_of(member).filter(IsAmong(F("pk"), among)).values_list("pk", "public_id", *names)
    return {pk: (f"{first} {last}".strip() or email, {"person": str(id)}) for pk, id, first, last, email in rows}


def _name(level: str, row: Any) -> str:
    return f"{row.project} · {row}" if level == "task" else str(row)


def _tree(
    levels: list[str],
    sums: dict[Key, Sums],
    before: dict[Key, Sums],
    worths: list[dict[Key, Amounts]],
    names: list[Names],
) -> Group:
    """The lines of all these sums, each below the one that holds it; the total is the root."""
    total = Group("Total")
    places: dict[Key, Group] = {(): total}

    def group(key: Key) -> Group:
        found = places.get(key)
        if found is None:
            above = places.get(key[:-1]) or group(key[:-1])
            name, words = names[len(key) - 1][key[-1]]
            found = places[key] = Group(name, words={**above.words, **words})
            above.parts.append(found)
        return found

    for key, each in sums.items():
        group(key).sums = each
    for key, each in before.items():
        if key in places or levels[:1] != ["month"]:  # the first month is compared with the first one before
            group(key).before += each.minutes
        total.before += each.minutes if key else 0
    for name, amounts in zip(("billed", "cost"), worths, strict=True):
        for key, by_currency in amounts.items():
            if key in places:
                setattr(places[key], name, dict(by_currency))
    _add_up(total)
    _sort(total, levels)
    return total


def _add_up(group: Group) -> None:
    """What a line holds is the sum of the lines below it."""
    for part in group.parts:
        if part.parts:
            _add_up(part)
    group.sums = Sums(*map(sum, zip(group.sums, *(part.sums for part in group.parts), strict=True)))
    if any(part.billed or part.cost for part in group.parts):
        group.billed = _added(group.billed, [part.billed for part in group.parts])
        group.cost = _added(group.cost, [part.cost for part in group.parts])


def _added(amounts: Amounts, more: Iterable[Amounts]) -> Amounts:
    found = dict(amounts)
    for each in more:
        for currency, amount in each.items():
            found[currency] = found.get(currency, Decimal(0)) + amount
    return found or NO_MONEY


def _sort(total: Group, levels: list[str]) -> None:
    """Months in their order, all else with the most hours first."""
    for level in levels[:1]:
        total.parts.sort(key=lambda part: part.words["from"] if level == "month" else (-part.sums.minutes, part.name))
        for part in total.parts:
            if part.parts:
                _sort(part, levels[1:])
