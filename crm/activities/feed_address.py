"""The private address of a member's calendar: made, renewed and revoked by themselves."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

import audit
from accounts import secret_links
from accounts.models import Membership, SecretLink
from tenancy.context import whole

KIND = "calendar"


@whole
def make(member: Membership) -> str:
    """Another one in place of the former; it is shown once."""
    secret = secret_links.make(member, KIND)
    audit.record("feed.made")
    return str(settings.SITE_URL + reverse("calendar_feed", args=[secret]))


@whole
def revoke(member: Membership) -> bool:
    """End it at once. False where there was none."""
    was_there = bool(secret_links.revoke(member, KIND))
    if was_there:
        audit.record("feed.revoked")
    return was_there


def present(member: Membership) -> SecretLink | None:
    """What is known of it."""
    return secret_links.present(member, KIND)
