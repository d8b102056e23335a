"""Whose time a page shows, in which time zone, and how a change is taken back."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import can, can_for_others, within_reach
from accounts.queries import colleagues_of
from lib.addresses import id_in
from lib.seals import Seal
from timetracking.actions import Undo, log_time
from timetracking.errors import Refused
from timetracking.models import TimeEntry, TimeSettings
from timetracking.queries import spoken_day
from timetracking.sheets import locks

UNDO = Seal("undo of hours")
UNDO_SECONDS = 60 * 60


def whose(request: HttpRequest, action: str = "time.view") -> Membership:
    """The person whose time is meant: oneself, or the one picked, for those who may do ``action`` for others."""
    public_id = request.POST.get("person") or request.GET.get("person")
    return member(request, public_id, action) if public_id else request.membership


def member(request: HttpRequest, public_id: str, action: str) -> Membership:
    """The member with this public id; a colleague only for those who may do ``action`` for others."""
    if public_id == str(request.membership.public_id):
        return request.membership
    if not can_for_others(request.membership, action):
        raise PermissionDenied
    # Who left works no more; what they worked is still looked at.
    colleagues = people(request) if action == "time.log" else colleagues_of(request.membership).by_name()
    found = colleagues.filter(public_id=valid_id(public_id)).first()
    if found is None:
        raise Http404
    return found


def people(request: HttpRequest) -> Any:
    """The account's members, by name."""
    return Membership.objects.active().by_name().filter(account_id=request.account.pk)


def may_log(request: HttpRequest, person: Membership) -> bool:
    """Whether this member may write that person's time."""
    if person.pk == request.membership.pk:
        return can(request.membership, "time.log")
    return person.is_active and can_for_others(request.membership, "time.log")


def writable_person(request: HttpRequest, public_id: str = "") -> Membership:
    """The person whose time a form is about to change; 403 when this member may not."""
    public_id = public_id or request.POST.get("person", "")
    person = member(request, public_id, "time.log") if public_id else request.membership
    if not may_log(request, person):
        raise PermissionDenied
    return person


def writable_entries(request: HttpRequest) -> Any:
    """The entries this member may change: the own ones, or everybody's."""
    entries = TimeEntry.objects.with_names().select_related("person__user")
    return within_reach(entries, request.membership, "time.log")


def valid_id(text: str) -> UUID:
    """A public id out of an address; 404 for anything else."""
    found = id_in(text)
    if found is None:
        raise Http404
    return found


def tabs(request: HttpRequest, current: str, person: Membership, day: date) -> list[dict[str, Any]]:
    """Week, Day, Calendar and what else there is, keeping person and day."""
    pages = [("Week", "week", "week"), ("Day", "day", "day"), ("Calendar", "calendar", "week")]
    if can(request.membership, "timeoff.view"):
        pages.append(("Time off", "time_off", "day"))
    found = [
        {"label": label, "url": address(request, name, person, **{key: day}), "is_current": name == current}
        for label, name, key in pages
    ]
    if can(request.membership, "time.approve") and TimeSettings.current().is_approval_on:
        url = reverse("timetracking:approvals", args=[request.account.slug])
        found.append({"label": "Approvals", "url": url, "is_current": current == "approvals"})
    return found


def address(request: HttpRequest, name: str, person: Membership, **query: Any) -> str:
    """A page of time, for the person it is about."""
    if person.pk != request.membership.pk:
        query["person"] = person.public_id
    return reverse(f"timetracking:{name}", args=[request.account.slug], query=query)


def frame(request: HttpRequest, current: str, person: Membership, day: date) -> dict[str, Any]:
    """What week, day and calendar show around their hours."""
    name = "day" if current == "day" else "week"
    return {
        "person": person,
        "people": _people_to_pick(request, person),
        "place": f"{name}={day}",
        "person_query": "" if person.pk == request.membership.pk else f"&person={person.public_id}",
        "may_log": may_log(request, person),
        "may_be_late": locks.may_be_late(person, request.membership),
        "may_edit_projects": can(request.membership, "project.edit"),
        "tabs": tabs(request, current, person, day),
        "now_url": address(request, current, person),
        "day_url": reverse("timetracking:day", args=[request.account.slug]),
        "done": take_done(request),
    }


def _people_to_pick(request: HttpRequest, person: Membership) -> list[Membership]:
    """Those whose time can be looked at: who is here, and who is shown though they left."""
    if not can_for_others(request.membership, "time.view"):
        return []
    return [*people(request), *([] if person.is_active else [person])]


def ask_reason(request: HttpRequest, form: Any, person: Membership, *days: date, what: str = locks.HOURS) -> list[str]:
    """Why these days are locked; the form asks this member for a reason where that opens them."""
    closed = locks.why(person, days[0], days[-1], what=what)
    words = [closed[day] for day in days if day in closed]
    if words and locks.may_be_late(person, request.membership):
        form.ask_reason()
    return words


def stored_from(form: Any, person: Membership, **place: object) -> bool:
    """Store a new entry; what refuses it becomes a sentence on the form."""
    try:
        log_time(person, **{**form.values(), **place}, clock=form.clock)
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return bool(form.is_valid())


def sign_undo(request: HttpRequest, person: Membership, change: Undo) -> str:
    """The change as a token that only this account and person can use, for an hour; nobody can read it."""
    if not change:
        return ""
    data = {"account": request.account.pk, "person": str(person.public_id), **asdict(change)}
    return UNDO.close(json.dumps(data))


def read_undo(request: HttpRequest, token: str) -> tuple[str, Undo]:
    """Whose change is to be taken back, and which."""
    opened = UNDO.open(token, max_age=timedelta(seconds=UNDO_SECONDS))
    data = json.loads(opened) if opened else {}
    if data.pop("account", None) != request.account.pk:
        raise signing.BadSignature
    return data.pop("person"), Undo(**data)


def offer_undo(request: HttpRequest, words: str, token: str, back: str = "", *, by: str = "undo") -> None:
    """Say on the next page what was done, and offer to take it back, ``by`` the view of this name."""
    url = reverse(f"timetracking:{by}", args=[request.account.slug])
    request.session[_done_key(request)] = {"words": words, "token": token, "back": back, "url": url}


def take_done(request: HttpRequest) -> Any:
    """What the page before did, to be told once."""
    return request.session.pop(_done_key(request), None)


def _done_key(request: HttpRequest) -> str:
    """One session may open several accounts: what was done in one is not told in the other."""
    return f"time_done.{request.account.pk}"


def said(entry: TimeEntry) -> str:
    """The entry in a few words, for messages."""
    return f"{entry.project}, {spoken_day(entry.day)}"
