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
from timetracking.approval import audit_words as approval  # noqa: F401  (a room's own words)
from timetracking.expenses import audit_words as expenses  # noqa: F401
from timetracking.imports import audit_words as imports  # noqa: F401
from timetracking.models import Project, ProjectTemplate, Task, TimeEntry
from timetracking.off import audit_words as off  # noqa: F401  (a room's own words)

GROUP = "Projects and time"


def _entry(data: Data) -> dict[str, str | Ref]:
    entry = data["entry"]
    task = entry.get("task_name")
    return {
        "time": formats.hours(entry["minutes"]),
        "project": Ref("timetracking.project", entry["project"], entry.get("project_name") or "a project"),
        "task": f" ({task})" if task else "",
        "day": _day(entry["day"]),
        **_late(data),
    }


def _late(data: Data) -> dict[str, str | Ref]:
    return {**_whose(data), "late": f" (late: {data['reason']})" if data.get("reason") else ""}


def _timer(data: Data) -> dict[str, str | Ref]:
    timer = data["timer"]
    return {
        "project": Ref("timetracking.project", timer["project"], timer.get("project_name") or "a project"),
        "task": f" ({timer['task_name']})" if timer.get("task_name") else "",
        **_whose(data),
    }


def _discarded(data: Data) -> dict[str, str | Ref]:
    return {"time": formats.hours(data["minutes"]), **_timer(data)}


def _copied(data: Data) -> dict[str, str | Ref]:
    number = len(data["entries"])
    entries = f"{number or 'no'} entr{'y' if number == 1 else 'ies'}"
    return {"source": _day(data["from"]), "target": _day(data["to"]), "number": entries, **_whose(data)}


def _whose(data: Data) -> dict[str, str | Ref]:
    """Whose hours, when it is not who acted."""
    return {"whose": f" for {data['person']}" if data.get("person") else ""}


def _of_project(data: Data) -> dict[str, str | Ref]:
    return {"project": Ref("timetracking.project", data["project"], data["project_name"])}


def _on_team(data: Data) -> dict[str, str | Ref]:
    return {"person": data["person"]}


def _named(data: Data) -> dict[str, str | Ref]:
    return {"name": data["name"]}


def _used(data: Data) -> dict[str, str | Ref]:
    month = f" for {date.fromisoformat(data['month']):%B %Y}" if data["month"] else ""
    return {"percent": str(data["percent"]), "month": month}


def _day(text: str) -> str:
    return formats.day(date.fromisoformat(text))


def _clock(text: str | None) -> str:
    return formats.clock(datetime.fromisoformat(text)) if text else ""


def _billing(value: Any) -> str:
    return {"True": "billable", "False": "not billable", "": "as the project"}[str(value)]


def _checked(value: Any) -> str:
    return "guessed" if value else "checked"


def _budget(hours: str) -> str:
    return f"{hours} hours" if hours else ""


def _of_days(data: Data) -> dict[str, str | Ref]:
    return {"report": data["report"], "first": _day(data["first"]), "last": _day(data["last"])}


def _since(data: Data) -> dict[str, str | Ref]:
    return {"since": f"from {_day(data['since'])} on" if data.get("since") else "since ever"}


TERMS = {
    "billable": Field("Billing", _billing),
    "hourly_rate": Field("Hourly rate", needs="rate.view"),
    "currency": Field("Currency"),
    "budget_hours": Field("Budget", _budget),
    "budget_amount": Field("Budget in money", needs="rate.view"),
    "budget_period": Field("Budget is"),
}


def _days(reader: Any, public_ids: Collection[UUID]) -> dict[UUID, str]:
    """The day that holds the entry: one's own, or anybody's for those who may see them."""
    entries = TimeEntry.objects.visible_to(reader).filter(public_id__in=public_ids).select_related("person")
    address = reverse("timetracking:day", args=[reader.account.slug])
    return {entry.public_id: f"{address}?day={entry.day}&person={entry.person.public_id}" for entry in entries}


def _project_of_task(reader: Any, public_ids: Collection[UUID]) -> dict[UUID, str]:
    if not can(reader, "project.view"):
        return {}
    tasks = Task.objects.visible_to(reader).filter(public_id__in=public_ids).select_related("project")
    page = "timetracking:project"
    return {task.public_id: reverse(page, args=[reader.account.slug, task.project.public_id]) for task in tasks}


register(
    GROUP,
    Kind("project.created", "Project added", "added [the project ]{record}", "plus"),
    Kind("project.changed", "Project changed", "changed {changes}[ of {record}]", "pencil"),
    Kind("project.budget_used", "Budget used", "noticed that {percent} % of the budget{month}[ of {record}] is used",
         "gauge", _used),
    Kind("project.member_joined", "Person added to a team", "put {person} on the team[ of {record}]", "user-plus",
         _on_team),
    Kind("project.member_left", "Person taken off a team", "took {person} off the team[ of {record}]", "user-minus",
         _on_team),
    Kind("project.member_promoted", "Project manager made", "made {person} a manager[ of {record}]", "user-up",
         _on_team),
    Kind("project.member_demoted", "Project manager no more", "made {person} a member[ of {record}], not a manager",
         "user-down", _on_team),
    Kind("project_template.created", "Project template saved", "saved the project template {record}", "template"),
    Kind("project_template.changed", "Project template changed",
         "changed {changes} of the project template {record}", "pencil",
         unchanged="saved the project template {record}"),
    Kind("project_template.deleted", "Project template deleted", "deleted the project template {name}", "trash",
         _named),
    Kind("task.moved", "Task moved", "gave the task {record} another place[ in {project}]", "arrows-sort", _of_project),
    Kind("project.archived", "Project archived", "archived [the project ]{record}", "archive"),
    Kind("project.restored", "Project restored", "restored [the project ]{record}", "archive-off"),
    Kind("task.created", "Task added", "added the task {record}[ to {project}]", "plus", _of_project),
    Kind("task.changed", "Task changed", "changed {changes} of the task {record}[ of {project}]", "pencil",
         _of_project, unchanged="saved the task {record}"),
    Kind("task.archived", "Task archived", "archived the task {record}[ of {project}]", "archive", _of_project),
    Kind("task.restored", "Task restored", "restored the task {record}[ of {project}]", "archive-off", _of_project),
    Kind("time_entry.created", "Time logged", "logged {time}{whose} on {project}{task} for {day}{late}", "clock",
         _entry),
    Kind("time_entry.changed", "Time changed", "changed {changes} of the entry {record}{whose}{late}", "pencil", _late),
    Kind("time_entry.deleted", "Time deleted", "deleted {time}{whose} on {project}{task} for {day}{late}", "trash",
         _entry),
    Kind("time_entry.restored", "Time brought back", "brought back {time}{whose} on {project}{task} for {day}",
         "arrow-back-up", _entry),
    Kind("timer.started", "Timer started", "started the timer{whose} on {project}{task}", "player-play", _timer),
    Kind("timer.changed", "Timer changed", "changed {changes} of the running timer{whose}", "pencil", _whose),
    Kind("timer.discarded", "Timer discarded", "discarded {time} of the timer{whose} on {project}{task}", "trash",
         _discarded),
    Kind("report.exported", "Report taken along", "took along the report {report} of {first} to {last}", "download",
         _of_days),
    Kind("rate.changed", "Rate changed", "changed {changes} {since} for {record}", "coins", _since,
         unchanged="changed a rate of {record}"),
    Kind("time_week.copied", "Week copied",
         "copied the week of {source} to the week of {target}{whose}, with {number}", "copy", _copied),
)  # fmt: skip

register_noun(
    Noun(
        "timetracking.project",
        "project",
        {
            **TERMS,
            "name": Field("Name"),
            "company": Field("Company"),
            "code": Field("Code"),
            "told": Field("Told of the budget"),
        },
        pages_of("timetracking:project", "project.view", Project.objects.visible_to),
    )
)
register_noun(
    Noun(
        "timetracking.projecttemplate",
        "project template",
        {
            **TERMS,
            "name": Field("Name"),
            "tasks": Field("Tasks"),
            "people": Field("Team"),
        },
        pages_of("timetracking:template", "project.edit", lambda member: ProjectTemplate.objects.all()),
    )
)
register_noun(
    Noun("timetracking.task", "task", {"name": Field("Name"), "billable": Field("Billing", _billing)}, _project_of_task)
)
register_noun(
    Noun(
        "timetracking.rate",
        "rate",
        {
            "bill_rate": Field("Hourly rate", needs="rate.view"),
            "cost_rate": Field("Cost of an hour", needs="cost.view"),
        },
    )
)
register_noun(
    Noun(
        "timetracking.runningtimer",
        "timer",
        {
            "work": Field("Work"),
            "note": Field("Note", is_long=True),
            "tags": Field("Tags", ", ".join),
            "billable": Field("Billing", _billing),
            "started_at": Field("Start", _clock),
        },
    )
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
            "tags": Field("Tags", ", ".join),
            "billable": Field("Billing", _billing),
            "needs_check": Field("Stop", _checked),
            "own_rate": Field("Own rate", needs="rate.view"),
        },
        _days,
        left_out=frozenset({"project", "task", "time_zone", "source"}),
    )
)
