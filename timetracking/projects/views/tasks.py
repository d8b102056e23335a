"""A project's tasks: their list in order, and what changes them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import allow, can
from lib.forms import posted
from timetracking import actions
from timetracking.models import Project, Task, TimeEntry
from timetracking.projects.forms import TaskForm, TaskRenameForm
from timetracking.projects.views.shared import frame, project_for, task_for
from timetracking.queries import hours_by_task


@require_safe
@allow("project.view")
def project_tasks(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The tasks of a project, in order."""
    owner = project_for(request, public_id)
    return _list(request, owner, TaskForm(project=owner))


@require_POST
@allow("project.edit")
def task_add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A new task below the others."""
    owner = project_for(request, public_id)
    form = TaskForm(request.POST, project=owner)
    if not form.is_valid():
        return _list(request, owner, form)
    return _to_list(request, actions.create(form.save(commit=False)))


def _list(request: HttpRequest, owner: Project, form: TaskForm) -> HttpResponse:
    hours = hours_by_task(TimeEntry.objects.visible_to(request.membership).filter(project=owner))
    lines = [(task, hours.get(task.pk, 0)) for task in owner.tasks.in_order()]
    context = {
        **frame(request, owner, "tasks"),
        "tasks": [line for line in lines if line[0].is_active],
        "archived": [line for line in lines if not line[0].is_active],
        "form": form if can(request.membership, "project.edit") and owner.is_active else None,
    }
    return render(request, "timetracking/projects/tasks.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("project.edit")
def task_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A task's name and billing."""
    task = task_for(request, public_id)
    form = TaskRenameForm(posted(request), instance=task, project=task.project)
    if form.is_valid():
        actions.change(form.save(commit=False), form.changes(), expected=form.stored_version)
        return _to_list(request, task)
    context = {"form": form, "task": task}
    return render(request, "timetracking/projects/task_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@allow("project.edit")
def task_archive(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Archive a task, or bring it back."""
    task = task_for(request, public_id)
    actions.restore(task) if request.POST.get("restore") else actions.archive(task)
    return _to_list(request, task)


@require_POST
@allow("project.edit")
def task_move(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One place up, or with ``down`` one down."""
    task = task_for(request, public_id)
    actions.move(task, 1 if "down" in request.POST else -1)
    return _to_list(request, task)


def _to_list(request: HttpRequest, task: Task) -> HttpResponse:
    to = redirect("timetracking:project_tasks", request.account.slug, task.project.public_id)
    to["Location"] += f"#task-{task.public_id}"
    return to
