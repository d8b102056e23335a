"""What an account may do now: one pure function from facts and a clock.

Billing and privacy write the facts (``paid_through``, ``past_due_since``, ``closing_at``);
nobody stores the standing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

PAST_DUE_DAYS = 14
READ_ONLY_DAYS = 60
CLOSING_DAYS = 30


class Standing(StrEnum):
    """Where an account is in its life."""

    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    READ_ONLY = "read_only"
    CLOSING = "closing"
    CLOSED = "closed"

    @property
    def words(self) -> str:
        """As a page names it."""
        return {"trialing": "on trial", "past_due": "payment overdue"}.get(self, self.replace("_", "-"))

    @property
    def may_write(self) -> bool:
        """True while the firm can work as usual."""
        return self in (Standing.TRIALING, Standing.ACTIVE, Standing.PAST_DUE)


class Facts(Protocol):
    """What the standing is made from; see ``accounts.Account``."""

    trial_ends_at: datetime
    paid_through: datetime | None
    past_due_since: datetime | None
    closing_at: datetime | None
    closed_at: datetime | None
    suspended_reason: str


def standing(account: Facts, now: datetime) -> Standing:
    """The account's standing at ``now``.

    Trial → read-only for 60 days → closing for 30 days → closed. A failed payment leaves 14
    days before read-only. A request to close starts the closing days at once.
    """
    if account.closed_at is not None and account.closed_at <= now:
        return Standing.CLOSED
    begins = account.closing_at if account.suspended_reason else closing_begins(account)
    if begins is not None and begins <= now:
        return Standing.CLOSED if now >= begins + timedelta(days=CLOSING_DAYS) else Standing.CLOSING
    if account.suspended_reason:
        return Standing.READ_ONLY
    return _by_payment(account, now)


def read_only_since(account: Facts) -> datetime:
    """When the account's right to write ended or will end, by its payments alone."""
    if account.past_due_since is not None:
        return account.past_due_since + timedelta(days=PAST_DUE_DAYS)
    if account.paid_through is not None:
        return max(account.paid_through, account.trial_ends_at)
    return account.trial_ends_at


def closing_begins(account: Facts) -> datetime:
    """When reading ends and the last days begin: on request, or by the clock."""
    by_clock = read_only_since(account) + timedelta(days=READ_ONLY_DAYS)
    return min(account.closing_at or by_clock, by_clock)


def _by_payment(account: Facts, now: datetime) -> Standing:
    ends = read_only_since(account)
    if now >= ends:
        return Standing.READ_ONLY
    if account.past_due_since is not None:
        return Standing.PAST_DUE
    if account.paid_through is not None and now < account.paid_through:
        return Standing.ACTIVE
    return Standing.TRIALING
