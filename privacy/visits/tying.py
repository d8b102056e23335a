"""Tying visits to a person: a step of its own, with a purpose, which stays on record and which the person reads (48).

A visit names nobody. Only where a person signed in from an address within the span can visits from there be tied to
them; the pages are shown once, to whoever asked, and what remains is that it was done.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from accounts.models import SecurityEvent, User
from privacy.support_access.models import StaffAction
from privacy.visits.models import Tie, Visit

MOST_DAYS = 7
SHOWN = 1000


class NotTheirs(ValueError):
    """Nothing says that visits from there are this person's, or they want their data kept and not used."""


@dataclass(frozen=True)
class Tied:
    """What was done, and the visits, for this once."""

    tie: Tie
    visits: list[Visit]


@transaction.atomic
def tie(asked: Tie, *, by: User) -> Tied:
    """Write down who ties what to whom and why, then show it."""
    if asked.user.restricted_at is not None:
        raise NotTheirs("This person wants their data kept and not used.")
    within = {"ip": asked.ip, "happened_at__gte": asked.since, "happened_at__lt": asked.until}
    if not SecurityEvent.objects.filter(user=asked.user, kind=SecurityEvent.Kind.SIGNED_IN, **within).exists():
        raise NotTheirs("This person did not sign in from there in these days, so the visits are nobody’s.")
    found = Visit.objects.filter(ip=asked.ip, seen_at__gte=asked.since, seen_at__lt=asked.until)
    asked.visits, asked.staff = found.count(), by
    asked.save()
    kind = StaffAction.Kind.TIED
    StaffAction.objects.create(kind=kind, staff=by, detail=f"{asked.user.public_id}: {asked.purpose}"[:300])
    return Tied(asked, list(found.order_by("seen_at")[:SHOWN]))
