"""The test processor, spoken to as our gateway speaks to the real one: by its SDK, over HTTP."""

from __future__ import annotations

import threading

import pytest
import stripe

from tests.processor import KEYS, SECRET, Processor


@pytest.fixture
def api(processor: Processor):
    return client(processor).v1


def client(processor: Processor, retries: int = 2) -> stripe.StripeClient:
    return stripe.StripeClient(
        KEYS["STRIPE_API_KEY"], base_addresses={"api": processor.url}, max_network_retries=retries
    )


def price(api, key="team-month-eur"):
    return api.prices.list({"lookup_keys": [key]}).data[0]


def customer_with_card(api, processor, number="4242424242424242"):
    customer = api.customers.create({"name": "Acme", "email": "alice@acme.example", "address": {"country": "DE"}})
    setup = api.setup_intents.create({"customer": customer.id, "usage": "off_session"})
    intent = processor.card(setup.client_secret, number)
    if intent["status"] == "requires_action":
        intent = processor.consent(setup.client_secret)
    default = {"invoice_settings": {"default_payment_method": intent["payment_method"]}}
    return api.customers.update(customer.id, default)


def subscribe(api, customer, seats=3, key="team-month-eur", **more):
    items = [{"price": price(api, key).id, "quantity": seats}]
    return api.subscriptions.create({"customer": customer.id, "items": items, "off_session": True, **more})


def test_what_has_no_effect_here_is_refused_and_not_passed_over(api):
    with pytest.raises(stripe.InvalidRequestError, match="does not know what to do with cash_balance"):
        api.customers.create({"name": "Acme", "cash_balance": {"settings": {"reconciliation_mode": "manual"}}})
    assert api.customers.list().data == []
    with pytest.raises(stripe.InvalidRequestError, match="does not know how to answer GET /v1/customers/search"):
        api.customers.search({"query": "name:'Acme'"})


def test_each_decline_says_what_it_is(api, processor):
    customer = api.customers.create()
    for number, code, decline in (
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000000069", "expired_card", None),
        ("4000000000000127", "incorrect_cvc", None),
        ("4242424242424241", "incorrect_number", None),
        ("4111111111111111", "card_declined", "test_mode_live_card"),
    ):
        setup = api.setup_intents.create({"customer": customer.id})
        error = processor.card(setup.client_secret, number)["error"]
        assert (error["code"], error.get("decline_code")) == (code, decline), number
        assert api.setup_intents.retrieve(setup.id).status == "requires_payment_method"
    assert api.customers.payment_methods.list(customer.id).data == []
    with pytest.raises(stripe.CardError) as refused:
        api.setup_intents.confirm(setup.id, {"payment_method": "pm_card_visa_chargeDeclinedInsufficientFunds"})
    assert refused.value.error.decline_code == "insufficient_funds"
    assert api.setup_intents.retrieve(setup.id).last_setup_error.decline_code == "insufficient_funds", "it left a trace"


def test_a_card_whose_bank_asks_is_agreed_to_or_not(api, processor):
    customer = customer_with_card(api, processor, "4000002760003184")
    subscription = subscribe(api, customer, expand=["latest_invoice.confirmation_secret"])
    assert subscription.status == "incomplete"
    secret = subscription.latest_invoice.confirmation_secret.client_secret
    processor.consent(secret, yes=False)
    assert api.subscriptions.retrieve(subscription.id).status == "incomplete"
    processor.card(secret, "4000002760003184")
    processor.consent(secret)
    assert api.subscriptions.retrieve(subscription.id).status == "active"


def test_faults_come_before_or_after_the_effect(api, processor):
    for kind, when in (
        ("error", "before"),
        ("drop", "before"),
        ("drop", "after"),
        ("html", "after"),
        ("conflict", "before"),
    ):
        before = len(api.customers.list({"limit": 100}).data)
        processor.fault(kind, "/v1/customers", method="post", when=when)
        api.customers.create({"name": kind})  # the SDK tries again, under the same key
        assert len(api.customers.list({"limit": 100}).data) == before + 1, (kind, when)
    for kind, error in (("rate_limit", stripe.RateLimitError), ("unauthorized", stripe.AuthenticationError)):
        processor.fault(kind)
        with pytest.raises(error):
            api.customers.list()
    processor.stop()
    with pytest.raises(stripe.APIConnectionError):
        client(processor, retries=0).v1.customers.list()
    processor.start()


def test_two_requests_with_one_key_at_once(processor):
    impatient = client(processor, retries=0).v1
    processor.fault("hang", "/v1/customers", seconds=1, when="after")
    first = threading.Thread(target=lambda: impatient.customers.create({}, {"idempotency_key": "one"}))
    first.start()
    while processor.look()["objects"].get("customer", 0) == 0:
        pass
    with pytest.raises(stripe.APIError) as error:
        impatient.customers.create({}, {"idempotency_key": "one"})
    assert error.value.http_status == 409
    first.join()


def test_deliveries_are_signed_as_the_sdk_wants_them(api, processor):
    customer = api.customers.create({"name": "Acme"})
    letter = processor.letters()[0]
    event = stripe.Webhook.construct_event(letter["body"], letter["headers"]["Stripe-Signature"], SECRET)
    assert (event.type, event.data.object.id) == ("customer.created", customer.id)
    assert event.api_version == stripe.api_version
    assert processor.letters() == []
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(letter["body"], letter["headers"]["Stripe-Signature"], "whsec_another")


def test_a_snapshot_brings_everything_back(api, processor):
    api.customers.create({"name": "Acme"})
    processor.snapshot("one")
    api.customers.create({"name": "Globex"})
    processor.restore("one")
    assert [each.name for each in api.customers.list().data] == ["Acme"]
