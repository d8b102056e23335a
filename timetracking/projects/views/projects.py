"""Projects: the list, one project with its budget and hours, and what changes them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.history import history_of
from accounts.permissions import allow, can, can_for_others
from crm.models import Deal
from lib import keyset
from lib.addresses import id_in, page_within
from lib.forms import posted
from lib.htmx import page_or_part
from timetracking import actions
from timetracking.budgets import alerts
from timetracking.budgets.burn import burn
from timetracking.budgets.queries import last_alert, used_for
from timetracking.models import Project, ProjectTemplate, ReportUse, TimeEntry, TimeSettings
from timetracking.projects import templates
from timetracking.projects.forms import DealProjectForm, ProjectFilterForm, ProjectForm
from timetracking.projects.queries import clients
from timetracking.projects.views.shared import frame, project_for, projects_for
from timetracking.queries import hours_by_person, hours_by_project, hours_by_task
from timetracking.reports import uses
from timetracking.reports.periods import Period

RECENT = 10


@require_safe
@allow("project.view")
def projects(request: HttpRequest) -> HttpResponse:
    """The list of projects, by name."""
    form, member = ProjectFilterForm(request.GET), request.membership
    page = keyset.page(
        form.apply(projects_for(request), member), order=("name_key", "id"), cursor=request.GET.get("page")
    )
    hours = hours_by_project(TimeEntry.objects.visible_to(member), page.rows)
    budgets = used_for(member, page.rows)
    context = {
        "form": form,
        "clients": clients(member, form.data.get("company", "")),
        "lines": [(project, hours.get(project.pk, 0), budgets.get(project.pk)) for project in page.rows],
        "previous_url": form.address(page=page.previous) if page.previous else "",
        "next_url": form.address(page=page.next) if page.next else "",
        "may_edit": can(member, "project.edit"),
        "sees_all_hours": can_for_others(member, "time.view"),
    }
    return page_or_part(request, "timetracking/projects/projects.html", "list", context)


@require_safe
@allow("project.view")
def project(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One project: its budget, hours by task and person, the latest entries."""
    shown, member = project_for(request, public_id), request.membership
    entries = TimeEntry.objects.visible_to(member).filter(project=shown)
    by_task, tasks = hours_by_task(entries), list(shown.tasks.in_order())
    sees_rates = can(member, "rate.view")
    rates = shown.rates.all() if sees_rates else ()
    budget = used_for(member, [shown]).get(shown.pk)
    people = hours_by_person(entries)
    days = entries.order_by().aggregate(first=Min("day"), last=Max("day"))
    uses.note(member, [person.pk for person, _ in people], ReportUse.Report.HOURS, Period("days", **days))
    context: dict[str, Any] = {
        **frame(request, shown, "overview"),
        "tasks": [(task, by_task[task.pk]) for task in tasks if by_task.get(task.pk)],
        "minutes": sum(by_task.values()),
        "minutes_without_task": by_task.get(None, 0),
        "budget": budget,
        "burn": burn(budget) if budget and budget.has_figures else None,
        "alert": last_alert(budget) if budget else None,
        "people": people,
        "smallest_group": TimeSettings.current().smallest_group,
        "hides_people": uses.too_few([person.pk for person, _ in people], member),
        "recent": entries.select_related("task", "person__user").order_by("-day", "-id")[:RECENT],
        "history": history_of(shown, member, request.GET.get("older"), also=[*tasks, *rates]),
        "sees_all_hours": can_for_others(member, "time.view"),
        "sees_rates": sees_rates,
        "hourly_rate": shown.hourly_rate if sees_rates else None,
    }
    return render(request, "timetracking/projects/project.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("project.edit")
def project_create(request: HttpRequest) -> HttpResponse:
    """A new project; as a deal or a template says, where the address names one. ``next`` is where it leads back to."""
    deal, template = _deal(request), _template(request)
    back = page_within(request.GET.get("next", ""), request.account.slug)
    form = _new_form(request, deal, template)
    if "use" in request.POST:
        template = _template_of(request.POST["use"])
        form = _new_form(request, deal, template, typed=form.typed())
    elif form.is_valid():
        created = actions.create(form.save(commit=False))
        alerts.choose(created, form.cleaned_data["told"])
        if template:
            templates.fill(created, template)
        if back:
            messages.success(request, f"Created {created.name}. Choose it to log time on it.")
            return redirect(back)
        return redirect("timetracking:project", request.account.slug, created.public_id)
    context = {"form": form, "project": None, "deal": deal, "template": template, "back": back}
    context["templates"] = ProjectTemplate.objects.by_name()
    return render(request, "timetracking/projects/project_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("project.edit")
def project_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A project's facts and terms."""
    edited = project_for(request, public_id)
    form = ProjectForm(posted(request), instance=edited, member=request.membership)
    if form.is_valid():
        alerts.choose(edited, form.cleaned_data["told"])
        actions.change(form.save(commit=False), form.changes(), expected=form.stored_version)
        messages.success(request, f"Saved {edited.name}.")
        return redirect("timetracking:project", request.account.slug, edited.public_id)
    context = {"form": form, "project": edited}
    return render(request, "timetracking/projects/project_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@allow("project.edit")
def project_archive(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Archive a project, or bring it back."""
    changed = project_for(request, public_id)
    if request.POST.get("restore"):
        actions.restore(changed)
        messages.success(request, f"{changed.name} is active again.")
    else:
        actions.archive(changed)
        messages.success(request, f"{changed.name} is archived. Its hours stay; no more can be logged on it.")
    return redirect("timetracking:project", request.account.slug, changed.public_id)


def _new_form(
    request: HttpRequest, deal: Deal | None, template: ProjectTemplate | None, typed: dict[str, Any] | None = None
) -> ProjectForm:
    """The form that begins as the template says; of what was ``typed``, nothing is lost by choosing one."""
    instance = Project(**templates.terms_of(template)) if template else Project(currency=request.account.currency)
    asked: dict[str, Any] = {name: request.GET[name] for name in ("name", "company") if name in request.GET}
    asked["hourly_rate"] = instance.hourly_rate
    known: dict[str, Any] = {"instance": instance, "initial": asked | (typed or {}), "member": request.membership}
    data = posted(request) if typed is None else None
    return DealProjectForm(data, deal=deal, **known) if deal else ProjectForm(data, **known)


def _template(request: HttpRequest) -> ProjectTemplate | None:
    return _template_of(request.POST.get("template") or request.GET.get("template", ""))


def _template_of(public_id: str) -> ProjectTemplate | None:
    return get_object_or_404(ProjectTemplate, public_id=id_in(public_id)) if public_id else None


def _deal(request: HttpRequest) -> Deal | None:
    """The deal that the address names, as far as this member may see it."""
    if "deal" not in request.GET or not can(request.membership, "deal.view"):
        return None
    seen = Deal.objects.live().visible_to(request.membership).select_related("company")
    return get_object_or_404(seen, public_id=id_in(request.GET["deal"]))
