"""Cards that are kept, and the intents that set them up."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from devtools.processor_sim.api.answers import answers, page
from devtools.processor_sim.api.customers import merged_metadata
from devtools.processor_sim.cards import CARDS, DECLINES, TOKENS, Card, is_number
from devtools.processor_sim.contract import Json
from devtools.processor_sim.state import Problem, State, invalid, random_word

NO_RAW_CARDS = (
    "Sending credit card numbers directly to the API is generally unsafe. Use the processor's own form in the browser."
)


def card_error(decline: str, **more: Any) -> Problem:
    """A 402 with the words of a decline."""
    code, message = DECLINES[decline]
    decline_code = decline if code == "card_declined" else None
    return Problem(402, "card_error", message, code=code, decline_code=decline_code, **more)


def keep_card(state: State, number: str, month: int, year: int, billing_details: Json | None = None) -> Json:
    """A payment method from what was typed into the processor's own form."""
    card = CARDS.get(number, Card())
    method = state.make(
        "payment_method",
        allow_redisplay="unspecified",
        billing_details={"address": None, **(billing_details or {})},
        card={
            "brand": card.brand,
            "checks": {"cvc_check": "fail" if card.at_setup == "incorrect_cvc" else "pass"},
            "country": "US",
            "exp_month": month,
            "exp_year": year,
            "fingerprint": random_word(16),
            "funding": card.funding,
            "last4": number[-4:],
            "three_d_secure_usage": {"supported": True},
        },
        customer=None,
        metadata={},
        type="card",
    )
    state.hide(method["id"], {**asdict(card), "was_asked": False})
    return method


def check_card(number: str, month: int, year: int, cvc: str, now: int) -> None:
    """What the processor's form refuses before any bank is asked."""
    today = datetime.fromtimestamp(now, UTC)
    if not is_number(number):
        raise Problem(402, "card_error", "Your card number is incorrect.", code="incorrect_number", param="number")
    if not 1 <= month <= 12:
        message = "Your card's expiration month is invalid."
        raise Problem(402, "card_error", message, code="invalid_expiry_month", param="exp_month")
    if (year, month) < (today.year, today.month) or year > today.year + 50:
        message = "Your card's expiration year is invalid."
        raise Problem(402, "card_error", message, code="invalid_expiry_year", param="exp_year")
    if not cvc.isdigit() or len(cvc) not in (3, 4):
        message = "Your card's security code is invalid."
        raise Problem(402, "card_error", message, code="invalid_cvc", param="cvc")
    if number not in CARDS:
        message = "Your card was declined. This is a test processor; use one of its test cards."
        raise Problem(402, "card_error", message, code="card_declined", decline_code="test_mode_live_card")


def method_of(state: State, id: str, param: str = "payment_method") -> Json:
    """A kept card, or a new one made from one of the processor's names for test cards."""
    if id in TOKENS:
        year = datetime.fromtimestamp(state.now, UTC).year
        return keep_card(state, TOKENS[id], 12, year + 4)
    return state.get("payment_method", id, param)


@answers("post", "/v1/payment_methods")
def create(state: State, params: Json) -> Json:
    if "number" in params.get("card", {}):
        raise invalid(NO_RAW_CARDS, "card[number]")
    if token := params.get("card", {}).get("token"):
        return method_of(state, token.replace("tok_", "pm_card_"), "card[token]")
    raise invalid("Missing required param: card.", "card", "parameter_missing")


@answers("get", "/v1/payment_methods/{payment_method}")
def retrieve(state: State, params: Json, payment_method: str) -> Json:
    return state.get("payment_method", payment_method)


@answers("post", "/v1/payment_methods/{payment_method}")
def update(state: State, params: Json, payment_method: str) -> Json:
    method = state.get("payment_method", payment_method)
    changes: Json = {}
    if "metadata" in params:
        changes["metadata"] = merged_metadata(method["metadata"], params["metadata"])
    if "card" in params:
        changes["card"] = {**method["card"], **params["card"]}
    if "billing_details" in params:
        changes["billing_details"] = {**method["billing_details"], **params["billing_details"]}
    return state.change(method, "payment_method.updated", **changes)


@answers("get", "/v1/payment_methods")
def browse(state: State, params: Json) -> Json:
    if "customer" not in params:
        raise invalid("Missing required param: customer.", "customer", "parameter_missing")
    state.get("customer", params["customer"], "customer")
    return page(state, state.all("payment_method", params["customer"]), params, "/v1/payment_methods")


@answers("get", "/v1/customers/{customer}/payment_methods")
def browse_of(state: State, params: Json, customer: str) -> Json:
    state.get("customer", customer)
    return page(state, state.all("payment_method", customer), params, f"/v1/customers/{customer}/payment_methods")


@answers("get", "/v1/customers/{customer}/payment_methods/{payment_method}")
def retrieve_of(state: State, params: Json, customer: str, payment_method: str) -> Json:
    method = state.get("payment_method", payment_method)
    if method["customer"] != customer:
        raise invalid(f"No such payment_method: '{payment_method}'", "payment_method", "resource_missing", 404)
    return method


@answers("post", "/v1/payment_methods/{payment_method}/attach")
def attach(state: State, params: Json, payment_method: str) -> Json:
    method = method_of(state, payment_method)
    if "customer" not in params:
        raise invalid("Missing required param: customer.", "customer", "parameter_missing")
    behaviour = state.hidden(method["id"]) or {}
    if behaviour["at_setup"]:
        raise card_error(behaviour["at_setup"])
    return attach_to(state, method, params["customer"])


def attach_to(state: State, method: Json, customer: str) -> Json:
    state.get("customer", customer, "customer")
    if method["customer"] not in (None, customer):
        raise invalid(
            "The payment method you provided has already been attached to a customer.",
            "payment_method",
            "payment_method_unexpected_state",
        )
    return state.change(method, "payment_method.attached" if method["customer"] is None else None, customer=customer)


@answers("post", "/v1/payment_methods/{payment_method}/detach")
def detach(state: State, params: Json, payment_method: str) -> Json:
    method = state.get("payment_method", payment_method)
    if method["customer"] is None:
        raise invalid("The payment method you provided is not attached to a customer so detachment is impossible.")
    customer = state.get("customer", method["customer"])
    if customer["invoice_settings"]["default_payment_method"] == method["id"]:
        state.change(customer, "customer.updated", invoice_settings={"default_payment_method": None})
    return state.change(method, "payment_method.detached", customer=None)


@answers("post", "/v1/setup_intents")
def create_setup(state: State, params: Json) -> Json:
    if customer := params.get("customer"):
        state.get("customer", customer, "customer")
    intent = state.make(
        "setup_intent",
        automatic_payment_methods=_automatic(params),
        cancellation_reason=None,
        customer=customer,
        description=params.get("description"),
        metadata=merged_metadata({}, params.get("metadata")),
        payment_method=None,
        allowed_payment_method_types=params.get("allowed_payment_method_types"),
        payment_method_types=params.get("allowed_payment_method_types", ["card"]),
        status="requires_payment_method",
        usage=params.get("usage", "off_session"),
    )
    intent["client_secret"] = f"{intent['id']}_secret_{random_word(24)}"
    state.put(intent)
    state.emit("setup_intent.created", intent)
    if method := params.get("payment_method"):
        state.change(intent, None, payment_method=method_of(state, method)["id"], status="requires_confirmation")
    if params.get("confirm"):
        return confirm_setup(state, {}, intent["id"])
    return intent


def _automatic(params: Json) -> Json | None:
    if "allowed_payment_method_types" in params:
        return None
    return {"enabled": True, "allow_redirects": "always", **params.get("automatic_payment_methods", {})}


@answers("get", "/v1/setup_intents/{intent}")
def retrieve_setup(state: State, params: Json, intent: str) -> Json:
    return state.get("setup_intent", intent)


@answers("get", "/v1/setup_intents")
def browse_setups(state: State, params: Json) -> Json:
    return page(state, state.all("setup_intent"), params, "/v1/setup_intents")


@answers("post", "/v1/setup_intents/{intent}")
def update_setup(state: State, params: Json, intent: str) -> Json:
    found = state.get("setup_intent", intent)
    if "metadata" in params:
        state.change(found, None, metadata=merged_metadata(found["metadata"], params["metadata"]))
    return found


@answers("post", "/v1/setup_intents/{intent}/cancel")
def cancel_setup(state: State, params: Json, intent: str) -> Json:
    found = state.get("setup_intent", intent)
    _refuse_unless(found, "requires_payment_method", "requires_confirmation", "requires_action")
    reason = params.get("cancellation_reason")
    return state.change(found, "setup_intent.canceled", status="canceled", cancellation_reason=reason, next_action=None)


def _refuse_unless(intent: Json, *statuses: str) -> None:
    if intent["status"] not in statuses:
        raise invalid(
            f"You cannot do this to a {intent['object']} whose status is {intent['status']}.",
            code="setup_intent_unexpected_state",
        )


@answers("post", "/v1/setup_intents/{intent}/confirm")
def confirm_setup(state: State, params: Json, intent: str) -> Json:
    """Ask the card's bank whether the card may be kept."""
    found = state.get("setup_intent", intent)
    _refuse_unless(found, "requires_payment_method", "requires_confirmation", "requires_action")
    id = params.get("payment_method") or found["payment_method"]
    if not id:
        raise invalid(
            "You cannot confirm this SetupIntent because it's missing a payment method.",
            code="setup_intent_unexpected_state",
        )
    method = method_of(state, id)
    behaviour = state.hidden(method["id"]) or {}
    found["payment_method"] = method["id"]
    if decline := behaviour["at_setup"]:
        raise refuse_setup(state, found, method, decline)
    if behaviour["asks"] != "never" and not behaviour["was_asked"]:
        return ask_holder(state, found, params.get("return_url"), "setup_intent.requires_action")
    return finish_setup(state, found)


def refuse_setup(state: State, intent: Json, method: Json, decline: str) -> Problem:
    problem = card_error(decline)
    state.change(
        intent,
        "setup_intent.setup_failed",
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        last_setup_error={**problem.body["error"], "payment_method": method},
    )
    problem.body["error"] |= {"setup_intent": intent, "payment_method": method}
    return problem


def finish_setup(state: State, intent: Json) -> Json:
    if intent["customer"]:
        attach_to(state, state.get("payment_method", intent["payment_method"]), intent["customer"])
    return state.change(intent, "setup_intent.succeeded", status="succeeded", next_action=None, last_setup_error=None)


def ask_holder(state: State, intent: Json, return_url: str | None, type: str) -> Json:
    """The bank wants its customer's word: on a page of its own, or in a frame that the processor's script opens."""
    url = f"{state.url}/challenge/{intent['id']}/?client_secret={intent['client_secret']}"
    if return_url:
        action = {"type": "redirect_to_url", "redirect_to_url": {"url": url, "return_url": return_url}}
    else:
        action = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": url}}
    return state.change(intent, type, status="requires_action", next_action=action)
