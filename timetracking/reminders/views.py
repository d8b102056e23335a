"""Each person's own reminders."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import allow
from lib.addresses import id_in
from lib.forms import posted
from tenancy.forms import AccountModelForm
from timetracking.approval.listing import Listing
from timetracking.models import ReminderWishes, TimeSettings
from timetracking.reminders import giving

WEEKDAYS = list(enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")))


class WishesForm(AccountModelForm):
    """Of what, on which days, from what time."""

    weekdays = forms.TypedMultipleChoiceField(
        label="On these days", coerce=int, choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = ReminderWishes
        fields = ["to_log", "to_submit", "to_approve", "at", "weekdays"]
        labels = {"at": "From this time on"}
        widgets = {"at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}


@require_http_methods(["GET", "HEAD", "POST"])
@allow("time.log")
def reminders(request: Any) -> HttpResponse:
    """What the reader wishes to be reminded of."""
    mine = ReminderWishes.objects.filter(person=request.membership).first()
    form = WishesForm(posted(request), instance=mine or ReminderWishes(person=request.membership))
    if form.is_valid():
        form.save()
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
