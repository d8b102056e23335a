"""Admin, Time: working time, the firm's days, and kinds of time off."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import allow
from lib.forms import posted
from timetracking.admin_tabs import tabs
from timetracking.kinds.views import Kinds
from timetracking.models import SpecialDay, WorkingTime
from timetracking.models.off import WEEKDAYS
from timetracking.off import actions
from timetracking.off.forms import SpecialDayForm, TypeForm, WorkingTimeForm
from timetracking.off.queries import firms_days
from timetracking.queries import today_of
from timetracking.views.shared import people

KINDS = Kinds(
    TypeForm,
    template="timetracking/off/types.html",
    fields="timetracking/off/_type_fields.html",
    listed_at="timetracking:time_off_types",
    found_at="timetracking:time_off_type",
)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("time.settings")
def working_time(request: Any) -> HttpResponse:
    """What is expected of everybody and of single people, from when on."""
    times = list(WorkingTime.objects.select_related("person__user").order_by("person_id", "-starts_on"))
    firms = next((time for time in times if time.person is None), None)
    like = {name: getattr(firms, name) for name in ("country", "region", *WEEKDAYS)} if firms else {}
    initial = {"starts_on": today_of(request.membership).replace(day=1).isoformat(), **like}
    country = request.GET.get("country", "" if firms else request.account.country)
    form = WorkingTimeForm(posted(request), initial=initial, people=people(request), country=country)
    if form.is_valid():
        form.save()
        messages.success(request, "Saved. Weeks, My week and reports count with it.")
        return redirect("timetracking:working_time", request.account.slug)
    context = {"times": times, "form": form, "tabs": tabs(request)}
    return render(request, "timetracking/off/working_time.html", context, status=422 if form.is_bound else 200)


@require_POST
@allow("time.settings")
def working_time_remove(request: Any, public_id: UUID) -> HttpResponse:
    """Let what was expected before go on."""
    actions.remove_working_time(get_object_or_404(WorkingTime, public_id=public_id))
    messages.success(request, "Removed. What was expected before goes on.")
    return redirect("timetracking:working_time", request.account.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("time.settings")
def firm_days(request: Any) -> HttpResponse:
    """The firm's holidays of this year and the next, and days of its own."""
    form = SpecialDayForm(posted(request), initial={"day": request.GET.get("day"), "kind": request.GET.get("kind")})
    if form.is_valid():
        form.save()
        messages.success(request, f"Saved: {form.instance}.")
        return redirect("timetracking:firm_days", request.account.slug)
    days = firms_days(today_of(request.membership))
    context = {"days": days, "form": form, "tabs": tabs(request)}
    return render(request, "timetracking/off/firm_days.html", context, status=422 if form.is_bound else 200)


@require_POST
@allow("time.settings")
def firm_day_remove(request: Any, public_id: UUID) -> HttpResponse:
    """Take a day off the firm's own list."""
    actions.remove_day(get_object_or_404(SpecialDay, public_id=public_id))
    messages.success(request, "Removed from the firm’s own days.")
    return redirect("timetracking:firm_days", request.account.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("time.settings")
def time_off_types(request: Any) -> HttpResponse:
    """The kinds of time off; posted is a new one."""
    return KINDS.page(request)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("time.settings")
def time_off_type(request: Any, public_id: UUID) -> HttpResponse:
    """One kind of time off."""
    return KINDS.page_of(request, public_id)


@require_POST
@allow("time.settings")
def time_off_type_archive(request: Any, public_id: UUID) -> HttpResponse:
    """Offer a kind no more, or again."""
    return KINDS.archive(request, public_id)
