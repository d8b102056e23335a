"""Our copy of the processor's books: asked for afresh and written down, always as they stand now.

No event is ever applied as it came: events get lost, come twice and overtake each other, and what is true can be
asked. So everything that happens (a webhook, a page that somebody comes back to, the nightly comparison) ends here.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils import timezone

import audit
from accounts.models import Account
from billing import letters
from billing.catalogue import PRICES
from billing.facts import Facts, facts
from billing.gateway import CardSummary, InvoiceSnapshot, Status, SubscriptionSnapshot, processor
from billing.models import BillingAccount, ProcessorCustomer, Subscription, SubscriptionInvoice
from tenancy.context import current_account_id

Differences = list[str]


def look(billing: BillingAccount) -> Differences:
    """Ask how things stand and write it down. Returns where our copy was behind, in words. The row is held."""
    if not billing.customer:
        return []
    asked = processor()
    card = asked.card_of(billing.customer)
    subscriptions = asked.subscriptions_of(billing.customer)
    invoices = list(asked.invoices_of(billing.customer))
    differences = keep_card(billing, card)
    for subscription in reversed(subscriptions):
        differences += keep_subscription(subscription)
    for invoice in reversed(invoices):
        differences += keep_invoice(invoice)
    restate(billing)
    return differences


def keep_customer(billing: BillingAccount, ref: str) -> None:
    """The processor knows the firm by this reference."""
    ProcessorCustomer.objects.get_or_create(ref=ref, defaults={"account_id": current_account_id()})
    billing.customer = ref
    billing.save(update_fields=["customer"])


def keep_card(billing: BillingAccount, card: CardSummary | None) -> Differences:
    """What we may know of the card that is charged."""
    if billing.card_summary == card:
        return []
    had = billing.card
    billing.card = card.ref if card else ""
    billing.card_brand, billing.card_last4 = (card.brand, card.last4) if card else ("", "")
    billing.card_month, billing.card_year = (card.month, card.year) if card else (None, None)
    billing.save(update_fields=["card", "card_brand", "card_last4", "card_month", "card_year"])
    if billing.card == had:
        return ["the card's date was another one"]
    if card:
        audit.record("card.changed", billing, data={"card": f"{card.brand} {card.last4}"})
    else:
        audit.record("card.removed", billing)
    return ["the card was another one"]


def keep_subscription(found: SubscriptionSnapshot) -> Differences:
    """A subscription as it stands there."""
    told = {name: value for name, value in asdict(found).items() if name not in ("customer",)}
    had = Subscription.objects.filter(ref=found.ref).first()
    changes = _changes(had, told)
    if had is not None and not changes:
        Subscription.objects.filter(pk=had.pk).update(looked_at=timezone.now())
        return []
    Subscription.objects.update_or_create(ref=found.ref, defaults={**told, "looked_at": timezone.now()})
    _tell(had, found)
    return [f"subscription {found.ref}: {each}" for each in changes] or [f"subscription {found.ref} was missing"]


def keep_invoice(found: InvoiceSnapshot) -> Differences:
    """An invoice as it stands there."""
    told = {name: value for name, value in asdict(found).items() if name != "customer"}
    had = SubscriptionInvoice.objects.filter(ref=found.ref).first()
    changes = _changes(had, told)
    if had is not None and not changes:
        return []
    kept, _ = SubscriptionInvoice.objects.update_or_create(ref=found.ref, defaults=told)
    if _tell_of_payment(had, found):
        letters.write_receipts(kept)
    name = found.number or found.ref
    return [f"invoice {name}: {each}" for each in changes] or [f"invoice {name} was missing"]


def restate(billing: BillingAccount) -> Facts:
    """Write the facts on the account, from our copy. Whether it may write follows from them in this transaction."""
    account = Account.objects.select_for_update(no_key=True).get(pk=current_account_id())
    owed = list(SubscriptionInvoice.objects.filter(status="open", remaining__gt=0))
    stated = facts(list(Subscription.objects.all()), owed, billing, account.past_due_since, timezone.now())
    written = asdict(stated)
    if any(getattr(account, name) != value for name, value in written.items()):
        Account.objects.filter(pk=account.pk).update(**written)
    if stated.past_due_since and not account.past_due_since:
        audit.record("payment.overdue")
    elif account.past_due_since and not stated.past_due_since:
        audit.record("payment.settled")
    return stated


def _changes(had: Any, told: dict[str, Any]) -> list[str]:
    """Which columns of our copy say something else."""
    if had is None:
        return []
    pairs = ((name, getattr(had, name), value) for name, value in told.items())
    return [f"{name} was {old or 'nothing'}, is {new or 'nothing'}" for name, old, new in pairs if old != new]


def _tell(had: Subscription | None, found: SubscriptionSnapshot) -> None:
    """What happened to the plan, in the account's own log."""
    if found.status in (Status.INCOMPLETE, Status.INCOMPLETE_EXPIRED):
        return
    plan = {"plan": _plan_name(found.price), "seats": found.seats}
    if had is None or had.status == Status.INCOMPLETE:
        audit.record("plan.started", data=plan)
        return
    if (had.price, had.seats) != (found.price, found.seats):
        before = {"plan_before": _plan_name(had.price), "seats_before": had.seats}
        audit.record("plan.changed", data={**plan, **before})
    if had.is_live and not found.status.is_live:
        audit.record("plan.ended", data=plan)
    elif found.cancels_at and not had.cancels_at:
        audit.record("plan.cancelled", data={**plan, "ends": found.cancels_at.isoformat()})
    elif had.cancels_at and not found.cancels_at:
        audit.record("plan.kept", data=plan)


def _tell_of_payment(had: SubscriptionInvoice | None, found: InvoiceSnapshot) -> bool:
    """Write it into the account's own log. True when it is paid now, and was not before."""
    told = {"number": found.number, "amount": found.total, "currency": found.currency}
    if found.status == "paid" and (had is None or had.status != "paid") and found.total > 0:
        audit.record("payment.received", data=told)
        return True
    if found.status == "open" and found.attempts > (had.attempts if had else 0):
        audit.record("payment.failed", data=told)
    return False


def _plan_name(price: str) -> str:
    offer = PRICES.get(price)
    return f"{offer.plan.name}, paid by the {offer.interval}" if offer else price
