"""What paid and unpaid invoices, and the end, make of a subscription."""

from __future__ import annotations

from devtools.processor_sim.contract import Json
from devtools.processor_sim.state import State

LIVE = ("active", "past_due", "trialing", "unpaid")
OVER = ("canceled", "incomplete_expired")


def subscription_of(invoice: Json) -> str | None:
    parent = invoice["parent"]
    return str(parent["subscription_details"]["subscription"]) if parent else None


def invoice_paid(state: State, invoice: Json) -> None:
    subscription = state.find(subscription_of(invoice) or "")
    if subscription is None or subscription["latest_invoice"] not in (invoice["id"], None):
        return
    if subscription["status"] in ("incomplete", "past_due", "unpaid"):
        state.change(subscription, "customer.subscription.updated", status="active")


def invoice_unpaid(state: State, invoice: Json, *, is_last: bool) -> None:
    """A renewal that is not paid makes it past due; after the last try the account's setting decides."""
    subscription = state.find(subscription_of(invoice) or "")
    if subscription is None or subscription["status"] not in ("active", "past_due"):
        return
    final = (state.hidden("settings") or {}).get("after_retries", "unpaid")
    status = final if is_last else "past_due"
    if status == "canceled":
        end(state, subscription, "payment_failed")
    elif invoice["id"] == subscription["latest_invoice"]:
        state.change(subscription, "customer.subscription.updated", status=status)


def end(state: State, subscription: Json, reason: str) -> Json:
    """No more periods, and nobody tries to collect what is open."""
    for invoice in state.all("invoice", subscription["customer"]):
        if subscription_of(invoice) == subscription["id"] and invoice["status"] in ("draft", "open"):
            state.change(invoice, "invoice.updated", auto_advance=False, next_payment_attempt=None)
    details = {**subscription["cancellation_details"], "reason": reason}
    return state.change(
        subscription,
        "customer.subscription.deleted",
        status="canceled",
        canceled_at=subscription["canceled_at"] or state.now,
        cancellation_details=details,
        ended_at=state.now,
    )
