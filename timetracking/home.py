"""Time on the home page: the member's week against its target, what was logged last, and the projects."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.home import Panel, Tile, register, register_tile
from accounts.permissions import MANAGERS, can, can_for_others
from lib.weeks import days_of_week, local_day
from timetracking.approval.approvers import Approvers
from timetracking.approval.listing import waiting_for
from timetracking.budgets.queries import standing, used_for
from timetracking.models import Project, TimeEntry, TimeSettings
from timetracking.queries import DayColumn, hours_by_day, hours_by_project, today_of, zone_of
from timetracking.targets import FULL_DAY, days_of

RECENT = 5
PROJECTS = 6


def my_week(request: HttpRequest) -> dict[str, Any]:
    """This week day by day. Nothing is missing from before the member joined or logged."""
    person, account = request.membership, request.account  # type: ignore[attr-defined]
    today = today_of(person)
    days = days_of_week(today, account.first_weekday)
    minutes = hours_by_day(person, days)
    plans = days_of(person, days[0], days[-1], reader=person)
    columns = [DayColumn(plan, minutes.get(day, 0), today) for day, plan in plans.items()]
    full_day = max(column.target for column in columns) or FULL_DAY
    joined = local_day(person.joined_at, zone_of(person))
    first = min([joined, *(day for day in days if minutes.get(day))])
    missing = [column for column in columns if column.missing and column.day >= first]
    return {
        "columns": columns,
        "minutes": sum(minutes.values()),
        "target": sum(column.target for column in columns),
        "missing": missing,
        "missing_minutes": sum(column.missing for column in missing),
        "full_day": full_day,
        "scale": full_day * 5 // 4,  # a full bar holds more than a day's target, so that more shows
    }


def recent_entries(request: HttpRequest) -> dict[str, Any]:
    """What the member logged last, the latest day first."""
    entries = TimeEntry.objects.of(request.membership).with_names()  # type: ignore[attr-defined]
    return {"entries": entries.order_by("-day", "-id")[:RECENT]}


def projects(request: HttpRequest) -> dict[str, Any]:
    """The active projects by name; everybody's hours and the budget for those who may see them."""
    active = list(
        Project.objects.visible_to(request.membership).active().select_related("company").by_name()[: PROJECTS + 1]
    )
    sees_hours = can_for_others(request.membership, "time.view")  # type: ignore[attr-defined]
    hours = hours_by_project(TimeEntry.objects.visible_to(request.membership), active) if sees_hours else {}
    budgets = used_for(request.membership, active[:PROJECTS])  # type: ignore[attr-defined]
    return {
        "lines": [
            {"project": project, "minutes": hours.get(project.pk, 0), "budget": budgets.get(project.pk)}
            for project in active[:PROJECTS]
        ],
        "has_more": len(active) > PROJECTS,
        "sees_hours": sees_hours,
        "may_edit": can(request.membership, "project.edit"),  # type: ignore[attr-defined]
    }


def approvals_waiting(request: Any) -> Tile | None:
    """The timesheets that wait for this member."""
    member = request.membership
    if not TimeSettings.current().is_approval_on or not can_for_others(member, "time.approve"):
        return None
    number = waiting_for(member, Approvers()).count()
    url = reverse("timetracking:approvals", args=[request.account.slug])
    return Tile("Approvals waiting", str(number), url, "timesheets") if number else None


def full_budgets(request: Any) -> Tile | None:
    """Budgets that are used up, or nearly."""
    full = standing(request.membership, is_full=True) if request.membership.role in MANAGERS else []
    url = reverse("timetracking:report_budgets", args=[request.account.slug], query={"full": 1})
    return Tile("Budgets over 80 %", str(len(full)), url, str(full[0].project), "warn") if full else None


register_tile("time.approve", 10, approvals_waiting)
register_tile("report.people", 20, full_budgets)
register(Panel("timetracking/_my_week.html", "time.log", 10, "main", my_week))
register(Panel("timetracking/_recent_entries.html", "time.log", 10, "side", recent_entries))
register(Panel("timetracking/_home_projects.html", "project.view", 20, "main", projects))
