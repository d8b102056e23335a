"""Time on the home page: the member's week against its target, what was logged last, and the projects."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.home import Panel, register
from accounts.permissions import can, can_for_others
from lib.weeks import days_of_week, local_day
from timetracking.models import Project, TimeEntry
from timetracking.queries import DayColumn, hours_by_day, hours_by_project
from timetracking.targets import FULL_DAY
from timetracking.views.shared import budget, today_of, zone_of

RECENT = 5
PROJECTS = 6
SCALE = FULL_DAY * 5 // 4  # what a full bar holds: more than a day's target, so that more shows


def my_week(request: HttpRequest) -> dict[str, Any]:
    """This week day by day. Nothing is missing from before the member joined or logged."""
    person, account = request.membership, request.account  # type: ignore[attr-defined]
    today = today_of(person)
    days = days_of_week(today, account.first_weekday)
    minutes = hours_by_day(person, days)
    columns = [DayColumn(day, minutes.get(day, 0), today) for day in days]
    joined = local_day(person.joined_at, zone_of(person))
    first = min([joined, *(day for day in days if minutes.get(day))])
    missing = [column for column in columns if column.missing and column.day >= first]
    return {
        "columns": columns,
        "minutes": sum(minutes.values()),
        "target": sum(column.target for column in columns),
        "missing": missing,
        "missing_minutes": sum(column.missing for column in missing),
        "full_day": FULL_DAY,
        "scale": SCALE,
    }


def recent_entries(request: HttpRequest) -> dict[str, Any]:
    """What the member logged last, the latest day first."""
    entries = TimeEntry.objects.of(request.membership).with_names()  # type: ignore[attr-defined]
    return {"entries": entries.order_by("-day", "-id")[:RECENT]}


def projects(request: HttpRequest) -> dict[str, Any]:
    """The active projects by name; everybody's hours and the budget for those who may see them."""
    active = list(Project.objects.active().select_related("company").by_name()[: PROJECTS + 1])
    sees_hours = can_for_others(request.membership, "time.view")  # type: ignore[attr-defined]
    hours = hours_by_project(TimeEntry.objects.visible_to(request.membership), active) if sees_hours else {}
    return {
        "lines": [
            {"project": project, "minutes": minutes, **budget(project, minutes)}
            for project in active[:PROJECTS]
            for minutes in [hours.get(project.pk, 0)]
        ],
        "has_more": len(active) > PROJECTS,
        "sees_hours": sees_hours,
        "may_edit": can(request.membership, "project.edit"),  # type: ignore[attr-defined]
    }


register(Panel("timetracking/_my_week.html", "time.log", 10, "main", my_week))
register(Panel("timetracking/_recent_entries.html", "time.log", 10, "side", recent_entries))
register(Panel("timetracking/_home_projects.html", "project.view", 20, "main", projects))
