"""Who should know is told when half, 80 % and all of a budget is used: once each, behind the bell and by mail.

What was told is a row. Hours that come and go don't tell it again; another budget takes back what lies above it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

import audit
from accounts.bell import BellKind, Told, register, ring
from accounts.models import Membership
from accounts.permissions import can
from tenancy.context import current_account_id
from tenancy.queue import after_commit
from timetracking.budgets.queries import firm_today, month_before, month_of, used
from timetracking.models import BudgetAlert, BudgetWatcher, Project

SHARES = (50, 80, 100)
MOST = 9_999  # percent; more is only a bigger number


def _tell(member: Membership, ids: Sequence[UUID]) -> Mapping[UUID, Told]:
    seen = Project.objects.visible_to(member)
    alerts = BudgetAlert.objects.filter(public_id__in=ids, project__in=seen).select_related("project")
    page = "timetracking:project"
    return {
        alert.public_id: Told(words(alert), reverse(page, args=[member.account.slug, alert.project.public_id]))
        for alert in alerts
    }


def words(alert: BudgetAlert) -> str:
    """Noticed: 83 % of the budget of Website relaunch is used."""
    month = f" for {alert.month:%B}" if alert.month else ""
    return f"noticed: {alert.used_percent} % of the budget of {alert.project}{month} is used"


RUNS_OUT = register(BellKind("budget", icon="gauge", tell=_tell, letter="noticed that a project’s budget runs out"))


def touched(projects: Iterable[Project]) -> None:
    """Hours on these came, went or changed: look at their budgets once that is committed."""
    ids = {str(project.public_id) for project in projects if project.has_budget and not project.is_sample}
    if ids:
        after_commit("timetracking.look_at_budgets", projects=sorted(ids))


@transaction.atomic
def look(projects: Collection[str | UUID]) -> int:
    """Tell what is to be told of these projects' budgets; returns how much that was. Safe to run twice."""
    today = firm_today()
    return sum(_look_at(project, today) for project in _locked(projects))


def look_at_all() -> int:
    """The same for all that have a budget, for what no message said."""
    month = month_of(firm_today())
    budgeted = list(Project.objects.active().own().with_budget())
    late = used([project for project in budgeted if project.budget_is_monthly], month_before(month))
    states = [*used(budgeted, month).values(), *late.values()]
    reached = {state.project.public_id for state in states if state.percent >= SHARES[0]}
    return look(reached) if reached else 0


@transaction.atomic
def budget_changed(project: Project) -> None:
    """What was told of the former budget and is not true of this one may be told again.

    What is used of the month before is known by now: it is not told of a budget that begins today.
    """
    told = BudgetAlert.objects.filter(project=project, rearmed_at=None)
    months = _months(project, firm_today())
    told.filter(month__isnull=project.budget_is_monthly).update(rearmed_at=timezone.now())
    for month in months:
        percent = used([project], month)[project.pk].percent if project.has_budget else 0
        told.filter(month=month, percent__gt=percent).update(rearmed_at=timezone.now())
        if month is not None and month != months[0]:
            _note(project, month, percent)
    touched([project])


@transaction.atomic
def choose(project: Project, people: Iterable[Membership]) -> None:
    """These are told, and nobody else; if there are none, who usually is."""
    BudgetWatcher.objects.filter(project=project).delete()
    BudgetWatcher.objects.bulk_create(BudgetWatcher(project=project, person=person) for person in people)


def people_to_tell(project: Project) -> list[Membership]:
    """Who was chosen; if nobody was, the project's managers and the owners. Of money only who may see rates."""
    members = Membership.objects.active().filter(account_id=current_account_id()).select_related("user", "account")
    chosen = list(members.filter(pk__in=project.watchers.values("person")).by_name())
    if chosen:
        return chosen
    managers = project.members.filter(is_manager=True).values_list("person_id", flat=True)
    usual = [each for each in members.by_name() if each.role == Membership.Role.OWNER or each.pk in set(managers)]
    return [each for each in usual if not project.budget_is_money or can(each, "rate.view")]


def _locked(projects: Collection[str | UUID]) -> list[Project]:
    """One at a time looks at a project; whoever logs hours on it does not wait."""
    rows = Project.objects.active().own().filter(public_id__in=projects).order_by("id")
    return [each for each in rows.select_for_update(no_key=True) if each.has_budget]


def _months(project: Project, today: date) -> list[date | None]:
    """What its budget is counted for now: for all time, or for this month and, where hours come late, the last."""
    month = month_of(today)
    return [month, month_before(month)] if project.budget_is_monthly else [None]


def _look_at(project: Project, today: date) -> int:
    told = 0
    for month in _months(project, today):
        if new := _note(project, month, used([project], month)[project.pk].percent):
            _ring(project, new[-1])
            told += len(new)
    return told


def _note(project: Project, month: date | None, percent: int) -> list[BudgetAlert]:
    """Remember which shares are reached by now; returns those that nobody was told of, the highest last."""
    told = BudgetAlert.objects.filter(project=project, month=month, rearmed_at=None)
    known = set(told.values_list("percent", flat=True))
    reached = [share for share in SHARES if share <= percent and share not in known]
    return BudgetAlert.objects.bulk_create(
        BudgetAlert(project=project, month=month, percent=share, used_percent=min(percent, MOST)) for share in reached
    )


def _ring(project: Project, alert: BudgetAlert) -> None:
    """One notice, of the highest share that was reached; one line in the log."""
    ring(people_to_tell(project), RUNS_OUT, alert)
    month = alert.month.isoformat() if alert.month else ""
    audit.record("project.budget_used", project, data={"percent": alert.used_percent, "month": month})
