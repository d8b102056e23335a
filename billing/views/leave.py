"""Cancelling, thinking better of it, and coming back."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import allow, open_when_read_only
from accounts.reauthentication import reauthenticated
from accounts.standing import CLOSING_DAYS, READ_ONLY_DAYS
from billing import actions, queries
from billing.catalogue import Offer
from billing.forms import CancelForm
from billing.views.shared import after, home, page
from lib import formats
from lib.forms import posted


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("billing.manage")
@reauthenticated
def cancel(request: Any) -> HttpResponse:
    """Let the plan end with what is paid: the day, what happens then, and nobody to call."""
    now, form = queries.overview(request.account), CancelForm(posted(request))
    if not now.is_paid or now.ends_on:
        return home(request)
    if form.is_valid():
        step = partial(actions.cancel, form.cleaned_data["reason"])
        return after(request, step, _ends(now), back="billing:cancel")
    context = {"form": form, "now": now, "read_only_days": READ_ONLY_DAYS, "closing_days": CLOSING_DAYS}
    return page(request, "billing/cancel.html", context, status=422 if form.is_bound else 200)


@open_when_read_only
@allow("billing.manage")
@reauthenticated
@require_POST
def cancel_undo(request: Any) -> HttpResponse:
    """Let it go on after all."""
    return after(request, actions.undo_cancel, "The plan goes on as before.")


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("billing.manage")
@reauthenticated
def resume(request: Any) -> HttpResponse:
    """The same plan once more, from today."""
    now = queries.overview(request.account)
    if now.is_paid or now.subscription is None or now.plan is None or now.card is None:
        return redirect("billing:plan", request.account.slug)
    if request.method == "POST":
        return after(request, actions.resume, f"You are on {now.plan.name} again. Everything is where it was.")
    offer = Offer(now.plan, now.subscription.seats, now.currency, now.interval)  # type: ignore[arg-type]
    return page(request, "billing/resume.html", {"now": now, "offer": offer})


def _ends(now: queries.Overview) -> str:
    day = formats.day(now.subscription.period_end, "year") if now.subscription else ""
    return f"Cancelled. Everything works until {day}; nothing more is charged."
