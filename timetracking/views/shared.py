"""Whose time a page shows, in which time zone, and how a change is taken back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import can, can_for_others, within_reach
from accounts.queries import colleagues_of
from lib import formats
from lib.weeks import local_day
from timetracking.actions import Undo
from timetracking.models import Project, TimeEntry
from timetracking.queries import spoken_day

UNDO_SALT = "timetracking.undo"
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


def zone_of(person: Membership) -> ZoneInfo:
    """The clock on that person's wall."""
    return ZoneInfo(person.user.time_zone)


def today_of(person: Membership) -> date:
    return local_day(timezone.now(), zone_of(person))


def budget(shown: Project, minutes: int) -> dict[str, Any]:
    """How much of the budget is used; amber from 80 %, red when it is gone."""
    if not shown.budget_minutes:
        return {}
    share = Decimal(minutes) / shown.budget_minutes
    return {"budget_share": share, "budget_class": " bad" if share > 1 else " warn" if share >= Decimal("0.8") else ""}


def valid_id(text: str) -> UUID:
    """A public id out of an address; 404 for anything else."""
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def tabs(request: HttpRequest, current: str, person: Membership, day: date) -> list[dict[str, Any]]:
    """Week and Day, keeping person and day."""
    return [
        {"label": label, "url": address(request, name, person, **{key: day}), "is_current": name == current}
        for label, name, key in (("Week", "week", "week"), ("Day", "day", "day"))
    ]


def address(request: HttpRequest, name: str, person: Membership, **query: Any) -> str:
    """A page of time, for the person it is about."""
    if person.pk != request.membership.pk:
        query["person"] = person.public_id
    return reverse(f"timetracking:{name}", args=[request.account.slug], query=query)


def frame(request: HttpRequest, current: str, person: Membership, day: date) -> dict[str, Any]:
    """What week and day both show around their hours."""
    name = "week" if current == "week" else "day"
    return {
        "person": person,
        "people": _people_to_pick(request, person),
        "place": f"{name}={day}",
        "person_query": "" if person.pk == request.membership.pk else f"&person={person.public_id}",
        "may_log": may_log(request, person),
        "may_edit_projects": can(request.membership, "project.edit"),
        "tabs": tabs(request, current, person, day),
        "now_url": address(request, current, person),
        "day_url": reverse("timetracking:day", args=[request.account.slug]),
        "done": request.session.pop(_done_key(request), None),
    }


def _people_to_pick(request: HttpRequest, person: Membership) -> list[Membership]:
    """Those whose time can be looked at: who is here, and who is shown though they left."""
    if not can_for_others(request.membership, "time.view"):
        return []
    return [*people(request), *([] if person.is_active else [person])]


def sign_undo(request: HttpRequest, person: Membership, change: Undo) -> str:
    """The change as a token that only this account and person can use, for an hour."""
    if not change:
        return ""
    data = {"account": request.account.pk, "person": str(person.public_id), **asdict(change)}
    return signing.dumps(data, salt=UNDO_SALT, compress=True)


def read_undo(request: HttpRequest, token: str) -> tuple[str, Undo]:
    """Whose change is to be taken back, and which."""
    data = signing.loads(token, salt=UNDO_SALT, max_age=UNDO_SECONDS)
    if data.pop("account") != request.account.pk:
        raise signing.BadSignature
    return data.pop("person"), Undo(**data)


def offer_undo(request: HttpRequest, words: str, token: str, back: str) -> None:
    """Say on the next page what was done, and offer to take it back."""
    request.session[_done_key(request)] = {"words": words, "token": token, "back": back}


def _done_key(request: HttpRequest) -> str:
    """One session may open several accounts: what was done in one is not told in the other."""
    return f"time_done.{request.account.pk}"


def clock_words(entry: TimeEntry) -> str:
    """9:00–12:30 on the clock of whoever worked; "+1" when it ended on the next day."""
    if entry.started_at is None or entry.stopped_at is None:
        return ""
    with timezone.override(entry.time_zone):
        start, end = timezone.localtime(entry.started_at), timezone.localtime(entry.stopped_at)
        days = (end.date() - start.date()).days
        return f"{formats.clock(start)}–{formats.clock(end)}" + (f" +{days}" if days else "")


def said(entry: TimeEntry) -> str:
    """The entry in a few words, for messages."""
    return f"{entry.project}, {spoken_day(entry.day)}"
