"""How much of its budget a project has used: the one sum that pages, lists and alerts go by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, Sum
from django.utils import timezone

from accounts.models import Account, Membership
from accounts.permissions import can, can_for_others
from lib import formats
from lib.weeks import local_day
from tenancy.context import current_account_id
from timetracking.access import in_figures_of
from timetracking.models import BudgetAlert, Project, ProjectDay, TimeEntry
from timetracking.rates.queries import BILL, worth

WARNS_FROM = 80


@dataclass(frozen=True)
class Used:
    """What a project's budget comes to, and what is used of it; of a monthly one, in that month."""

    project: Project
    minutes: int = 0
    amount: Decimal = Decimal(0)
    month: date | None = None  # of a monthly one
    has_figures: bool = True  # for whoever reads it; else only percents

    @property
    def limit(self) -> int | Decimal:
        return self.project.budget_minutes or self.project.budget_amount or 0

    @property
    def spent(self) -> int | Decimal:
        """Minutes of a budget in hours, money of one in money."""
        return self.amount if self.project.budget_is_money else self.minutes

    @property
    def left(self) -> int | Decimal:
        return self.limit - self.spent

    @property
    def spent_words(self) -> str:
        return self.words(self.spent)

    @property
    def limit_words(self) -> str:
        return self.words(self.limit)

    @property
    def left_words(self) -> str:
        return self.words(abs(self.left))

    def words(self, value: int | Decimal) -> str:
        """6:30, or €620."""
        if self.project.budget_is_money:
            return formats.money(Decimal(value).quantize(Decimal("0.01")), self.project.currency)
        return formats.hours(int(value))

    @cached_property
    def percent(self) -> int:
        """Whole percents, rounded down: 100 is not said before it is so."""
        return int(self.spent * 100 / Decimal(self.limit)) if self.limit else 0

    @property
    def share(self) -> Decimal:
        return Decimal(self.percent) / 100

    @property
    def shown(self) -> int:
        """As far as a bar reaches."""
        return min(self.percent, 100)

    @property
    def is_over(self) -> bool:
        return self.spent > self.limit

    @property
    def meter(self) -> str:
        """How the bar looks: amber from 80 %, red when there is nothing left."""
        return "bad" if self.is_over else "warn" if self.percent >= WARNS_FROM else ""

    @property
    def note(self) -> str:
        """How it is said that much of it is used."""
        return "bad" if self.is_over else "warn"


def used(projects: Iterable[Project], month: date | None = None) -> dict[int, Used]:
    """What is used of these projects' budgets; of monthly ones in ``month``, or in this one. Few statements for all."""
    budgeted = [project for project in projects if project.has_budget]
    if any(project.budget_is_monthly for project in budgeted):
        month = month or month_of(firm_today())
    counted = _counted(budgeted, month)
    minutes = _minutes([project for project in budgeted if not project.budget_is_money], counted)
    priced = [project for project in budgeted if project.budget_is_money]
    billed = TimeEntry.objects.filter(counted, project__in=priced, billable=True)
    amounts = worth(BILL, billed, "project_id") if priced else {}
    return {
        project.pk: Used(
            project,
            minutes.get(project.pk, 0),
            amounts.get((project.pk,), {}).get(project.currency, Decimal(0)),
            month if project.budget_is_monthly else None,
        )
        for project in budgeted
    }


def _counted(projects: list[Project], month: date | None) -> Q:
    """The days that count: all, or those of the month."""
    whole = Q(project__in=[project for project in projects if not project.budget_is_monthly])
    monthly = [project for project in projects if project.budget_is_monthly]
    return whole | Q(project__in=monthly, day__range=(month, last_of(month))) if month and monthly else whole


def _minutes(projects: list[Project], counted: Q) -> dict[int, int]:
    """From the sums by day; of samples, which these leave out, from the entries."""
    found: dict[int, int] = {}
    for rows, is_sample in ((ProjectDay.objects, False), (TimeEntry.objects, True)):
        if chosen := [project for project in projects if project.is_sample == is_sample]:
            sums = rows.filter(counted, project__in=chosen).order_by().values_list("project_id")
            found |= dict(sums.annotate(total=Sum("minutes")))
    return found


def used_for(member: Membership, projects: Iterable[Project]) -> dict[int, Used]:
    """The same for a reader: everybody's hours only for who may see them, money only for who may see rates."""
    if member.sees_only_own_records:
        return {}
    sees_hours, sees_rates = can_for_others(member, "time.view"), can(member, "rate.view")
    return {
        number: replace(state, has_figures=sees_hours and (sees_rates or not state.project.budget_is_money))
        for number, state in used(projects).items()
    }


def standing(member: Membership, *, is_full: bool = False) -> list[Used]:
    """The budgets of projects that are worked on, as this reader may know them, the fullest first.

    ``is_full``: only those of which 80 % is used. Who has come so far was told, so nothing else is added up.
    """
    projects = in_figures_of(member).active().own().with_budget()
    if is_full:
        now = Q(month=None) | Q(month=month_of(firm_today()))
        told = BudgetAlert.objects.filter(now, project=OuterRef("pk"), rearmed_at=None, percent__gte=WARNS_FROM)
        projects = projects.filter(Exists(told))
    states = used_for(member, projects.select_related("company").by_name()).values()
    known = [each for each in states if each.has_figures and (not is_full or each.percent >= WARNS_FROM)]
    return sorted(known, key=lambda each: -each.percent)


def last_alert(used: Used) -> BudgetAlert | None:
    """What was told last of the budget as it is."""
    told = BudgetAlert.objects.filter(project=used.project, month=used.month, rearmed_at=None)
    return told.order_by("-percent").first()


def firm_today() -> date:
    """The day it is where the firm is."""
    zone = Account.objects.values_list("time_zone", flat=True).get(pk=current_account_id())
    return local_day(timezone.now(), ZoneInfo(zone))


def month_of(day: date) -> date:
    """A month is known by its first day."""
    return day.replace(day=1)


def last_of(month: date) -> date:
    return month_of(month + timedelta(days=31)) - timedelta(days=1)


def month_before(month: date) -> date:
    return month_of(month - timedelta(days=1))
