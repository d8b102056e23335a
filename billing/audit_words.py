"""How the log tells what happened to the plan and its payments."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from audit.words import Data, Field, Kind, Noun, Ref, register, register_noun
from lib import formats

GROUP = "Plan and billing"


def _plan(data: Data) -> dict[str, str | Ref]:
    return {"plan": data["plan"], "seats": _seats(data["seats"])}


def _changed(data: Data) -> dict[str, str | Ref]:
    return {**_plan(data), "before": f"{data['plan_before']}, {_seats(data['seats_before'])}"}


def _ends(data: Data) -> dict[str, str | Ref]:
    return {**_plan(data), "ends": formats.day(datetime.fromisoformat(data["ends"]).date(), "year")}


def _paid(data: Data) -> dict[str, str | Ref]:
    amount = formats.money(Decimal(data["amount"]) / 100, data["currency"])
    return {"amount": amount, "number": data["number"] or "without a number"}


def _grows(data: Data) -> dict[str, str | Ref]:
    return {"most": f"up to {_seats(data['most'])} without asking" if data["most"] else "no seats without asking"}


def _seats(number: int) -> str:
    return "one seat" if number == 1 else f"{number} seats"


register(
    GROUP,
    Kind("plan.started", "Plan started", "started the plan {plan}, with {seats}", "credit-card", _plan),
    Kind("plan.changed", "Plan changed", "changed the plan from {before} to {plan}, {seats}", "credit-card", _changed),
    Kind("plan.may_grow", "Seats bought as people join", "chose to buy {most}", "users", _grows),
    Kind("plan.cancelled", "Plan cancelled", "cancelled the plan {plan} as of {ends}", "credit-card-off", _ends),
    Kind("plan.reason_given", "Reason for cancelling", "said why: {reason}", "message"),
    Kind("plan.kept", "Cancellation taken back", "took back that the plan {plan} ends", "credit-card", _plan),
    Kind("plan.ended", "Plan ended", "saw the plan {plan} end", "credit-card-off", _plan),
    Kind("card.changed", "Card changed", "entered the card {card}", "credit-card"),
    Kind("card.removed", "Card removed", "removed the card", "credit-card-off"),
    Kind("payment.received", "Payment received", "received {amount} for invoice {number}", "check", _paid),
    Kind("payment.failed", "Payment failed", "could not charge {amount} for invoice {number}", "alert-triangle", _paid),
    Kind("payment.overdue", "Payment overdue", "noticed that a payment is overdue", "alert-triangle"),
    Kind("payment.settled", "Nothing owed any more", "noticed that nothing is owed any more", "check"),
    Kind(
        "billing.compared", "Compared with the card processor", "compared billing with the processor: {detail}", "eye"
    ),
    Kind("billing.profile_changed", "Billing details changed", "changed {changes} of the billing details", "receipt"),
)
register_noun(
    Noun(
        "billing.billingaccount",
        "billing details",
        fields={
            "name": Field("Name on the invoice"),
            "street": Field("Street"),
            "postal_code": Field("Postal code"),
            "city": Field("City"),
            "region": Field("State or region"),
            "country": Field("Country"),
            "email": Field("Send invoices to"),
            "copies": Field("Copies of receipts to"),
            "tax_number": Field("Tax number"),
        },
    )
)
