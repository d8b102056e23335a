"""What a subscription means for the account: three plain facts, from which ``accounts/standing.py`` decides.

The processor may be away for days, or we may: whoever pays goes on working meanwhile, so what is paid counts for
some days longer than it lasts, unless it was cancelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from billing.gateway import Status
from billing.models import BillingAccount, Subscription, SubscriptionInvoice

SLACK = timedelta(days=14)
OWING = (Status.PAST_DUE, Status.UNPAID)


@dataclass(frozen=True)
class Facts:
    """What billing writes on the account, and nothing else."""

    paid_through: datetime | None
    past_due_since: datetime | None
    most_members: int | None


def facts(
    found: Sequence[Subscription],
    owed: Sequence[SubscriptionInvoice],
    billing: BillingAccount,
    before: datetime | None,
    now: datetime,
) -> Facts:
    """From the subscriptions (the newest first) and what is owed. ``before``: since when it was overdue until now."""
    paying = [each for each in found if each.status not in (Status.INCOMPLETE, Status.INCOMPLETE_EXPIRED)]
    if not paying:
        return Facts(None, None, None)
    live = next((each for each in paying if each.is_live), None)
    current = live or paying[0]
    return Facts(
        paid_through=_paid_through(current),
        past_due_since=_past_due_since(current, owed, before, now),
        most_members=_most_members(current, billing) if live else None,
    )


def _most_members(current: Subscription, billing: BillingAccount) -> int:
    """The seats that are paid, or as many as may be bought without asking: never more than the plan is sold for."""
    most = current.offer.plan.most if current.offer else None
    grown = billing.most_seats or 0
    return max(current.seats, grown if most is None else min(grown, most))


def _paid_through(current: Subscription) -> datetime:
    if not current.is_live:
        return min(current.ended_at or current.period_end, current.period_end)
    if current.status == Status.PAUSED:
        return current.period_start
    return current.cancels_at or current.period_end + SLACK


def _past_due_since(
    current: Subscription, owed: Sequence[SubscriptionInvoice], before: datetime | None, now: datetime
) -> datetime | None:
    """The first failure, set once: trying again and failing again does not move it. Settled: none."""
    unpaid = [each for each in owed if each.attempts and each.subscription == current.ref]
    if current.status not in OWING and not (unpaid and not current.is_live):
        return None
    first = min((each.issued_at or each.created_at for each in unpaid), default=now)
    return before or min(first, now)
