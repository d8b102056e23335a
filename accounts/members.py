"""A member as somebody who acts and as somebody who reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone

from accounts.models import ApiKey, Membership, User
from lib import formats
from tenancy.context import Actor


def actor_for(membership: Membership, key: ApiKey | None = None) -> Actor:
    """The member as the audit log names them, and the key that acted for them."""
    by_key = f" (API key {key.name})" if key else ""
    return Actor("member", membership.pk, f"{membership.user}{by_key}")


@contextmanager
def reads_as(user: User) -> Iterator[None]:
    """Dates, times of day and figures as this person wants them written."""
    with (
        timezone.override(user.time_zone),
        formats.use(locale=user.locale, decimal_hours=user.hours_format == "decimal"),
    ):
        yield
