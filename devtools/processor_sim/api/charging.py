"""Money that a bank is asked for: intents, and what became of each try."""

from __future__ import annotations

from datetime import UTC, datetime

from devtools.processor_sim.api import methods
from devtools.processor_sim.cards import DECLINES
from devtools.processor_sim.contract import Json
from devtools.processor_sim.state import Problem, State, random_word

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


def new_intent(state: State, amount: int, currency: str, customer: str | None, **more: object) -> Json:
    intent = state.make(
        "payment_intent",
        amount=amount,
        amount_capturable=0,
        amount_received=0,
        capture_method="automatic",
        confirmation_method="automatic",
        currency=currency,
        customer=customer,
        latest_charge=None,
        metadata={},
        payment_method=None,
        payment_method_types=["card"],
        status="requires_payment_method",
        **more,
    )
    intent["client_secret"] = f"{intent['id']}_secret_{random_word(24)}"
    state.put(intent)
    state.emit("payment_intent.created", intent)
    return intent


def attempt(state: State, intent: Json, method: Json, return_url: str | None = None) -> Json:
    """Ask the card's bank for the money; the intent says how it went."""
    behaviour = state.hidden(method["id"]) or {}
    intent["payment_method"] = method["id"]
    if behaviour["asks"] == "always" or (behaviour["asks"] == "once" and not behaviour["was_asked"]):
        return methods.ask_holder(state, intent, return_url, "payment_intent.requires_action")
    return take(state, intent, method, behaviour["at_charge"])


def take(state: State, intent: Json, method: Json, decline: str | None) -> Json:
    """The bank's answer, once it has nothing more to ask."""
    decline = decline or _expired(method, state.now)
    charge = state.make(
        "charge",
        amount=intent["amount"],
        amount_captured=0 if decline else intent["amount"],
        amount_refunded=0,
        billing_details=method["billing_details"],
        captured=not decline,
        currency=intent["currency"],
        customer=intent["customer"],
        disputed=False,
        metadata={},
        outcome=_outcome(decline),
        paid=not decline,
        payment_intent=intent["id"],
        payment_method=method["id"],
        refunded=False,
        status="failed" if decline else "succeeded",
        **({"failure_code": DECLINES[decline][0], "failure_message": DECLINES[decline][1]} if decline else {}),
    )
    if decline:
        state.emit("charge.failed", charge)
        return refuse(state, intent, method, decline, charge["id"])
    state.emit("charge.succeeded", charge)
    return state.change(
        intent,
        "payment_intent.succeeded",
        status="succeeded",
        amount_received=intent["amount"],
        latest_charge=charge["id"],
        next_action=None,
        last_payment_error=None,
    )


def refuse(state: State, intent: Json, method: Json, decline: str, charge: str | None = None) -> Json:
    error = methods.card_error(decline, charge=charge).body["error"]
    return state.change(
        intent,
        "payment_intent.payment_failed",
        status="requires_payment_method",
        payment_method=None,
        latest_charge=charge or intent["latest_charge"],
        next_action=None,
        last_payment_error={**error, "payment_method": method},
    )


def _expired(method: Json, now: int) -> str | None:
    today = datetime.fromtimestamp(now, UTC)
    card = method["card"]
    return "expired_card" if (card["exp_year"], card["exp_month"]) < (today.year, today.month) else None


def _outcome(decline: str | None) -> Json:
    if decline:
        return {"type": "issuer_declined", "network_status": "declined_by_network", "reason": decline}
    return {"type": "authorized", "network_status": "approved_by_network", "seller_message": "Payment complete."}


def payment_problem(intent: Json) -> Problem:
    """The 402 that goes with an intent whose last try was declined."""
    error = intent["last_payment_error"]
    decline = error.get("decline_code") or error["code"]
    return methods.card_error(
        decline, charge=error.get("charge"), payment_intent=intent, payment_method=error["payment_method"]
    )


def void(state: State, intent: Json, reason: str | None) -> Json:
    return state.change(
        intent,
        "payment_intent.canceled",
        status="canceled",
        canceled_at=state.now,
        cancellation_reason=reason,
        next_action=None,
    )
