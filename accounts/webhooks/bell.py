"""What rings when we stopped telling somebody outside: behind the bells of owners and admins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.urls import reverse

from accounts.bell import BellKind, Told, register, ring
from accounts.models import Membership
from accounts.permissions import ADMINS, can
from accounts.recipients import WebhookRecipient


def _stopped(member: Membership, ids: Sequence[UUID]) -> Mapping[UUID, Told]:
    """Who keeps the register is led to the recipient, who may not to the log."""
    slug, keeps = member.account.slug, can(member, "webhook.manage")
    if not keeps and not can(member, "audit.view"):
        return {}
    return {
        each.public_id: Told(
            f"switched off webhooks to {each}" + (f": {each.off_because}" if each.off_because else ""),
            reverse("accounts:webhook", args=[slug, each.public_id])
            if keeps
            else reverse("accounts:audit_log", args=[slug]),
        )
        for each in WebhookRecipient.objects.filter(public_id__in=ids)
    }


STOPPED = register(BellKind("webhook_stopped", "alert-triangle", _stopped, "switched off webhooks to a recipient"))


def tell(recipient: WebhookRecipient) -> None:
    """Ring for everybody who is an owner or admin now."""
    members = Membership.objects.active().filter(account_id=recipient.account_id, role__in=ADMINS)
    ring(members.select_related("user", "account"), STOPPED, recipient)
