"""How a reminder reads by the time it is read: what it was about may be done since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.urls import reverse

from accounts.bell import BellKind, Told, register
from accounts.models import Membership
from lib import formats
from timetracking.models import GivenReminder, Timesheet
from timetracking.queries import hours_by_day, spoken_day
from timetracking.targets import targets

Kind = GivenReminder.Kind


def _mine(member: Membership, ids: Sequence[UUID]) -> list[GivenReminder]:
    return list(GivenReminder.objects.filter(person=member, public_id__in=ids))


def _to_log(member: Membership, ids: Sequence[UUID]) -> Mapping[UUID, Told]:
    mine, url = _mine(member, ids), reverse("timetracking:day", args=[member.account.slug])
    if not mine:
        return {}
    days = sorted(note.day for note in mine)
    hours, expected = hours_by_day(member, days), targets(member, days[0], days[-1])
    told = {}
    for note in mine:
        lacking = expected[note.day] - hours.get(note.day, 0)
        words = f"{formats.hours(lacking)} are not logged" if lacking > 0 else "complete by now"
        told[note.public_id] = Told(f"reminds you: {spoken_day(note.day)}, {words}", f"{url}?day={note.day}")
    return told


def _to_submit(member: Membership, ids: Sequence[UUID]) -> Mapping[UUID, Told]:
    mine, url = _mine(member, ids), reverse("timetracking:week", args=[member.account.slug])
    days = [note.day for note in mine]
    closed = set(Timesheet.objects.of(member).closed().filter(first_day__in=days).values_list("first_day", flat=True))
    return {
        note.public_id: Told(
            f"reminds you: the hours from {formats.day(note.day)} on are "
            + ("submitted by now" if note.day in closed else "not submitted"),
            f"{url}?week={note.day}",
        )
        for note in mine
    }


def _to_approve(member: Membership, ids: Sequence[UUID]) -> Mapping[UUID, Told]:
    url = reverse("timetracking:approvals", args=[member.account.slug])
    words = "reminds you: hours waited for your approval"
    return {note.public_id: Told(words, url) for note in _mine(member, ids)}


REMINDERS = {
    Kind.LOG: register(BellKind("time_to_log", "clock-edit", _to_log, "reminds you of hours that are not logged")),
    Kind.SUBMIT: register(BellKind("time_to_submit", "send", _to_submit, "reminds you to submit your hours")),
    Kind.APPROVE: register(
        BellKind("time_to_approve", "clock-check", _to_approve, "reminds you of hours that wait for your approval")
    ),
}
