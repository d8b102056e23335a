"""What ends when an account closes: the subscription first, at the processor; then what it and we know of the firm.

A step that the processor does not take stops the closing. It is written down, and the closing comes round again:
nobody whose account is gone is charged, and nobody's account goes while they may be.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.closing import Receipt, Step, register
from accounts.models import Account
from billing import actions, intents, projector, settling
from billing.gateway import NotFound, processor
from billing.models import BillingAccount, MoneyIntent, RetainedInvoice, Subscription, SubscriptionInvoice
from datamap import Retention
from tenancy.sweeping import sweeps

KEPT_FOR_TAX = timedelta(days=Retention.TEN_YEARS.days or 0)
WHO = "card processor"
WRITTEN = ("open", "paid", "uncollectible")  # an invoice that was issued and not taken back


def end_subscription(account: Account) -> None:
    """Nothing is charged any more. Raises Trouble when the processor does not say so."""
    billing = intents.hold()
    settling.settle_all(billing)  # first: a customer may be made of whom nobody heard
    if not billing.customer:
        return
    try:
        projector.look(billing)
    except NotFound:
        return
    for there in Subscription.objects.live():
        try:
            actions.end_at_once(billing, there.ref)
        except NotFound:
            continue


def keep_for_tax(account: Account) -> None:
    """Copy of each invoice what the law asks for, to where it outlives the account until its day."""
    for invoice in SubscriptionInvoice.objects.filter(status__in=WRITTEN).exclude(number=""):
        issued_on = (invoice.issued_at or invoice.created_at).date()
        sums = {name: getattr(invoice, name) for name in ("currency", "subtotal", "tax", "total", "paid", "billed_to")}
        told = {**sums, "issued_on": issued_on, "purge_on": issued_on + KEPT_FOR_TAX}
        RetainedInvoice.objects.get_or_create(account_ref=account.public_id, number=invoice.number, defaults=told)


def forget(account: Account) -> None:
    """The processor deletes what it knows of the firm, and so do we."""
    billing = intents.hold()
    if billing.customer:
        wanted = {"customer": billing.customer}
        tell = processor().forget_customer
        kind = MoneyIntent.Kind.FORGET
        intents.carry_out(kind, wanted, lambda intent: tell(billing.customer, key=intent.key))
    BillingAccount.objects.all().delete()


def receipt(account: Account) -> Receipt | None:
    """What the processor said when it was told to forget the firm; None when it never knew it."""
    asked = MoneyIntent.objects.filter(kind=MoneyIntent.Kind.FORGET).order_by("pk")
    if done := asked.filter(state=MoneyIntent.State.DONE).last():
        return Receipt(WHO, "The customer is deleted there, and nothing is charged.", done.wanted["customer"])
    known = BillingAccount.objects.exclude(customer="").values_list("customer", flat=True).first()
    waiting = known or asked.values_list("wanted__customer", flat=True).last()
    return (
        Receipt(WHO, "It has not said yet that the customer is deleted.", waiting, is_final=False) if waiting else None
    )


@sweeps()
def purge() -> int:
    """Drop what the law asked for until yesterday."""
    return RetainedInvoice.objects.filter(purge_on__lt=timezone.now().date()).delete()[0]


register(Step("subscription", end_subscription, order=10))
register(Step("invoices kept for tax", keep_for_tax, order=11))
register(Step(WHO, forget, order=12, receipt=receipt, erases=True))
