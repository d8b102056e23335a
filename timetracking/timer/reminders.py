"""A forgotten timer rings once, behind the bell and by mail where the member wishes for letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.bell import BellKind, Told, register, ring
from accounts.models import Membership
from timetracking.models import RunningTimer


def _tell(member: Membership, ids: Sequence[UUID]) -> Mapping[UUID, Told]:
    """Only as long as it runs."""
    url = reverse("timetracking:timer", args=[member.account.slug])
    mine = RunningTimer.objects.filter(person=member, public_id__in=ids).select_related("project", "task")
    return {timer.public_id: Told(f"asks: still working on {timer}?", url) for timer in mine}


FORGOTTEN = register(BellKind("timer", icon="clock", tell=_tell, letter="asks whether your timer should still run"))


@transaction.atomic
def ask(number: int = 500) -> int:
    """Ask the persons of timers that may be forgotten. Safe to run twice: a timer is asked about once."""
    now = timezone.now()
    due = RunningTimer.objects.filter(ask_at__lte=now, asked_at=None, person__removed_at=None)
    timers = due.select_related("person__user", "person__account").select_for_update(of=("self",), skip_locked=True)
    asked = list(timers[:number])
    for timer in asked:
        ring([timer.person], FORGOTTEN, timer)
    RunningTimer.objects.filter(pk__in=[timer.pk for timer in asked]).update(asked_at=now)
    return len(asked)
