"""Hours that wait for an invoice: what they come to, and the lines that they would be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models

from accounts.models import Membership
from accounts.permissions import within_reach
from crm.models import Company
from invoicing.amounts import of_hours
from lib import formats
from timetracking.models import Project, TimeEntry
from timetracking.rates.queries import BILL, bill_rates, priced

LONGEST_TEXT = 500


class Grouping(models.TextChoices):
    """What becomes one line. Hours at different rates are always different lines."""

    TASK = "task", "Each task"
    PROJECT = "project", "Each project"
    PERSON = "person", "Each person on a project"
    ENTRY = "entry", "Each entry, with its note"


@dataclass
class OpenProject:
    """A project's billable hours that are on no invoice yet, in one currency."""

    project: Project
    minutes: int = 0
    amount: Decimal = Decimal(0)  # as its lines would come to, one for each task
    unpriced: int = 0  # minutes that no rate has a price for


@dataclass
class OpenClient:
    """A client's open projects of one currency: what one invoice can take."""

    company: Company
    currency: str
    projects: list[OpenProject] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        return sum(each.minutes for each in self.projects)

    @property
    def amount(self) -> Decimal:
        return sum((each.amount for each in self.projects), Decimal(0))

    @property
    def unpriced(self) -> int:
        return sum(each.unpriced for each in self.projects)


@dataclass
class Proposed:
    """A line of hours to come, and the entries on it."""

    project: Project
    text: str
    rate: Decimal
    minutes: int = 0
    entries: list[TimeEntry] = field(default_factory=list)

    @property
    def amount(self) -> Decimal:
        return of_hours(self.minutes, self.rate)


def open_entries(
    member: Membership,
    *,
    company: Company | None = None,
    project: Project | None = None,
    through: date | None = None,
    only_approved: bool = False,
) -> Any:
    """The billable hours for clients on no invoice, as far as this member sees them in reports; samples are none."""
    entries = within_reach(TimeEntry.objects.own().open(), member, "report.view")
    entries = entries.filter(billable=True, project__company__isnull=False)
    if company is not None:
        entries = entries.filter(project__company=company)
    if project is not None:
        entries = entries.filter(project=project)
    if through is not None:
        entries = entries.filter(day__lte=through)
    return entries.filter(rates_frozen_at__isnull=False) if only_approved else entries


def open_clients(entries: Any) -> list[OpenClient]:
    """What these entries come to by client and currency, in the order of their names: three statements.

    An amount is the sum of the lines that a draft would have, one for each task, so the two agree to the cent.
    """
    lines: dict[tuple[int, str], dict[tuple[int | None, Decimal], int]] = defaultdict(lambda: defaultdict(int))
    unpriced: dict[tuple[int, str], int] = defaultdict(int)
    for hours, money in priced(BILL, entries):
        if money is None:
            unpriced[hours.work.project, hours.work.currency] += hours.minutes
        else:
            lines[hours.work.project, money.currency][hours.work.task, money.amount] += hours.minutes
    currencies: dict[int, set[str]] = defaultdict(set)
    for number, currency in (*lines, *unpriced):
        currencies[number].add(currency)
    projects = Project.objects.filter(pk__in=currencies).select_related("company")
    found: dict[tuple[int, str], OpenClient] = {}
    for project in projects.order_by("company__name_key", "company_id", "name_key", "pk"):
        for currency in sorted(currencies[project.pk]):
            of_task = lines.get((project.pk, currency), {})
            amount = sum((of_hours(minutes, rate) for (_, rate), minutes in of_task.items()), Decimal(0))
            open_project = OpenProject(project, sum(of_task.values()), amount, unpriced.get((project.pk, currency), 0))
            client = found.setdefault((project.company_id, currency), OpenClient(project.company, currency))
            client.projects.append(open_project)
    return list(found.values())


def proposed(entries: Iterable[TimeEntry], currency: str, grouping: str) -> list[Proposed]:
    """The lines of these entries, by project and task; what has no price in this currency is left out."""
    given = sorted(entries, key=lambda entry: (entry.project.name_key, entry.project_id, *_place(entry, grouping)))
    rates = bill_rates(given)
    found: dict[tuple[Any, ...], Proposed] = {}
    for entry in given:
        money = rates[entry.pk]
        if money is None or money.currency != currency:
            continue
        key = (entry.project_id, *_place(entry, grouping), money.amount)
        line = found.setdefault(key, Proposed(entry.project, _text(entry, grouping)[:LONGEST_TEXT], money.amount))
        line.minutes += entry.minutes
        line.entries.append(entry)
    return list(found.values())


def _place(entry: TimeEntry, grouping: str) -> tuple[Any, ...]:
    """What of an entry decides on which line it is, after its project; in the order of the lines."""
    if grouping == Grouping.ENTRY:
        return entry.day, entry.pk
    if grouping == Grouping.PERSON:
        return str(entry.person), entry.person_id
    if grouping == Grouping.TASK:
        return (entry.task.position, entry.task_id) if entry.task else (-1, 0)
    return ()


def _text(entry: TimeEntry, grouping: str) -> str:
    if grouping == Grouping.ENTRY:
        return ", ".join(filter(None, [formats.day(entry.day, "year"), str(entry.project), entry.note]))
    if grouping == Grouping.PERSON:
        return f"{entry.project}, {entry.person}"
    return f"{entry.project}: {entry.task}" if grouping == Grouping.TASK and entry.task else str(entry.project)
