"""The same life at the test processor and at the real one.

At the real one it is lived in test mode, by a test clock: ``STRIPE_TEST_KEY=sk_test_… bin/test -m live_stripe``.
Without that key these are skipped, and what they claim was tried on the test processor alone.
"""

from __future__ import annotations

import os
import time
from typing import Any
from uuid import uuid4

import pytest
import stripe

from tests.processor import KEYS, Processor

HOUR, DAY = 3600, 86400
LIVE = pytest.param("the real one", marks=pytest.mark.live_stripe)


class Simulated:
    """Its clock is everybody's, so it is advanced for all."""

    def __init__(self, processor: Processor) -> None:
        self.processor = processor
        self.api = stripe.StripeClient(KEYS["STRIPE_API_KEY"], base_addresses={"api": processor.url}).v1
        self.of_the_clock: dict[str, Any] = {}

    def advance(self, to: int) -> None:
        self.processor.advance(to=to)


class Real:
    """A customer lives by a clock of its own."""

    def __init__(self, key: str) -> None:
        assert key.startswith(("sk_test_", "rk_test_")), "only ever with a test key"
        self.api = stripe.StripeClient(key).v1
        self.clock = self.api.test_helpers.test_clocks.create({"frozen_time": int(time.time())})
        self.of_the_clock = {"test_clock": self.clock.id}

    def advance(self, to: int) -> None:
        clocks = self.api.test_helpers.test_clocks
        clocks.advance(self.clock.id, {"frozen_time": to})
        while clocks.retrieve(self.clock.id).status != "ready":
            time.sleep(1)


@pytest.fixture(params=["the test processor", LIVE])
def there(request: pytest.FixtureRequest) -> Any:
    if request.param == "the test processor":
        return Simulated(request.getfixturevalue("processor"))
    key = os.environ.get("STRIPE_TEST_KEY")
    if not key:
        pytest.skip("STRIPE_TEST_KEY is not set")
    real = Real(key)
    request.addfinalizer(lambda: real.api.test_helpers.test_clocks.delete(real.clock.id))
    return real


def customer_with_card(there: Any, card: str = "pm_card_visa") -> Any:
    customer = there.api.customers.create({"name": "Acme", "address": {"country": "DE"}, **there.of_the_clock})
    method = there.api.payment_methods.attach(card, {"customer": customer.id})
    default = {"invoice_settings": {"default_payment_method": method.id}}
    return there.api.customers.update(customer.id, default)


def subscribe(there: Any, customer: Any, **more: Any) -> Any:
    price = there.api.prices.create(
        {
            "currency": "eur",
            "unit_amount": 1400,
            "recurring": {"interval": "month"},
            "product": there.api.products.create({"name": "Team"}).id,
        }
    )
    items = [{"price": price.id, "quantity": 3}]
    return there.api.subscriptions.create({"customer": customer.id, "items": items, "off_session": True, **more})


def test_what_the_sdk_does_not_know_is_refused(there: Any) -> None:
    cases = (
        ({"adress": "x"}, "adress"),
        ({"address": {"zip": "x"}}, "address[zip]"),
        ({"tax_exempt": "perhaps"}, "tax_exempt"),
        ({"balance": "much"}, "balance"),
    )
    for params, name in cases:
        with pytest.raises(stripe.InvalidRequestError) as error:
            there.api.customers.create(params)
        assert error.value.param == name
    with pytest.raises(stripe.InvalidRequestError) as error:
        there.api.customers.retrieve("cus_nobody")
    assert (error.value.http_status, error.value.code) == (404, "resource_missing")


def test_the_same_key_makes_one_thing(there: Any) -> None:
    key = {"idempotency_key": f"make:{uuid4()}"}
    made = there.api.customers.create({"name": "Acme", **there.of_the_clock}, key)
    assert there.api.customers.create({"name": "Acme", **there.of_the_clock}, key).id == made.id
    with pytest.raises(stripe.IdempotencyError):
        there.api.customers.create({"name": "Globex", **there.of_the_clock}, key)


def test_a_life_from_card_to_cancelled(there: Any) -> None:
    api = there.api
    subscription = subscribe(there, customer_with_card(there), expand=["latest_invoice.payments"])
    first = subscription.latest_invoice
    assert (subscription.status, first.status, first.amount_paid) == ("active", "paid", 3 * 1400)

    item = subscription.items.data[0]
    start, end = item.current_period_start, item.current_period_end
    at = start + (end - start) // 3
    there.advance(to=at)
    change = {"items": [{"id": item.id, "quantity": 5}], "proration_date": at}
    preview = api.invoices.create_preview({"subscription": subscription.id, "subscription_details": change})
    left, whole = end - at, end - start
    credit, debit = -round(3 * 1400 * left / whole), round(5 * 1400 * left / whole)
    assert sorted(line.amount for line in preview.lines.data) == [credit, debit, 5 * 1400]
    assert api.subscriptions.retrieve(subscription.id).items.data[0].quantity == 3, "a preview changes nothing"

    api.subscriptions.update(subscription.id, change)
    there.advance(to=end + 2 * HOUR)
    renewal = api.invoices.list({"subscription": subscription.id}).data[0]
    assert (renewal.status, renewal.total) == ("paid", preview.total)

    api.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    there.advance(to=end + 33 * DAY)
    assert api.subscriptions.retrieve(subscription.id).status == "canceled"
    assert len(api.invoices.list({"subscription": subscription.id}).data) == 2


def test_a_renewal_that_is_declined_is_past_due_and_mends(there: Any) -> None:
    api = there.api
    customer = customer_with_card(there)
    bad = api.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})
    subscription = subscribe(there, customer)
    api.subscriptions.update(subscription.id, {"default_payment_method": bad.id})
    there.advance(to=subscription.items.data[0].current_period_end + 2 * HOUR)
    found = api.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    assert (found.status, found.latest_invoice.status, found.latest_invoice.attempt_count) == ("past_due", "open", 1)
    with pytest.raises(stripe.CardError) as error:
        api.invoices.pay(found.latest_invoice.id)
    assert error.value.code == "card_declined"
    api.subscriptions.update(subscription.id, {"default_payment_method": ""})
    assert api.invoices.pay(found.latest_invoice.id).status == "paid"
    assert api.subscriptions.retrieve(subscription.id).status == "active"


def test_another_interval_begins_a_new_period_and_gives_back_the_rest(there: Any) -> None:
    api = there.api
    subscription = subscribe(there, customer_with_card(there))
    item = subscription.items.data[0]
    yearly = api.prices.create(
        {
            "currency": "eur",
            "unit_amount": 14000,
            "recurring": {"interval": "year"},
            "product": item.price.product,
        }
    )
    start, end = item.current_period_start, item.current_period_end
    at = start + (end - start) // 2
    there.advance(to=at)
    change = {"items": [{"id": item.id, "price": yearly.id}], "proration_date": at}
    changed = api.subscriptions.update(subscription.id, {**change, "expand": ["latest_invoice"]})
    assert changed.latest_invoice.total == 3 * 14000 - 3 * 1400 // 2
    assert changed.latest_invoice.status == "paid"
    assert changed.items.data[0].current_period_end > end + 300 * DAY
