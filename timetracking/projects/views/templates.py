"""Project templates: their list, one of them, and saving a project as one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.history import history_of
from accounts.permissions import allow
from lib.forms import posted
from timetracking.models import ProjectTemplate
from timetracking.projects import templates as verbs
from timetracking.projects.forms import KeepForm, TemplateForm
from timetracking.projects.views.shared import project_for


@require_safe
@allow("project.edit")
def templates(request: HttpRequest) -> HttpResponse:
    """What a new project may begin with."""
    context = {"templates": ProjectTemplate.objects.by_name().with_team_size()}
    return render(request, "timetracking/projects/templates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("project.edit")
def template_keep(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Save a project as a template."""
    project = project_for(request, public_id)
    form = KeepForm(posted(request), initial={"name": project.name})
    if form.is_valid():
        kept = verbs.keep(project, form.cleaned_data["name"])
        messages.success(request, f"{kept} is a template now.")
        return redirect("timetracking:template", request.account.slug, kept.public_id)
    context = {"form": form, "project": project}
    return render(request, "timetracking/projects/template_keep.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("project.edit")
def template(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One template: name, terms, tasks, team."""
    shown = get_object_or_404(ProjectTemplate, public_id=public_id)
    form = TemplateForm(posted(request), instance=shown)
    if form.is_valid():
        parts = {name: form.cleaned_data[name] for name in ("tasks", "people")}
        verbs.change(form.save(commit=False), form.changes(), expected=form.stored_version, **parts)
        messages.success(request, f"Saved {shown.name}.")
        return redirect("timetracking:templates", request.account.slug)
    context = {"form": form, "template": shown}
    context["history"] = history_of(shown, request.membership, request.GET.get("older"))
    return render(request, "timetracking/projects/template.html", context, status=422 if form.is_bound else 200)


@require_POST
@allow("project.edit")
def template_delete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Delete a template; its projects stay."""
    gone = get_object_or_404(ProjectTemplate, public_id=public_id)
    verbs.remove(gone)
    messages.success(request, f"The template {gone.name} is deleted. The projects made from it stay.")
    return redirect("timetracking:templates", request.account.slug)
