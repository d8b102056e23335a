"""Time off: one's own, what waits for an answer, and the team's month."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Membership
from accounts.permissions import allow, can_for_others, within_reach
from crm.activities.calendar import span_of
from lib.forms import posted
from timetracking.errors import Refused
from timetracking.forms import parsed_day
from timetracking.models import TimeOff
from timetracking.off import actions
from timetracking.off.forms import AnswerForm, TimeOffForm
from timetracking.off.queries import allowance_of, taken, team_month, waiting_for, year_of
from timetracking.queries import today_of
from timetracking.views.shared import address, people, tabs, whose


@require_safe
@allow("timeoff.view")
def time_off(request: Any) -> HttpResponse:
    """A person's time off in one year, and the requests that one may answer."""
    person = whose(request, "timeoff.edit")
    today = today_of(person)
    shown = parsed_day(request.GET.get("year", "") + "-01-01", today).year
    lines = year_of(person, shown)
    context = {
        **_frame(request, person),
        "lines": lines,
        "taken": taken(lines),
        "allowance": allowance_of(person, shown, lines),
        "year": shown,
        "this_year": today.year,
        "requests": waiting_for(request.membership),
    }
    return render(request, "timetracking/off/time_off.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("timeoff.edit")
def time_off_enter(request: Any) -> HttpResponse:
    """Enter days off, or ask for them."""
    person = whose(request, "timeoff.edit")
    day = parsed_day(request.GET.get("day"), today_of(person))
    form = TimeOffForm(posted(request), initial={"first_day": day}, person=person, by=request.membership)
    return _stored(request, form, person) or _form_page(request, form, person)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("timeoff.edit")
def time_off_edit(request: Any, public_id: UUID) -> HttpResponse:
    """Change days off."""
    entry = _mine(request, public_id)
    form = TimeOffForm(posted(request), instance=entry, person=entry.person, by=request.membership)
    return _stored(request, form, entry.person) or _form_page(request, form, entry.person, entry)


@require_POST
@allow("timeoff.edit")
def time_off_delete(request: Any, public_id: UUID) -> HttpResponse:
    """Work on these days after all."""
    entry = _mine(request, public_id)
    actions.delete(entry)
    messages.success(request, "Deleted. These days are working days again.")
    return redirect(address(request, "time_off", entry.person))


@require_POST
@allow("timeoff.edit_all")
def time_off_answer(request: Any, public_id: UUID) -> HttpResponse:
    """Say yes or no to a request."""
    entry = _mine(request, public_id)
    form = AnswerForm(request.POST)
    if form.is_valid() and entry.person_id != request.membership.pk:
        try:
            actions.decide(
                entry,
                approved=form.cleaned_data["approve"],
                answer=form.cleaned_data["answer"],
                by=request.membership,
            )
            messages.success(request, f"{entry.person} reads your answer behind the bell.")
        except Refused as refusal:
            messages.warning(request, str(refusal))
    return redirect("timetracking:time_off", request.account.slug)


@require_safe
@allow("timeoff.view")
def time_off_team(request: Any) -> HttpResponse:
    """The month of the team: who is away when."""
    member = request.membership
    today = today_of(member)
    span = span_of("month", parsed_day(request.GET.get("day"), today), request.account.first_weekday)
    days = team_month(member, span.days, span.day.month, today)
    return render(request, "timetracking/off/team.html", {**_frame(request, member), "span": span, "days": days})


def _frame(request: Any, person: Membership) -> dict[str, Any]:
    plans_team = can_for_others(request.membership, "timeoff.edit")
    return {
        "person": person,
        "people": people(request) if plans_team else [],
        "tabs": tabs(request, "time_off", person, today_of(person)),
        "person_query": "" if person.pk == request.membership.pk else f"?person={person.public_id}",
    }


def _mine(request: Any, public_id: UUID) -> TimeOff:
    """Time off that this member may change."""
    reach = within_reach(TimeOff.objects.with_names(), request.membership, "timeoff.edit")
    return get_object_or_404(reach, public_id=public_id)


def _stored(request: Any, form: TimeOffForm, person: Membership) -> HttpResponse | None:
    if not (form.is_valid() and form.save()):
        return None
    messages.success(request, "Asked for. Who decides is told." if form.instance.is_requested else "Saved.")
    return redirect(address(request, "time_off", person))


def _form_page(request: Any, form: TimeOffForm, person: Membership, entry: TimeOff | None = None) -> HttpResponse:
    year = today_of(person).year
    context = {
        **_frame(request, person),
        "allowance": allowance_of(person, year, year_of(person, year)),
        "year": year,
        "form": form,
        "entry": entry,
        "back_url": address(request, "time_off", person),
    }
    status = (409 if form.conflict else 422) if form.is_bound else 200
    return render(request, "timetracking/off/form.html", context, status=status)
