"""Each person's own reminders."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import allow
from lib.addresses import id_in
from lib.forms import posted
from timetracking.approval.listing import Listing
from timetracking.models import TimeSettings
from timetracking.reminders import actions, giving
from timetracking.reminders.forms import WishesForm


@require_http_methods(["GET", "HEAD", "POST"])
@allow("time.log")
def reminders(request: Any) -> HttpResponse:
    """What the reader wishes to be reminded of."""
    wishes = actions.wishes_of(request.membership)
    form = WishesForm(posted(request), instance=wishes)
    if form.is_valid():
        actions.choose(wishes, expected=wishes.version)
        messages.success(request, "Saved.")
        return redirect("timetracking:reminders", request.account.slug)
    context = {"form": form, "time_zone": request.user.time_zone}
    return render(request, "timetracking/reminders/wishes.html", context, status=422 if form.is_bound else 200)


@require_POST
@allow("time.approve")
def remind(request: Any) -> HttpResponse:
    """Ask one person, or all, to submit the period that is over."""
    period, lines = Listing(request.membership, "missing").missing()
    people = [line.person for line in lines]
    if "person" in request.POST:
        people = [each for each in people if each.public_id == id_in(request.POST["person"])]
    if people and TimeSettings.current().is_approval_on:
        giving.remind(people, period, by=request.membership)
        messages.success(request, f"Reminded {', '.join(map(str, people[:3]))}{' and others' if people[3:] else ''}.")
    return redirect(reverse("timetracking:approvals", args=[request.account.slug], query={"show": "missing"}))
