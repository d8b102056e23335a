"""What comes due as time goes by: renewals, tries at payment, ends of trials and of subscriptions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy

from devtools.processor_sim.api import invoicing, standing, subscriptions
from devtools.processor_sim.contract import Json
from devtools.processor_sim.state import State

FIRST_PAYMENT_WITHIN = 23 * invoicing.HOUR
DRAFT_FOR = invoicing.HOUR
MOST_STEPS = 10_000

Step = tuple[int, Callable[[State, Json], object], Json]


def catch_up(state: State, until: int) -> int:
    """Do everything that is due by then, each thing at its own moment, and say how much that was."""
    for number in range(MOST_STEPS):
        step = min(_steps(state, until), key=lambda each: each[0], default=None)
        if step is None:
            return number
        at, action, thing = step
        with state.moment(at):
            action(state, thing)
    raise RuntimeError("The clock does not get there: something comes due again and again.")


def _steps(state: State, until: int) -> Iterator[Step]:
    for subscription in state.all("subscription"):
        yield from (step for step in _of_subscription(subscription) if step[0] <= until)
    for invoice in state.all("invoice"):
        yield from (step for step in _of_invoice(invoice) if step[0] <= until)


def _of_subscription(subscription: Json) -> Iterator[Step]:
    status = subscription["status"]
    end = invoicing.period_of(subscription)[1]
    if status == "incomplete":
        yield subscription["created"] + FIRST_PAYMENT_WITHIN, _expire, subscription
    if status in standing.LIVE:
        if subscription["cancel_at"]:
            yield subscription["cancel_at"], _cancel, subscription
        if status == "trialing":
            yield subscription["trial_end"], _end_trial, subscription
        else:
            yield end, _renew, subscription


def _of_invoice(invoice: Json) -> Iterator[Step]:
    if invoice["status"] == "draft" and invoice["auto_advance"] and invoice["automatically_finalizes_at"]:
        yield invoice["automatically_finalizes_at"], _finalize, invoice
    if invoice["status"] == "open" and invoice.get("next_payment_attempt"):
        yield invoice["next_payment_attempt"], _try_again, invoice


def _expire(state: State, subscription: Json) -> None:
    state.change(subscription, "customer.subscription.updated", status="incomplete_expired", ended_at=state.now)
    invoice = state.find(subscription["latest_invoice"] or "")
    if invoice and invoice["status"] == "open":
        invoicing.void(state, invoice)


def _cancel(state: State, subscription: Json) -> None:
    """The end that was asked for; what waited for an invoice is still asked for."""
    invoice = subscriptions.bill_waiting(state, subscription)
    standing.end(state, subscription, "cancellation_requested")
    if invoice:
        _finalize(state, state.get("invoice", invoice["id"]))


def _renew(state: State, subscription: Json) -> None:
    """A draft, which becomes an invoice an hour later."""
    before = deepcopy(subscription)
    start = invoicing.period_of(subscription)[1]
    invoice = subscriptions.next_invoice(state, subscription, start, "subscription_cycle")
    subscription["latest_invoice"] = invoice["id"]
    state.put(subscription)
    state.emit("customer.subscription.updated", subscription, before)
    is_given_up = subscription["status"] == "unpaid"
    state.change(
        invoice,
        None,
        auto_advance=not is_given_up,
        automatically_finalizes_at=None if is_given_up else state.now + DRAFT_FOR,
    )


def _end_trial(state: State, subscription: Json) -> None:
    customer = state.get("customer", subscription["customer"])
    if not (subscription["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]):
        wish = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
        if wish == "cancel":
            standing.end(state, subscription, "payment_failed")
            return
        if wish == "pause":
            state.change(subscription, "customer.subscription.updated", status="paused")
            state.emit("customer.subscription.paused", subscription)
            return
    state.change(subscription, "customer.subscription.updated", status="active")
    _renew(state, subscription)


def _finalize(state: State, invoice: Json) -> None:
    done = invoicing.finalize(state, invoice)
    if done["status"] == "open" and done["collection_method"] == "charge_automatically":
        invoicing.collect(state, done)


def _try_again(state: State, invoice: Json) -> None:
    invoicing.collect(state, invoice)
