"""How the log tells what happened to projects, tasks and hours."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from accounts.history import pages_of
from accounts.permissions import can
from audit.words import Data, Field, Kind, Noun, Ref, register, register_noun
from lib import formats
from timetracking.models import Project, Task, TimeEntry

GROUP = "Projects and time"


def _entry(data: Data) -> dict[str, str | Ref]:
    entry = data["entry"]
    task = entry.get("task_name")
    return {
        "time": formats.hours(entry["minutes"]),
        "project": Ref("timetracking.project", entry["project"], entry.get("project_name") or "a project"),
        "task": f" ({task})" if task else "",
        "day": _day(entry["day"]),
        **_whose(data),
    }


def _copied(data: Data) -> dict[str, str | Ref]:
    number = len(data["entries"])
    entries = f"{number or 'no'} entr{'y' if number == 1 else 'ies'}"
    return {"source": _day(data["from"]), "target": _day(data["to"]), "number": entries, **_whose(data)}


def _whose(data: Data) -> dict[str, str | Ref]:
    """Whose hours, when it is not who acted."""
    return {"whose": f" for {data['person']}" if data.get("person") else ""}


def _of_project(data: Data) -> dict[str, str | Ref]:
    return {"project": Ref("timetracking.project", data["project"], data["project_name"])}


def _day(text: str) -> str:
    return formats.day(date.fromisoformat(text))


def _clock(text: str | None) -> str:
    return formats.clock(datetime.fromisoformat(text)) if text else ""


def _billing(value: Any) -> str:
    return {"True": "billable", "False": "not billable", "": "as the project"}[str(value)]


def _budget(hours: str) -> str:
    return f"{hours} hours" if hours else ""


def _days(reader: Any, public_ids: Collection[UUID]) -> dict[UUID, str]:
    """The day that holds the entry: one's own, or anybody's for those who may see them."""
    entries = TimeEntry.objects.visible_to(reader).filter(public_id__in=public_ids).select_related("person")
    address = reverse("timetracking:day", args=[reader.account.slug])
    return {entry.public_id: f"{address}?day={entry.day}&person={entry.person.public_id}" for entry in entries}


def _project_of_task(reader: Any, public_ids: Collection[UUID]) -> dict[UUID, str]:
    if not can(reader, "project.view"):
        return {}
    tasks = Task.objects.filter(public_id__in=public_ids).select_related("project")
    page = "timetracking:project"
    return {task.public_id: reverse(page, args=[reader.account.slug, task.project.public_id]) for task in tasks}


register(
    GROUP,
    Kind("project.created", "Project added", "added [the project ]{record}", "plus"),
    Kind("project.changed", "Project changed", "changed {changes}[ of {record}]", "pencil"),
    Kind("project.archived", "Project archived", "archived [the project ]{record}", "archive"),
    Kind("project.restored", "Project restored", "restored [the project ]{record}", "archive-off"),
    Kind("task.created", "Task added", "added the task {record}[ to {project}]", "plus", _of_project),
    Kind("task.changed", "Task changed", "changed {changes} of the task {record}[ of {project}]", "pencil",
         _of_project, unchanged="saved the task {record}"),
    Kind("task.archived", "Task archived", "archived the task {record}[ of {project}]", "archive", _of_project),
    Kind("task.restored", "Task restored", "restored the task {record}[ of {project}]", "archive-off", _of_project),
    Kind("time_entry.created", "Time logged", "logged {time}{whose} on {project}{task} for {day}", "clock", _entry),
    Kind("time_entry.changed", "Time changed", "changed {changes} of the entry {record}{whose}", "pencil", _whose),
    Kind("time_entry.deleted", "Time deleted", "deleted {time}{whose} on {project}{task} for {day}", "trash", _entry),
    Kind("time_entry.restored", "Time brought back", "brought back {time}{whose} on {project}{task} for {day}",
         "arrow-back-up", _entry),
    Kind("time_week.copied", "Week copied",
         "copied the week of {source} to the week of {target}{whose}, with {number}", "copy", _copied),
)  # fmt: skip

register_noun(
    Noun(
        "timetracking.project",
        "project",
        {
            "name": Field("Name"),
            "company": Field("Company"),
            "code": Field("Code"),
            "billable": Field("Billing", _billing),
            "hourly_rate": Field("Hourly rate", needs="rate.view"),
            "currency": Field("Currency"),
            "budget_hours": Field("Budget", _budget),
        },
        pages_of("timetracking:project", "project.view", lambda member: Project.objects.all()),
    )
)
register_noun(
    Noun("timetracking.task", "task", {"name": Field("Name"), "billable": Field("Billing", _billing)}, _project_of_task)
)
register_noun(
    Noun(
        "timetracking.timeentry",
        "entry",
        {
            "project_name": Field("Project"),
            "task_name": Field("Task"),
            "day": Field("Day", _day),
            "minutes": Field("Time", formats.hours),
            "started_at": Field("Start", _clock),
            "stopped_at": Field("End", _clock),
            "note": Field("Note", is_long=True),
            "billable": Field("Billing", _billing),
        },
        _days,
        left_out=frozenset({"project", "task", "time_zone", "source"}),
    )
)
