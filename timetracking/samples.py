"""Sample projects, tasks and hours: how they go, without anything that is the firm's own.

A sample project on which somebody logged own hours or entered an expense, or to which they added a task, stays with
these and becomes the firm's own; so do the tasks that these are on.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from crm.models import SearchToken
from tenancy.models import AccountModel
from timetracking.models import (
    BudgetAlert,
    BudgetWatcher,
    Expense,
    Project,
    ProjectMember,
    Rate,
    RunningTimer,
    SheetRow,
    Signature,
    Task,
    TimeEntry,
)

PARTS: tuple[type[AccountModel], ...] = (BudgetAlert, BudgetWatcher, ProjectMember, Rate, SheetRow, Signature)
"""What is a project's, and goes before it."""


def kept_projects() -> list[Project]:
    """The sample projects that hold own hours, expenses or own tasks, or that somebody works on now."""
    hours = TimeEntry.objects.own().filter(project=OuterRef("pk"))
    tasks = Task.objects.filter(project=OuterRef("pk"), is_sample=False)
    timers = RunningTimer.objects.filter(project=OuterRef("pk"))
    expenses = Expense.objects.filter(project=OuterRef("pk"))
    found = Q(Exists(hours)) | Q(Exists(tasks)) | Q(Exists(timers)) | Q(Exists(expenses))
    kept = Project.objects.filter(found, is_sample=True)
    return list(kept.select_related("company").by_name())


def needed_companies() -> set[int]:
    """The sample companies that own projects and expenses are for, and those that will be own without the samples."""
    own = Project.objects.own().filter(company__is_sample=True).values_list("company_id", flat=True)
    spent = Expense.objects.filter(company__is_sample=True).values_list("company_id", flat=True)
    return {*own, *spent, *(project.company_id for project in kept_projects() if project.company_id)}


def count() -> int:
    """How many sample projects, tasks and entries there are."""
    tasks = Task.objects.filter(is_sample=True).count()
    entries = TimeEntry.objects.filter(source=TimeEntry.Source.SAMPLE).count()
    return Project.objects.filter(is_sample=True).count() + tasks + entries


@transaction.atomic
def remove() -> int:
    """Remove the samples that nothing own hangs on; returns how many."""
    kept = [project.pk for project in kept_projects()]
    gone: int = TimeEntry.objects.filter(source=TimeEntry.Source.SAMPLE).delete()[0]
    in_use = (rows.objects.filter(task__is_sample=True) for rows in (TimeEntry, RunningTimer, Expense))
    tasks_in_use = {number for rows in in_use for number in rows.values_list("task_id", flat=True)}
    Task.objects.filter(pk__in=tasks_in_use).update(is_sample=False)
    tasks = list(Task.objects.filter(is_sample=True).values_list("pk", flat=True))
    for parts in (SheetRow, Rate):
        parts.objects.filter(task__in=tasks).delete()
    gone += Task.objects.filter(pk__in=tasks).delete()[0]
    Project.objects.filter(pk__in=kept).update(is_sample=False)
    projects = Project.objects.filter(is_sample=True)
    numbers = list(projects.values_list("pk", flat=True))
    SearchToken.objects.filter(kind="project", record_id__in=numbers).delete()
    for parts in PARTS:
        parts.objects.filter(project__in=numbers).delete()
    return gone + projects.delete()[0]
