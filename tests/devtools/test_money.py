"""What the test processor counts: periods, prorated amounts, tries, balances, refunds, and the paper for it."""

from __future__ import annotations

import io
import urllib.request
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from devtools.processor_sim.api.items import period_end, shares
from tests.processor import KEYS, Processor

HOUR, DAY = 3600, 86400


def moment(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.fixture
def api(processor: Processor) -> Any:
    return stripe.StripeClient(KEYS["STRIPE_API_KEY"], base_addresses={"api": processor.url}).v1


def pays(api: Any, card: str = "pm_card_visa", seats: int = 3, **more: Any) -> Any:
    """A firm whose subscription has begun."""
    customer = api.customers.create({"name": "Acmé (Ltd)", "address": {"country": "DE", "city": "Köln"}})
    method = api.payment_methods.attach(card, {"customer": customer.id})
    api.customers.update(customer.id, {"invoice_settings": {"default_payment_method": method.id}})
    price = api.prices.list({"lookup_keys": ["team-month-eur"]}).data[0]
    wanted = {"customer": customer.id, "items": [{"price": price.id, "quantity": seats}], **more}
    return api.subscriptions.create({**wanted, "expand": ["latest_invoice.payments"]})


def test_periods_keep_their_day_and_their_time_of_day():
    monthly = {"recurring": {"interval": "month", "interval_count": 1}}
    yearly = {"recurring": {"interval": "year", "interval_count": 1}}
    for price, anchor, starts, ends in (
        (monthly, "2027-01-31T10:20:30", "2027-01-31T10:20:30", "2027-02-28T10:20:30"),
        (monthly, "2027-01-31T10:20:30", "2027-02-28T10:20:30", "2027-03-31T10:20:30"),
        (monthly, "2027-12-15T00:00:00", "2027-12-15T00:00:00", "2028-01-15T00:00:00"),
        (monthly, "2028-01-30T00:00:00", "2028-01-30T00:00:00", "2028-02-29T00:00:00"),
        (yearly, "2028-02-29T12:00:00", "2028-02-29T12:00:00", "2029-02-28T12:00:00"),
        (yearly, "2028-02-29T12:00:00", "2031-02-28T12:00:00", "2032-02-29T12:00:00"),
    ):
        assert period_end(moment(anchor), moment(starts), price) == moment(ends), (anchor, starts)


@settings(max_examples=30)
@given(st.integers(0, 10**7), st.integers(1, 366 * DAY), st.floats(0, 1))
def test_two_parts_of_a_period_cost_what_the_whole_costs(amount, whole, part):
    left = int(whole * part)
    assert abs(shares(amount, left, whole) + shares(amount, whole - left, whole) - amount) <= 1
    assert abs(shares(amount, left, whole) - amount * left / whole) <= 0.5 + 1e-6 * amount


def test_a_first_payment_that_fails_leaves_an_incomplete_subscription_or_nothing(api, processor):
    begun = pays(api, "pm_card_chargeCustomerFail")
    assert begun.status == "incomplete"
    with pytest.raises(stripe.CardError):
        pays(api, "pm_card_chargeCustomerFail", payment_behavior="error_if_incomplete")
    assert len(api.subscriptions.list({"status": "all"}).data) == 1
    processor.advance(hours=23, seconds=1)
    assert api.subscriptions.retrieve(begun.id).status == "incomplete_expired"
    assert api.invoices.retrieve(begun.latest_invoice.id).status == "void"


def test_a_change_that_can_not_be_paid_never_was(api):
    firm = pays(api)
    item = firm.items.data[0]
    bad = api.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": firm.customer})
    change = {"default_payment_method": bad.id, "proration_behavior": "always_invoice"}
    change |= {"items": [{"id": item.id, "quantity": 9}], "payment_behavior": "error_if_incomplete"}
    with pytest.raises(stripe.CardError):
        api.subscriptions.update(firm.id, change)
    found = api.subscriptions.retrieve(firm.id)
    assert (found.status, found.items.data[0].quantity, found.default_payment_method) == ("active", 3, None)
    assert len(api.invoices.list({"customer": firm.customer}).data) == 1


def test_four_tries_and_then_what_the_account_wants(api, processor):
    for wish, status in (("unpaid", "unpaid"), ("canceled", "canceled"), ("past_due", "past_due")):
        processor.settings(after_retries=wish)
        firm = pays(api)
        bad = api.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": firm.customer})
        api.subscriptions.update(firm.id, {"default_payment_method": bad.id})
        processor.advance(to=firm.items.data[0].current_period_end + HOUR)
        for days, tries in ((3, 2), (5, 3), (7, 4)):
            assert api.subscriptions.retrieve(firm.id).status == "past_due"
            processor.advance(days=days)
            assert api.invoices.list({"customer": firm.customer}).data[0].attempt_count == tries
        assert api.subscriptions.retrieve(firm.id).status == status
        assert api.invoices.list({"customer": firm.customer}).data[0].next_payment_attempt is None
        if status != "canceled":
            api.subscriptions.cancel(firm.id)


def test_seats_added_in_the_last_period_are_still_asked_for(api, processor):
    firm = pays(api)
    item = firm.items.data[0]
    half = (item.current_period_end - item.current_period_start) // 2
    at = item.current_period_start + half
    processor.advance(to=at)
    api.subscriptions.update(firm.id, {"items": [{"id": item.id, "quantity": 5}], "proration_date": at})
    api.subscriptions.update(firm.id, {"cancel_at_period_end": True})
    processor.advance(to=item.current_period_end + HOUR)
    assert api.subscriptions.retrieve(firm.id).status == "canceled"
    last = api.invoices.list({"customer": firm.customer}).data[0]
    assert (last.status, last.total) == ("paid", 2 * 1400 // 2)
    processor.advance(days=100)
    assert len(api.invoices.list({"customer": firm.customer}).data) == 2


def test_what_is_given_back_is_kept_for_the_next_invoice(api, processor):
    firm = pays(api, seats=10)
    item = firm.items.data[0]
    change = {"items": [{"id": item.id, "quantity": 2}], "proration_behavior": "always_invoice"}
    change["proration_date"] = item.current_period_start
    api.subscriptions.update(firm.id, change)
    assert api.customers.retrieve(firm.customer).balance == -8 * 1400
    preview = api.invoices.create_preview({"subscription": firm.id})
    assert (preview.total, preview.amount_due) == (2 * 1400, 0)
    processor.advance(to=item.current_period_end + HOUR)
    renewal = api.invoices.list({"customer": firm.customer}).data[0]
    assert (renewal.total, renewal.amount_due, renewal.status) == (2 * 1400, 0, "paid")
    assert api.customers.retrieve(firm.customer).balance == -6 * 1400


def test_money_goes_back_once(api):
    intent = pays(api).latest_invoice.payments.data[0].payment.payment_intent
    api.refunds.create({"payment_intent": intent, "amount": 1000})
    for too_much in ({"amount": 3201}, {"amount": 0}):
        with pytest.raises(stripe.InvalidRequestError):
            api.refunds.create({"payment_intent": intent, **too_much})
    assert api.refunds.create({"payment_intent": intent}).amount == 3200
    with pytest.raises(stripe.InvalidRequestError) as error:
        api.refunds.create({"payment_intent": intent})
    assert error.value.code == "charge_already_refunded"


def test_an_invoice_is_a_page_and_a_pdf(api):
    invoice = pays(api).latest_invoice
    with urllib.request.urlopen(invoice.hosted_invoice_url) as answer:  # noqa: S310  (our own address)
        page = answer.read().decode()
    assert invoice.number in page and "42.00 EUR" in page and "Test processor, no real money" in page
    with urllib.request.urlopen(invoice.invoice_pdf) as answer:  # noqa: S310
        text = PdfReader(io.BytesIO(answer.read())).pages[0].extract_text()
    assert invoice.number in text and "42.00 EUR" in text and "Acmé (Ltd)" in text


def test_a_customer_who_is_forgotten_leaves_invoices_and_nothing_else(api, processor):
    firm = pays(api)
    api.customers.delete(firm.customer)
    assert api.customers.retrieve(firm.customer).deleted
    assert api.subscriptions.retrieve(firm.id).status == "canceled"
    assert len(api.invoices.list({"customer": firm.customer}).data) == 1
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_methods.list({"customer": firm.customer, "type": "card"})
    processor.advance(days=40)
    assert len(api.invoices.list({"customer": firm.customer}).data) == 1
