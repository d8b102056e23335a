"""Time off rings: for who may say yes to a request, and for who asked once it is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.urls import reverse

from accounts.bell import BellKind, Told, register
from accounts.models import Membership
from accounts.permissions import can_for_others
from lib import formats
from timetracking.models import TimeOff


def said(entry: TimeOff) -> str:
    """21 Dec to 23 Dec; 24 Dec, morning."""
    first = formats.day(entry.first_day)
    if entry.half:
        return f"{first}, {entry.get_half_display().lower()}"
    return first if entry.first_day == entry.last_day else f"{first} to {formats.day(entry.last_day)}"


def approvers_of(person: Membership) -> list[Membership]:
    """Who may answer: those who plan the team, apart from the person."""
    members = Membership.objects.active().select_related("user", "account").filter(account_id=person.account_id)
    return [each for each in members.exclude(pk=person.pk) if can_for_others(each, "timeoff.edit")]


def _requests(member: Membership, ids: Sequence[UUID]) -> Mapping[UUID, Told]:
    """Only while it waits."""
    url = reverse("timetracking:time_off", args=[member.account.slug])
    waiting = TimeOff.objects.visible_to(member).filter(public_id__in=ids, state=TimeOff.State.REQUESTED)
    return {
        each.public_id: Told(f"asks for time off: {said(each)}, {each.person}", f"{url}#requests")
        for each in waiting.with_names()
    }


def _answers(member: Membership, ids: Sequence[UUID]) -> Mapping[UUID, Told]:
    url = reverse("timetracking:time_off", args=[member.account.slug])
    mine = TimeOff.objects.filter(person=member, public_id__in=ids).exclude(state=TimeOff.State.REQUESTED)
    return {each.public_id: Told(f"{each.state} your time off: {said(each)}", url) for each in mine}


REQUEST = register(BellKind("time_off_request", "beach", _requests, "asks for time off"))
ANSWER = register(BellKind("time_off_answer", "beach", _answers, "answered your request for time off"))
