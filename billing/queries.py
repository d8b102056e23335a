"""How the active account stands with us, from our own rows: answered whether or not the processor can be reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from accounts.models import Account
from accounts.standing import Standing, closing_ends, read_only_since
from billing import seats
from billing.catalogue import Interval, Plan
from billing.gateway import CardSummary, Status
from billing.models import BillingAccount, MoneyIntent, Subscription, SubscriptionInvoice


def billing_account() -> BillingAccount:
    """The account's own row; an unsaved one before there is any."""
    return BillingAccount.objects.first() or BillingAccount()


def subscription() -> Subscription | None:
    """The one that goes on; otherwise the last one."""
    return Subscription.objects.live().first() or Subscription.objects.first()


def invoices() -> Any:
    """Those that were issued, the newest first."""
    return SubscriptionInvoice.objects.exclude(status="draft")


def owed() -> SubscriptionInvoice | None:
    """The oldest invoice that waits for its money."""
    found: SubscriptionInvoice | None = invoices().filter(status="open", remaining__gt=0).order_by("created_at").first()
    return found


@dataclass(frozen=True)
class Overview:
    """What the page Plan and billing shows."""

    standing: Standing
    billing: BillingAccount
    subscription: Subscription | None
    plan: Plan | None  # None on trial, and for one that we don't sell any more
    interval: Interval | None
    currency: str
    seats_used: int
    seats_paid: int
    seats_next: int  # fewer than are paid, where some are given back with the next invoice
    next_amount: Decimal | None  # by our own prices, before tax and what is prorated
    next_on: datetime | None
    ends_on: datetime | None  # cancelled, or the account closes: when it ends
    closes_on: datetime | None  # somebody asked to close the account: when it is erased
    card: CardSummary | None
    owed: SubscriptionInvoice | None
    read_only_on: datetime | None  # payment overdue: until when it must be settled
    is_profile_refused: bool  # by the processor, after it was saved here

    @property
    def is_paid(self) -> bool:
        """True while a subscription goes on."""
        return self.subscription is not None and self.subscription.is_live and not self.waits

    @property
    def waits(self) -> bool:
        """True while the first payment of a subscription has not come through: another plan may still be chosen."""
        return self.subscription is not None and self.subscription.status == Status.INCOMPLETE

    @property
    def can_grow(self) -> bool:
        """Whether more people may come than are paid for now, and the plan goes on."""
        return self.is_paid and not self.ends_on and (self.plan is None or self.plan.most is None)


def overview(account: Account) -> Overview:
    """Everything that the page shows, in six statements."""
    billing, found = billing_account(), subscription()
    offer = found.offer if found else None
    live = found if found is not None and found.is_live else None
    closes_on = closing_ends(account) if account.closing_at else None
    ends_on = _ends_on(live, closes_on) if live else None
    renews = live is not None and ends_on is None and offer is not None
    used = seats.used()
    coming = max(billing.seats, offer.plan.least, used) if offer and live and renews else 0
    return Overview(
        standing=account.standing(),
        billing=billing,
        subscription=found,
        plan=offer.plan if offer else None,
        interval=offer.interval if offer else None,
        currency=found.currency if found else "",
        seats_used=used,
        seats_paid=live.seats if live else 0,
        seats_next=coming,
        next_amount=offer.plan.seat(offer.currency, offer.interval) * coming if offer and coming else None,
        next_on=live.period_end if live and renews else None,
        ends_on=ends_on,
        closes_on=closes_on,
        card=billing.card_summary,
        owed=owed(),
        read_only_on=read_only_since(account) if account.past_due_since else None,
        is_profile_refused=_is_profile_refused(),
    )


def _ends_on(live: Subscription, closes_on: datetime | None) -> datetime | None:
    """Whoever asked to close pays no further period, whether or not the clock has told the processor yet."""
    if closes_on is None:
        return live.cancels_at
    return min(live.cancels_at or live.period_end, closes_on)


def _is_profile_refused() -> bool:
    """Whether the processor did not take what it was last told of the firm."""
    told = MoneyIntent.objects.filter(kind=MoneyIntent.Kind.PROFILE).first()
    return told is not None and told.state == MoneyIntent.State.REFUSED
