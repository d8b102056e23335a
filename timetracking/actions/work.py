"""What happens to projects and their tasks."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

import audit
from crm.search import reindex
from timetracking.budgets.alerts import budget_changed
from timetracking.models import Project, Task

BUDGET = {"budget_hours", "budget_amount", "budget_period"}
Work = TypeVar("Work", Project, Task)


@transaction.atomic
def create(thing: Work) -> Work:
    """Store a new project, or a task below the project's others."""
    if isinstance(thing, Task) and not thing.position:
        last = Task.objects.filter(project=thing.project_id).aggregate(last=Max("position", default=0))["last"]
        thing.position = last + 1
    thing.save(force_insert=True)
    if isinstance(thing, Project):
        reindex([thing], are_new=True)
    audit.record(f"{thing._meta.model_name}.created", thing, data=_place(thing))
    return thing


@transaction.atomic
def change(thing: Work, changes: dict[str, list[str]], *, expected: int) -> Work:
    """Store a changed project or task; raises Conflict when it is not the version expected."""
    if changes:
        thing.save_checked(expected)
        if isinstance(thing, Project):
            reindex([thing])
            if changes.keys() & BUDGET:
                budget_changed(thing)
        audit.record(f"{thing._meta.model_name}.changed", thing, data={"changes": changes, **_place(thing)})
    return thing


@transaction.atomic
def move(task: Task, step: int) -> None:
    """Let the task stand one place earlier (-1) or later (1) among the project's active ones."""
    order = list(Task.objects.filter(project=task.project_id).active().in_order().select_for_update())
    place = next((number for number, each in enumerate(order) if each.pk == task.pk), None)
    if place is None or not 0 <= place + step < len(order):
        return
    order[place], order[place + step] = order[place + step], order[place]
    for number, each in enumerate(order, start=1):
        each.position = number
    Task.objects.bulk_update(order, ["position"])
    audit.record("task.moved", task, data=_place(task))


@transaction.atomic
def archive(thing: Project | Task) -> None:
    """No more time is logged on it; its hours stay."""
    _set_archived(thing, timezone.now(), "archived")


@transaction.atomic
def restore(thing: Project | Task) -> None:
    """Time may be logged on it again."""
    _set_archived(thing, None, "restored")


def _set_archived(thing: Project | Task, at: datetime | None, verb: str) -> None:
    if thing.is_active == (at is None):
        return
    thing.archived_at = at
    thing.save_checked(thing.version)
    audit.record(f"{thing._meta.model_name}.{verb}", thing, data=_place(thing))


def _place(thing: Project | Task) -> dict[str, str]:
    """The project of a task, for the log."""
    if isinstance(thing, Project):
        return {}
    return {"project": str(thing.project.public_id), "project_name": str(thing.project)}
