"""The pages of rates: the firm's, in the Admin area, and those of one project."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import allow, can
from lib.forms import posted
from timetracking.access import in_figures_of
from timetracking.models import Project, Rate
from timetracking.rates import actions
from timetracking.rates.forms import RateForm
from timetracking.rates.impact import impact
from timetracking.rates.queries import BILL, COST, Terms, level_of, terms_of


@dataclass(frozen=True)
class Line:
    """One level and what it says: now, from a later day on, and before."""

    name: str
    rows: list[tuple[Rate, Terms]]
    today: date

    @property
    def now(self) -> Rate | None:
        begun = [rate for rate, terms in self.rows if terms.begins <= self.today]
        return begun[-1] if begun else None

    @property
    def later(self) -> list[Rate]:
        return [rate for rate, terms in self.rows if terms.begins > self.today]

    @property
    def before(self) -> list[Rate]:
        return [rate for rate, terms in self.rows if terms.begins <= self.today][:-1]


@require_safe
@allow("rate.view")
def rates(request: Any) -> HttpResponse:
    """What hours are billed at, and for those who may know what they cost, in the whole firm."""
    member = request.membership
    own = Rate.objects.filter(project=None).select_related("person__user")
    costs = lines(own.filter(kind=COST), "Everybody") if can(member, "cost.view") else None
    context = {
        "bill": lines(own.filter(kind=BILL), "Everybody"),
        "costs": costs,
        "may_edit": can(member, "rate.edit"),
        "may_edit_costs": can(member, "cost.edit"),
    }
    return render(request, "timetracking/rates/rates.html", context)


@require_safe
@allow("rate.view")
def project_rates(request: Any, public_id: UUID) -> HttpResponse:
    """What hours on one project are billed at."""
    project = _project_or_404(request, public_id)
    own = project.rates.select_related("task", "person__user")
    context = {
        "project": project,
        "bill": lines(own, "All of it", project),
        "may_edit": can(request.membership, "rate.edit"),
        "may_open": can(request.membership, "project.view"),
    }
    return render(request, "timetracking/rates/project.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("rate.edit")
def bill_rate_change(request: Any) -> HttpResponse:
    """Another rate for a person or for everything."""
    return _change(request, BILL, reverse("timetracking:rates", args=[request.account.slug]))


@require_http_methods(["GET", "HEAD", "POST"])
@allow("cost.edit")
def cost_rate_change(request: Any) -> HttpResponse:
    """What an hour of a person costs from now on."""
    return _change(request, COST, reverse("timetracking:rates", args=[request.account.slug]))


@require_http_methods(["GET", "HEAD", "POST"])
@allow("rate.edit")
def project_rate_change(request: Any, public_id: UUID) -> HttpResponse:
    """Another rate for a project, one of its tasks or somebody on it."""
    project = _project_or_404(request, public_id)
    back = reverse("timetracking:project_rates", args=[request.account.slug, project.public_id])
    return _change(request, BILL, back, project)


def lines(rates: Any, everything: str, project: Project | None = None) -> list[Line]:
    """The table by level, the widest first, each in the order of time."""
    today, by_level = timezone.localdate(), {}
    for rate in rates:
        if project:
            rate.project = project  # whose currency its row shows
        by_level.setdefault(level_of(rate), []).append((rate, terms_of(rate)))
    found = [
        Line(_name(rows[0][0], everything), sorted(rows, key=lambda row: row[1].begins), today)
        for rows in by_level.values()
    ]
    return sorted(found, key=lambda line: (line.name != everything, line.name.casefold()))


def _name(rate: Rate, everything: str) -> str:
    return str(rate.task or rate.person or everything)


def _change(request: Any, kind: str, back: str, project: Project | None = None) -> HttpResponse:
    """First what it would do to hours that are there, then the change itself."""
    first = {"starts_on": timezone.localdate(), "currency": request.account.currency, "whom": request.GET.get("for")}
    form = RateForm(posted(request), kind=kind, member=request.membership, project=project, initial=first)
    asked = None
    if form.is_valid():
        rate = form.rate()
        asked = impact(rate)
        if "sure" in request.POST or not (asked.entries or asked.kept):
            place = {name: getattr(rate, name) for name in ("project", "task", "person", "currency", "starts_on")}
            actions.set_rate(kind, rate.amount, **place)
            messages.success(request, "The rate is changed.")
            return redirect(back)
    context = {"form": form, "project": project, "is_cost": kind == COST, "impact": asked, "back": back}
    return render(request, "timetracking/rates/change.html", context, status=422 if form.errors else 200)


def _project_or_404(request: Any, public_id: UUID) -> Project:
    project: Project = get_object_or_404(in_figures_of(request.membership), public_id=public_id)
    return project
