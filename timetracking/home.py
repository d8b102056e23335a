"""The member's own time on the home page: this week against its target, and what was logged last."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.home import Panel, register
from lib.weeks import days_of_week, local_day
from timetracking.models import TimeEntry
from timetracking.queries import DayColumn, hours_by_day
from timetracking.targets import FULL_DAY
from timetracking.views.shared import today_of, zone_of

RECENT = 5
SCALE = FULL_DAY * 5 // 4  # what a full bar holds: more than a day's target, so that more shows


def my_week(request: HttpRequest) -> dict[str, Any]:
    """This week day by day. Nothing is missing from before the member joined."""
    person, account = request.membership, request.account  # type: ignore[attr-defined]
    today = today_of(person)
    days = days_of_week(today, account.first_weekday)
    minutes = hours_by_day(person, days)
    columns = [DayColumn(day, minutes.get(day, 0), today) for day in days]
    joined = local_day(person.joined_at, zone_of(person))
    missing = [column for column in columns if column.missing and column.day >= joined]
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


register(Panel("timetracking/_my_week.html", "time.log", 10, "main", my_week))
register(Panel("timetracking/_recent_entries.html", "time.log", 10, "side", recent_entries))
