"""Admin › Time: what the firm decided about hours."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.history import history_of
from accounts.permissions import allow
from lib.forms import posted
from timetracking.admin_tabs import tabs
from timetracking.approval import actions
from timetracking.approval.forms import ApprovalForm, HoursForm, LockForm
from timetracking.models import TimeSettings


@require_http_methods(["GET", "HEAD", "POST"])
@allow("time.settings")
def time_settings(request: Any) -> HttpResponse:
    """How hours are logged."""
    return _page(request, HoursForm, "hours")


@require_http_methods(["GET", "HEAD", "POST"])
@allow("time.settings")
def time_approval(request: Any) -> HttpResponse:
    """Who approves, and how many days at a time."""
    return _page(request, ApprovalForm, "approval")


@require_http_methods(["GET", "HEAD", "POST"])
@allow("time.settings")
def time_lock(request: Any) -> HttpResponse:
    """Up to which day hours stay as they are."""
    return _page(request, LockForm, "lock")


def _page(request: Any, form_class: type[Any], name: str) -> HttpResponse:
    settings = copy(TimeSettings.current())
    form = form_class(posted(request), instance=settings)
    if form.is_valid():
        expected = getattr(form, "stored_version", 1)
        actions.change_settings(form.save(commit=False), form.changes(), expected=expected)
        messages.success(request, "Saved." if form.has_changed() else "Nothing was changed.")
        return redirect(request.path)
    is_stored = not settings._state.adding
    context = {
        "form": form, "tabs": tabs(request), "name": name,
        "history": history_of(settings, request.membership, request.GET.get("older")) if is_stored else None,
    }  # fmt: skip
    status = 409 if form.conflict else 422 if form.is_bound else 200
    return render(request, "timetracking/approval/settings.html", context, status=status)
