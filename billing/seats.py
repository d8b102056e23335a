"""Seats follow the people of a firm: counted anew each time, never added up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from accounts.models import Membership
from accounts.people.comings import came_or_went
from billing.gateway import Status
from billing.models import BillingAccount, ProcessorCustomer, Subscription
from tenancy.context import current_account_id
from tenancy.queue import send

TASK = "billing.look_after"
BEFORE_RENEWAL = timedelta(days=1)  # fewer seats are asked for when the paid period is as good as over


def used() -> int:
    """How many people can sign in to the active account."""
    return Membership.objects.active().filter(account_id=current_account_id()).count()


def wanted(billing: BillingAccount, there: Subscription, now: datetime) -> int | None:
    """How many seats this subscription should have, where that is another number than it has; None: leave it alone.

    More are due at once, fewer with the next period: until then they are paid.
    """
    if there.status != Status.ACTIVE or there.cancels_at is not None or there.offer is None:
        return None
    number = max(billing.seats, there.offer.plan.least, used())
    if number == there.seats:
        return None
    ends_soon = there.period_end - now <= BEFORE_RENEWAL
    return number if number > there.seats or ends_soon else None


@receiver(came_or_went)
def follow(account_id: int, **_: Any) -> None:
    """Have a worker count, where the processor knows the firm."""
    if ProcessorCustomer.objects.filter(account_id=account_id).exists():
        transaction.on_commit(lambda: send(TASK, kwargs={"account_id": account_id}), robust=True)
