"""What rings: a timesheet that waits for somebody's approval, and one that came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.urls import reverse

from accounts.bell import BellKind, Told, register
from accounts.models import Membership
from timetracking.approval.queries import days_in_words
from timetracking.models import Timesheet


def _waits(member: Membership, ids: Sequence[UUID]) -> Mapping[UUID, Told]:
    """Only as long as it waits, and never to whom only own records are shown."""
    if member.sees_only_own_records:
        return {}
    return {
        sheet.public_id: Told(f"asks for approval: {sheet.person}, {_days(sheet)}", _url(member, sheet))
        for sheet in Timesheet.objects.waiting().with_names().filter(public_id__in=ids)
    }


def _came_back(member: Membership, ids: Sequence[UUID]) -> Mapping[UUID, Told]:
    """Only until it is submitted again."""
    returned = Timesheet.objects.of(member).filter(state=Timesheet.State.RETURNED, public_id__in=ids)
    return {
        sheet.public_id: Told(f"returned your hours of {_days(sheet)}: {sheet.words}", _url(member, sheet))
        for sheet in returned
    }


def _days(sheet: Timesheet) -> str:
    return days_in_words(sheet.first_day, sheet.last_day)


def _url(member: Membership, sheet: Timesheet) -> str:
    return reverse("timetracking:sheet", args=[member.account.slug, sheet.public_id])


WAITS = register(BellKind("timesheet_waits", icon="clock-check", tell=_waits, letter="asks you to approve hours"))
CAME_BACK = register(
    BellKind("timesheet_returned", icon="arrow-back-up", tell=_came_back, letter="returned your hours with a comment")
)
