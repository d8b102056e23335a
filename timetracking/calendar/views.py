"""The calendar's page, and what is made, moved and copied on it."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.models import Membership
from accounts.permissions import allow
from lib import formats
from lib.forms import posted
from lib.htmx import asks_for_part, page_or_part
from timetracking.actions import Undo
from timetracking.calendar import actions
from timetracking.calendar.forms import PlaceForm
from timetracking.calendar.queries import calendar_of
from timetracking.errors import Refused
from timetracking.finding import all_tags
from timetracking.forms import EntryForm, parsed_day
from timetracking.models import TimeEntry
from timetracking.queries import today_of
from timetracking.timer.bar import timer_of
from timetracking.views.cells import checked, refusals_as_json
from timetracking.views.shared import (
    address,
    ask_reason,
    frame,
    offer_undo,
    said,
    sign_undo,
    stored_from,
    whose,
    writable_entries,
    writable_person,
)

PAGE = "timetracking/calendar/calendar.html"


@require_safe
@allow("time.view")
def calendar(request: HttpRequest) -> HttpResponse:
    """A week along the clock; on a phone one day of it."""
    person = whose(request)
    today = today_of(person)
    day = parsed_day(request.GET.get("week"), today)
    shown = calendar_of(
        person, day, account=request.account, today=today, shown_day=parsed_day(request.GET.get("day"), day),
        timer=timer_of(request, person), reader=request.membership,
    )  # fmt: skip
    context = {
        "calendar": shown,
        **frame(request, "calendar", person, shown.first),
        "previous_url": address(request, "calendar", person, week=shown.first - timedelta(days=7)),
        "next_url": address(request, "calendar", person, week=shown.first + timedelta(days=7)),
        "day_before_url": _day_url(request, person, shown.shown.column.day - timedelta(days=1)),
        "day_after_url": _day_url(request, person, shown.shown.column.day + timedelta(days=1)),
        "is_this_week": shown.first <= today <= shown.last,
    }
    return page_or_part(request, PAGE, "calendar", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("time.log")
def calendar_new(request: HttpRequest) -> HttpResponse:
    """A new entry, with the day and the times that were pressed on the calendar."""
    person = writable_person(request, request.GET.get("person", ""))
    day = parsed_day(request.GET.get("day"), today_of(person))
    initial = {"day": day, "time": request.GET.get("time", "")[:20]}
    form = EntryForm(posted(request), initial=initial, person=person, account=request.account)
    closed = ask_reason(request, form, person, parsed_day(request.POST.get("day"), day))
    if form.is_valid() and stored_from(form, person):
        if asks_for_part(request):
            return trigger_client_event(HttpResponse(status=204), "time:logged")
        return redirect(_day_url(request, person, form.cleaned_data["day"]))
    context = {"form": form, "person": person, "closed": closed, "all_tags": all_tags()}
    context["back_url"] = _day_url(request, person, day)
    status = 422 if form.is_bound else 200
    return page_or_part(request, "timetracking/calendar/new.html", "form", context, status=status)


@require_POST
@allow("time.log")
@refusals_as_json
def entry_move(request: HttpRequest, public_id: UUID) -> JsonResponse:
    """An entry dragged to another time or day, or made longer or shorter."""
    entry = get_object_or_404(writable_entries(request), public_id=public_id)
    place = checked(PlaceForm(request.POST)).cleaned_data
    minutes = place["minutes"] or entry.minutes
    moved = actions.move(entry, place["day"], place["start"], minutes, expected=place["version"])
    return JsonResponse({"version": moved.version, "words": f"Moved: {_place(moved)}."})


@require_POST
@allow("time.log")
def entry_copy(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The same work on another day, with the way back."""
    entry = get_object_or_404(writable_entries(request), public_id=public_id)
    place = checked(PlaceForm(request.POST)).cleaned_data
    back = _day_url(request, entry.person, place["day"])
    try:
        made = actions.copy(entry, place["day"], place["start"])
    except Refused as refusal:
        return render(request, "timetracking/refused.html", {"words": refusal, "back_url": back}, status=422)
    token = sign_undo(request, entry.person, Undo(remove=[str(made.public_id)]))
    offer_undo(request, f"Copied: {_place(made)}.", token, back)
    return redirect(back)


def _place(entry: TimeEntry) -> str:
    return f"{said(entry)}, {entry.clock_words or formats.hours(entry.minutes)}"


def _day_url(request: HttpRequest, person: Membership, day: date) -> str:
    return address(request, "calendar", person, week=day, day=day)
