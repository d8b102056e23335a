"""What rings behind the bell of those who answer for privacy in a firm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from django.urls import reverse

from accounts.bell import BellKind, Told, register
from accounts.models import Membership
from accounts.permissions import can
from privacy.rights.models import FirmRequest


def _told(words: Callable[[FirmRequest], str]) -> Callable[[Membership, Sequence[UUID]], Mapping[UUID, Told]]:
    """Tell of requests in these words, whoever may answer them."""

    def tell(member: Membership, ids: Sequence[UUID]) -> Mapping[UUID, Told]:
        if not can(member, "privacy.answer"):
            return {}
        found = FirmRequest.objects.filter(public_id__in=ids).select_related("account")
        slug = member.account.slug
        return {each.public_id: Told(words(each), reverse("rights:request", args=[slug, each.public_id]))
                for each in found}  # fmt: skip

    return tell


def _arrived(request: FirmRequest) -> str:
    return f"brought a privacy request: {request.get_kind_display().lower()}"


def _runs_out(request: FirmRequest) -> str:
    return f"reminds you: {min(request.percent, 100)} % of the time for a privacy request is gone"


ARRIVED = register(BellKind("privacy.asked", "user-shield", _told(_arrived), "brought a privacy request"))
RUNS_OUT = register(BellKind("privacy.late", "clock", _told(_runs_out), "reminds you of a privacy request"))
