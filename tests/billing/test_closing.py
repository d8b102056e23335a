"""An account closes: nothing is charged any more, and only what the law asks for stays, until its day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import closing as accounts_closing
from accounts import lifecycle
from accounts.models import Account
from billing import actions, closing
from billing.gateway import NotFound, Trouble, processor
from billing.models import BillingAccount, MoneyIntent, RetainedInvoice
from tests.billing.conftest import ACME


def time_is_over(firm):
    asked = timezone.now() - timedelta(days=31)
    Account.objects.filter(pk=firm.account.pk).update(closing_at=asked)


def test_the_subscription_ends_at_the_processor_before_anything_else(firm):
    firm.pay()
    customer = firm.customer()
    time_is_over(firm)
    lifecycle.keep_up(firm.account.pk)
    assert firm.facts().closed_at is not None
    assert [each for each in processor().subscriptions_of(customer) if each.status.is_live] == []
    with pytest.raises(Trouble):
        processor().card_of(customer)
    assert firm.do(lambda: BillingAccount.objects.count()) == 0
    kept = RetainedInvoice.objects.get(account_ref=firm.account.public_id)
    assert (kept.total, kept.billed_to["name"]) == (3600, "Acme Ltd")
    assert "@" not in str(kept.billed_to)
    assert kept.purge_on > timezone.now().date() + timedelta(days=3650)
    (receipt,) = firm.do(accounts_closing.receipts, firm.account)
    assert (receipt.who, receipt.reference, receipt.is_final) == ("card processor", customer, True)


def test_an_account_stays_until_the_processor_says_that_nothing_is_charged(firm):
    """It is written down, comes round again, and is never skipped."""
    firm.pay()
    time_is_over(firm)
    firm.processor.fault("drop", "/v1/subscriptions", method="delete", times=4)
    with pytest.raises(Trouble):
        lifecycle.keep_up(firm.account.pk)
    assert firm.facts().closed_at is None
    assert firm.do(lambda: MoneyIntent.objects.filter(kind="end").get()).state == "unknown"
    assert firm.do(lambda: BillingAccount.objects.count()) == 1
    assert [receipt.is_final for receipt in firm.do(accounts_closing.receipts, firm.account)] == [False]
    firm.processor.ask("faults/clear")
    lifecycle.keep_up(firm.account.pk)
    assert firm.facts().closed_at is not None
    assert firm.processor.look()["requests"][-1]["path"].startswith("/v1/customers/")


def test_a_customer_of_whom_nobody_heard_is_forgotten_too(firm):
    """Somebody died after the processor had made it, and before we had it written down."""
    made: list[str] = []

    def die():
        actions.start_card()
        made.append(BillingAccount.objects.get().customer)
        raise RuntimeError

    firm.do(actions.save_profile, ACME)
    with pytest.raises(RuntimeError):
        firm.do(die)
    assert firm.customer() == ""
    for step in (closing.end_subscription, closing.forget):
        firm.do(step, firm.account)
    with pytest.raises(NotFound):
        processor().card_of(made[0])


def test_what_the_law_no_longer_asks_for_goes(firm, later):
    firm.pay()
    firm.do(closing.keep_for_tax, firm.account)
    firm.do(closing.keep_for_tax, firm.account)
    mine = RetainedInvoice.objects.filter(account_ref=firm.account.public_id)
    closing.purge()
    assert mine.count() == 1
    later(days=3654)
    closing.purge()
    assert mine.count() == 0
