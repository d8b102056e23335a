"""Projects: the list, one project with its tasks and hours, and what changes them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.history import history_of
from accounts.permissions import allow, can, can_for_others
from lib import keyset
from lib.htmx import page_or_part
from timetracking import actions
from timetracking.forms import ProjectFilterForm, ProjectForm, TaskForm, TaskRenameForm
from timetracking.models import Project, Task, TimeEntry
from timetracking.queries import hours_by_person, hours_by_project, hours_by_task
from timetracking.views.shared import budget

RECENT = 10


@require_safe
@allow("project.view")
def projects(request: HttpRequest) -> HttpResponse:
    """The list of projects, by name."""
    form = ProjectFilterForm(request.GET)
    found = form.apply(Project.objects.select_related("company"), request.membership)
    page = keyset.page(found, order=("name_key", "id"), cursor=request.GET.get("page"))
    hours = hours_by_project(TimeEntry.objects.visible_to(request.membership), page.rows)
    context = {
        "form": form,
        "lines": [(project, hours.get(project.pk, 0)) for project in page.rows],
        "previous_url": form.address(page=page.previous),
        "next_url": form.address(page=page.next),
        "company_name": form.company_name(),
        "may_edit": can(request.membership, "project.edit"),
        "sees_all_hours": can_for_others(request.membership, "time.view"),
    }
    return page_or_part(request, "timetracking/projects.html", "list", context)


@require_safe
@allow("project.view")
def project(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One project: tasks, hours so far, the latest entries."""
    shown = get_object_or_404(Project.objects.select_related("company"), public_id=public_id)
    return _project_page(request, shown)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("project.edit")
def project_create(request: HttpRequest) -> HttpResponse:
    """A new project."""
    asked = {name: request.GET[name] for name in ("name", "company") if name in request.GET}
    initial = {"currency": request.account.currency, **asked}
    form = ProjectForm(request.POST or None, initial=initial, member=request.membership)
    if form.is_valid():
        created = actions.create(form.save(commit=False))
        return redirect("timetracking:project", request.account.slug, created.public_id)
    context = {"form": form, "project": None}
    return render(request, "timetracking/project_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("project.edit")
def project_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A project's facts and terms."""
    edited = get_object_or_404(Project.objects.select_related("company"), public_id=public_id)
    form = ProjectForm(request.POST or None, instance=edited, member=request.membership)
    if form.is_valid():
        actions.change(form.save(commit=False), form.changes(), expected=form.stored_version)
        messages.success(request, f"Saved {edited.name}.")
        return redirect("timetracking:project", request.account.slug, edited.public_id)
    context = {"form": form, "project": edited}
    return render(request, "timetracking/project_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@allow("project.edit")
def project_archive(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Archive a project, or bring it back."""
    changed = get_object_or_404(Project, public_id=public_id)
    if request.POST.get("restore"):
        actions.restore(changed)
        messages.success(request, f"{changed.name} is active again.")
    else:
        actions.archive(changed)
        messages.success(request, f"{changed.name} is archived. Its hours stay; no more can be logged on it.")
    return redirect("timetracking:project", request.account.slug, changed.public_id)


@require_POST
@allow("project.edit")
def task_add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A new task in a project."""
    owner = get_object_or_404(Project.objects.select_related("company"), public_id=public_id)
    form = TaskForm(request.POST, project=owner)
    if form.is_valid():
        actions.create(form.save(commit=False))
        return redirect(f"{request.path.removesuffix('tasks/')}#tasks")
    return _project_page(request, owner, task_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("project.edit")
def task_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A task's name and billing."""
    task = get_object_or_404(Task.objects.select_related("project__company"), public_id=public_id)
    form = TaskRenameForm(request.POST or None, instance=task, project=task.project)
    if form.is_valid():
        actions.change(form.save(commit=False), form.changes(), expected=form.stored_version)
        return redirect("timetracking:project", request.account.slug, task.project.public_id)
    context = {"form": form, "task": task}
    return render(request, "timetracking/task_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@allow("project.edit")
def task_archive(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Archive a task, or bring it back."""
    task = get_object_or_404(Task.objects.select_related("project"), public_id=public_id)
    actions.restore(task) if request.POST.get("restore") else actions.archive(task)
    return redirect("timetracking:project", request.account.slug, task.project.public_id)


def _project_page(request: HttpRequest, shown: Project, task_form: TaskForm | None = None) -> HttpResponse:
    entries = TimeEntry.objects.visible_to(request.membership).filter(project=shown)
    by_task = hours_by_task(entries)
    may_edit, minutes = can(request.membership, "project.edit"), sum(by_task.values())
    tasks = list(shown.tasks.by_name())
    context: dict[str, Any] = {
        "project": shown,
        "tasks": [(task, by_task.get(task.pk, 0)) for task in tasks],
        "minutes": minutes,
        "minutes_without_task": by_task.get(None, 0),
        **budget(shown, minutes),
        "people": hours_by_person(entries),
        "recent": entries.select_related("task", "person__user").order_by("-day", "-id")[:RECENT],
        "history": history_of(shown, request.membership, request.GET.get("older"), also=tasks),
        "task_form": task_form or (TaskForm(project=shown) if may_edit and shown.is_active else None),
        "may_edit": may_edit,
        "sees_all_hours": can_for_others(request.membership, "time.view"),
        "sees_rates": can(request.membership, "rate.view"),
        "may_open_company": can(request.membership, "company.view", shown.company),
    }
    return render(request, "timetracking/project.html", context, status=422 if task_form else 200)
