"""Letters about payment: each once, however often the clock asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from accounts import mail
from accounts.models import Account, Membership, Notice, User
from accounts.permissions import can
from accounts.standing import PAST_DUE_DAYS
from billing.gateway import CardSummary
from billing.models import BillingAccount, Subscription, SubscriptionInvoice
from lib import formats
from lib.seals import Seal

OVERDUE_DAYS = (0, 7, 12, PAST_DUE_DAYS)  # after the first failure
EXPIRES_DAYS = (30, 7)  # before the card ends
RECEIPT, RECEIPT_LASTS = Seal("receipt"), timedelta(days=90)


@dataclass(frozen=True)
class Due:
    """A letter: which one, of which stage, and the moment that it speaks of."""

    kind: str
    days: int
    moment: datetime


def write_due(account: Account, billing: BillingAccount, now: datetime) -> None:
    """The letters that the clock asks for in the active account, of each kind the latest one."""
    for due in (overdue(account, now), expiring(billing, now)):
        if due and Notice.objects.get_or_create(kind=due.kind, days=due.days, moment=due.moment)[1]:
            for payer in _payers(account):
                _write(payer, account, billing, due)


def write_seats_refused(account: Account, there: Subscription, wanted: int) -> None:
    """The processor did not let the seats follow the people: once for each number and paid period."""
    if not Notice.objects.get_or_create(kind="seats_refused", days=wanted, moment=there.period_end)[1]:
        return
    for payer in _payers(account):
        with formats.use(locale=payer.locale):
            day = formats.day(there.period_end.astimezone(ZoneInfo(payer.time_zone)).date(), "year")
        mail.write(
            "seats_refused",
            payer.email,
            account=account,
            firm=account.name,
            paid=there.seats,
            wanted=wanted,
            is_more=wanted > there.seats,
            day=day,
            billing_url=settings.SITE_URL + reverse("billing:billing", args=[account.slug]),
            support_email=settings.OPERATOR.billing_email,
        )


def write_receipts(invoice: SubscriptionInvoice) -> None:
    """A payment came through: the copies that the firm wants. (The processor writes to the first address itself.)"""
    billing = BillingAccount.objects.select_related("account").get()
    account = billing.account
    mine = {"kind": "payment_received", "days": 0, "moment": invoice.created_at}
    if not billing.copies or not Notice.objects.get_or_create(**mine)[1]:
        return
    token = RECEIPT.close(f"{account.public_id} {invoice.public_id}")
    words = {
        "firm": account.name,
        "number": invoice.number,
        "amount": formats.money(Decimal(invoice.total) / 100, invoice.currency, cents=True),
        "day": formats.day(invoice.created_at.date(), "year"),
        "pdf_url": settings.SITE_URL + reverse("receipt", args=[token]),
        "good_for": RECEIPT_LASTS.days,
    }
    for address in billing.copies_to:
        mail.write("payment_received", address, account=account, **words)


def invoice_of(token: str) -> tuple[UUID, UUID] | None:
    """The account's and the invoice's public ids behind a receipt's link; None when it is forged or over."""
    words = RECEIPT.open(token, RECEIPT_LASTS)
    account, _, invoice = (words or "").partition(" ")
    return (UUID(account), UUID(invoice)) if words else None


def _payers(account: Account) -> list[User]:
    """Everybody who can mend it."""
    found = Membership.objects.active().filter(account_id=account.pk).select_related("user")
    return [membership.user for membership in found.order_by("pk") if can(membership, "billing.manage")]


def overdue(account: Account, now: datetime) -> Due | None:
    """The stage that a failed payment has come to."""
    since = account.past_due_since
    come = [days for days in OVERDUE_DAYS if since is not None and since + timedelta(days=days) <= now]
    return Due("payment_overdue", come[-1], since) if come and since else None


def expiring(billing: BillingAccount, now: datetime) -> Due | None:
    """The stage of a card that ends soon; none where nothing is charged to it."""
    card = billing.card_summary
    live = Subscription.objects.live().first() if card else None
    if card is None or live is None or live.cancels_at is not None:
        return None
    ends = end_of(card)
    come = [days for days in EXPIRES_DAYS if ends - timedelta(days=days) <= now]
    return Due("card_expires", come[-1], ends) if come else None


def end_of(card: CardSummary) -> datetime:
    """A card is good until the end of its month."""
    year, month = (card.year + 1, 1) if card.month == 12 else (card.year, card.month + 1)
    return datetime(year, month, 1, tzinfo=ZoneInfo("UTC"))


def _write(payer: User, account: Account, billing: BillingAccount, due: Due) -> None:
    with formats.use(locale=payer.locale):
        ends = due.moment + timedelta(days=PAST_DUE_DAYS) if due.kind == "payment_overdue" else due.moment
        day = formats.day(ends.astimezone(ZoneInfo(payer.time_zone)).date(), "year")
    mail.write(
        due.kind,
        payer.email,
        account=account,
        firm=account.name,
        card=billing.card_summary,
        stage=due.days,
        is_over=due.days == PAST_DUE_DAYS,
        day=day,
        billing_url=settings.SITE_URL + reverse("billing:billing", args=[account.slug]),
        support_email=settings.OPERATOR.billing_email,
    )
