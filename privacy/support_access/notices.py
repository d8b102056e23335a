"""What rings behind a member's bell: that support waits for an answer, or suggests something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.urls import reverse

from accounts.bell import BellKind, Told, register
from accounts.models import Membership
from accounts.permissions import can
from privacy.support_access.models import Grant, Suggestion


def _tell(member: Membership, ids: Sequence[UUID]) -> Mapping[UUID, Told]:
    if not can(member, "look.view"):
        return {}
    found = Grant.objects.filter(account_id=member.account_id, public_id__in=ids).select_related("ticket")
    return {
        grant.public_id: Told(
            f"asks whether support may look at a record, for {grant.ticket}",
            reverse("help:grant", args=[member.account.slug, grant.public_id]),
        )
        for grant in found
    }


ASKED = register(BellKind("look.asked", "eye-question", _tell, "asks whether support may look at a record"))


def _tell_of_suggestion(member: Membership, ids: Sequence[UUID]) -> Mapping[UUID, Told]:
    if not can(member, "look.ask"):
        return {}
    found = Suggestion.objects.filter(account_id=member.account_id, public_id__in=ids)
    return {
        each.public_id: Told(
            "suggests another value for a record",
            reverse("help:suggestion", args=[member.account.slug, each.public_id]),
        )
        for each in found
    }


SUGGESTED = register(BellKind("change.suggested", "bulb", _tell_of_suggestion, "suggests a change to a record"))
