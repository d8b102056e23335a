"""What an account may do now: one pure function from facts and a clock.

Billing and privacy write the facts (``paid_through``, ``past_due_since``, ``closing_at``), staff may overrule for a
while what follows from payments; nobody stores the standing.
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
    closing_days: int
    closed_at: datetime | None
    overruled_as: str
    overruled_until: datetime | None


def standing(account: Facts, now: datetime) -> Standing:
    """The account's standing at ``now``.

    Trial → read-only for 60 days → closing for 30 days → closed. A failed payment leaves 14
    days before read-only. A request to close starts the closing days at once. What staff say stands above payments
    until its day, and above nothing else: who asked to close, closes.
    """
    if account.closed_at is not None and account.closed_at <= now:
        return Standing.CLOSED
    if closing_begins(account) <= now:
        return Standing.CLOSED if now >= closing_ends(account) else Standing.CLOSING
    if is_overruled(account, now):
        return Standing(account.overruled_as)
    return _by_payment(account, now)


def is_overruled(account: Facts, now: datetime) -> bool:
    """Whether what staff said counts now, and not the payments."""
    return account.overruled_until is not None and now < account.overruled_until


def read_only_since(account: Facts) -> datetime:
    """When the account's right to write ended or will end; its days before closing begin after what staff said."""
    ends = _paid_until(account)
    return ends if account.overruled_until is None else max(ends, account.overruled_until)


def closing_begins(account: Facts) -> datetime:
    """When reading ends and the last days begin: on request, or by the clock."""
    by_clock = read_only_since(account) + timedelta(days=READ_ONLY_DAYS)
    return min(account.closing_at or by_clock, by_clock)


def closing_ends(account: Facts) -> datetime:
    """When the account closes and everything in it is erased."""
    return closing_begins(account) + timedelta(days=account.closing_days)


def _paid_until(account: Facts) -> datetime:
    if account.past_due_since is not None:
        return account.past_due_since + timedelta(days=PAST_DUE_DAYS)
    if account.paid_through is not None:
        return max(account.paid_through, account.trial_ends_at)
    return account.trial_ends_at


def _by_payment(account: Facts, now: datetime) -> Standing:
    ends = read_only_since(account)
    if now >= ends:
        return Standing.READ_ONLY
    if account.past_due_since is not None:
        return Standing.PAST_DUE
    if account.paid_through is not None and now < account.paid_through:
        return Standing.ACTIVE
    return Standing.TRIALING
