"""Payment intents, charges and refunds."""

from __future__ import annotations

from devtools.processor_sim.api import charging, invoicing, methods
from devtools.processor_sim.api.answers import answers, page
from devtools.processor_sim.api.customers import merged_metadata
from devtools.processor_sim.contract import Json
from devtools.processor_sim.state import State, invalid


def consented(state: State, intent: Json, *, said_yes: bool) -> Json:
    """The card's holder has answered their bank."""
    method = state.get("payment_method", intent["payment_method"])
    behaviour = state.hidden(method["id"]) or {}
    is_setup = intent["object"] == "setup_intent"
    if not said_yes:
        reason = f"{intent['object']}_authentication_failure"
        if is_setup:
            methods.refuse_setup(state, intent, method, reason)
            return intent
        return invoicing.heard(state, charging.refuse(state, intent, method, reason))
    state.hide(method["id"], {**behaviour, "was_asked": True})
    if is_setup:
        return methods.finish_setup(state, intent)
    decline = behaviour["after_asking"] or behaviour["at_charge"]
    return invoicing.heard(state, charging.take(state, intent, method, decline))


@answers("post", "/v1/payment_intents")
def create(state: State, params: Json) -> Json:
    if params["amount"] < 50:
        raise invalid("Amount must be at least 50 of the smallest unit.", "amount", "amount_too_small")
    intent = charging.new_intent(state, params["amount"], params["currency"], params.get("customer"))
    state.change(intent, None, metadata=merged_metadata({}, params.get("metadata")))
    if not params.get("confirm"):
        return intent
    return confirm(state, {key: params[key] for key in ("payment_method", "return_url") if key in params}, intent["id"])


@answers("get", "/v1/payment_intents/{intent}")
def retrieve(state: State, params: Json, intent: str) -> Json:
    return state.get("payment_intent", intent)


@answers("get", "/v1/payment_intents")
def browse(state: State, params: Json) -> Json:
    return page(state, state.all("payment_intent"), params, "/v1/payment_intents")


@answers("post", "/v1/payment_intents/{intent}/confirm")
def confirm(state: State, params: Json, intent: str) -> Json:
    found = state.get("payment_intent", intent)
    id = params.get("payment_method") or found["payment_method"]
    if not id:
        raise invalid(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    done = invoicing.pay_with(state, found, methods.method_of(state, id), params.get("return_url"))
    if done["status"] == "requires_payment_method":
        raise charging.payment_problem(done)
    return done


@answers("post", "/v1/payment_intents/{intent}/cancel")
def cancel(state: State, params: Json, intent: str) -> Json:
    found = state.get("payment_intent", intent)
    if found["status"] not in charging.OPEN:
        raise invalid(
            f"You cannot cancel this PaymentIntent because it has a status of {found['status']}.",
            code="payment_intent_unexpected_state",
        )
    return charging.void(state, found, params.get("cancellation_reason"))


@answers("get", "/v1/charges/{charge}")
def retrieve_charge(state: State, params: Json, charge: str) -> Json:
    return state.get("charge", charge)


@answers("get", "/v1/charges")
def browse_charges(state: State, params: Json) -> Json:
    return page(state, state.all("charge"), params, "/v1/charges")


@answers("post", "/v1/refunds")
def create_refund(state: State, params: Json) -> Json:
    if "payment_intent" in params:
        intent = state.get("payment_intent", params["payment_intent"], "payment_intent")
        params["charge"] = intent["latest_charge"] or ""
    charge = state.get("charge", params.get("charge", ""), "charge")
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    if left == 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if not 0 < amount <= left:
        raise invalid(f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).", "amount")
    refund = state.make(
        "refund",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        metadata=merged_metadata({}, params.get("metadata")),
        payment_intent=charge["payment_intent"],
        reason=params.get("reason"),
        status="succeeded",
    )
    refunded = charge["amount_refunded"] + amount
    state.emit("refund.created", refund)
    state.change(charge, "charge.refunded", amount_refunded=refunded, refunded=amount == left)
    return refund


@answers("get", "/v1/refunds/{refund}")
def retrieve_refund(state: State, params: Json, refund: str) -> Json:
    return state.get("refund", refund)


@answers("get", "/v1/refunds")
def browse_refunds(state: State, params: Json) -> Json:
    return page(state, state.all("refund"), params, "/v1/refunds")
