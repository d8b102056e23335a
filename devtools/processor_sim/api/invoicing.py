"""How an invoice is made, numbered, paid and given up."""

from __future__ import annotations

from devtools.processor_sim.api import charging, methods, standing
from devtools.processor_sim.api.answers import invoice_intent, listed
from devtools.processor_sim.contract import Json
from devtools.processor_sim.state import State, invalid, new_id, random_word

HOUR, DAY = 3600, 86400
RETRIES = (3 * DAY, 8 * DAY, 15 * DAY)  # after an invoice that is due stood for the first time


def item(state: State, subscription: Json, each: Json, amount: int, period: tuple[int, int], text: str) -> Json:
    """An amount that waits for the subscription's next invoice."""
    price = each["price"]
    return state.make(
        "invoiceitem",
        amount=amount,
        currency=price["currency"],
        customer=subscription["customer"],
        date=state.now,
        description=text,
        discountable=False,
        invoice=None,
        metadata={},
        parent={
            "type": "subscription_details",
            "subscription_details": {"subscription": subscription["id"], "subscription_item": each["id"]},
        },
        period={"start": period[0], "end": period[1]},
        pricing=_pricing(price),
        proration=True,
        quantity=each["quantity"],
        quantity_decimal=str(each["quantity"]),
    )


def waiting_items(state: State, subscription: Json) -> list[Json]:
    return [
        each
        for each in state.where("invoiceitem", subscription["customer"], invoice=None)
        if (each["parent"] or {}).get("subscription_details", {}).get("subscription") == subscription["id"]
    ]


def _pricing(price: Json) -> Json:
    return {
        "type": "price_details",
        "price_details": {"price": price["id"], "product": price["product"]},
        "unit_amount_decimal": str(price["unit_amount"]),
    }


def line_for(subscription: Json, each: Json, start: int, end: int, text: str) -> Json:
    """One period of one item."""
    parent = {
        "type": "subscription_item_details",
        "subscription_item_details": {
            "proration": False,
            "subscription": subscription["id"],
            "subscription_item": each["id"],
        },
    }
    amount = each["quantity"] * each["price"]["unit_amount"]
    return _line(amount, each["price"], each["quantity"], (start, end), text, parent, subscription["id"])


def line_from(each: Json) -> Json:
    """The line that an invoice item becomes."""
    subscription = each["parent"]["subscription_details"]["subscription"]
    parent = {
        "type": "invoice_item_details",
        "invoice_item_details": {"invoice_item": each["id"], "proration": True, "subscription": subscription},
    }
    price = {
        "id": each["pricing"]["price_details"]["price"],
        "product": each["pricing"]["price_details"]["product"],
        "unit_amount": each["pricing"]["unit_amount_decimal"],
        "currency": each["currency"],
    }
    period = (each["period"]["start"], each["period"]["end"])
    return _line(each["amount"], price, each["quantity"], period, each["description"], parent, subscription)


def _line(
    amount: int, price: Json, quantity: int, period: tuple[int, int], text: str, parent: Json, subscription: str
) -> Json:
    return {
        "id": new_id("line_item"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": text,
        "discountable": False,
        "discounts": [],
        "livemode": False,
        "metadata": {},
        "parent": parent,
        "period": {"start": period[0], "end": period[1]},
        "pricing": _pricing(price),
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "subscription": subscription,
        "subtotal": amount,
        "taxes": [],
    }


def draft(state: State, subscription: Json, reason: str, lines: list[Json], items: list[Json]) -> Json:
    """An invoice that may still change. What waited is on it, and waits no more."""
    customer = state.get("customer", subscription["customer"])
    id = new_id("invoice")
    for each in items:
        state.change(each, None, invoice=id)
    lines = [{**line, "invoice": id} for line in [*map(line_from, items), *lines]]
    total = sum(line["amount"] for line in lines)
    settings = {**customer["invoice_settings"]}
    invoice = state.make(
        "invoice",
        id=id,
        account_country="DE",
        account_name="Test processor, no real money",
        amount_due=max(0, total),
        amount_overpaid=0,
        amount_paid=0,
        amount_remaining=max(0, total),
        amount_shipping=0,
        attempt_count=0,
        attempted=False,
        auto_advance=True,
        automatic_tax={"enabled": subscription["automatic_tax"]["enabled"], "status": None},
        automatically_finalizes_at=None,
        billing_reason=reason,
        collection_method=subscription["collection_method"],
        currency=subscription["currency"],
        customer=customer["id"],
        customer_tax_ids=[],
        default_payment_method=None,
        default_tax_rates=[],
        discounts=[],
        issuer={"type": "self"},
        lines=listed(lines, f"/v1/invoices/{id}/lines"),
        metadata={},
        number=None,
        parent={
            "type": "subscription_details",
            "subscription_details": {"metadata": subscription["metadata"], "subscription": subscription["id"]},
        },
        payment_settings={},
        period_start=subscription["start_date"] if reason == "subscription_create" else period_of(subscription)[0],
        period_end=state.now,
        post_payment_credit_notes_amount=0,
        pre_payment_credit_notes_amount=0,
        starting_balance=0,
        status="draft",
        status_transitions={},
        subtotal=total,
        subtotal_excluding_tax=total,
        total=total,
        total_discount_amounts=[],
        total_excluding_tax=total,
        total_taxes=[],
        **({"footer": settings["footer"]} if settings.get("footer") else {}),
    )
    _address(state, invoice, customer)
    state.emit("invoice.created", invoice)
    return invoice


def period_of(subscription: Json) -> tuple[int, int]:
    first = subscription["items"]["data"][0]
    return first["current_period_start"], first["current_period_end"]


def _address(state: State, invoice: Json, customer: Json) -> None:
    """Who it goes to, as they are known at this moment."""
    state.change(
        invoice,
        None,
        customer_address=customer["address"],
        customer_email=customer.get("email"),
        customer_name=customer.get("name"),
        customer_phone=customer.get("phone"),
        customer_tax_exempt=customer["tax_exempt"],
        customer_tax_ids=[{"type": t["type"], "value": t["value"]} for t in state.all("tax_id", customer["id"])],
    )


def finalize(state: State, invoice: Json) -> Json:
    """From now on it stands: it has a number, and may be paid."""
    customer = state.get("customer", invoice["customer"])
    _address(state, invoice, customer)
    sequence, sums = customer["next_invoice_sequence"], against_balance(invoice, customer)
    page_url = f"{state.url}/invoice/{random_word(24)}"
    state.change(customer, None, next_invoice_sequence=sequence + 1, balance=sums["ending_balance"])
    state.change(
        invoice,
        "invoice.finalized",
        **sums,
        automatically_finalizes_at=None,
        due_date=None,
        effective_at=state.now,
        hosted_invoice_url=f"{page_url}/",
        invoice_pdf=f"{page_url}/pdf",
        number=f"{customer['invoice_prefix']}-{sequence:04d}",
        status="open",
        status_transitions={**invoice["status_transitions"], "finalized_at": state.now},
    )
    state.hide(page_url, {"invoice": invoice["id"]})
    if invoice["amount_due"] == 0:
        return settle(state, invoice)
    intent = charging.new_intent(
        state, invoice["amount_due"], invoice["currency"], customer["id"], setup_future_usage="off_session"
    )
    state.make(
        "invoice_payment",
        amount_requested=invoice["amount_due"],
        currency=invoice["currency"],
        invoice=invoice["id"],
        is_default=True,
        payment={"type": "payment_intent", "payment_intent": intent["id"]},
        status="open",
        status_transitions={},
    )
    return invoice


def against_balance(invoice: Json, customer: Json) -> Json:
    """What is due once what stands to the customer's credit (a balance below zero) is used."""
    left = invoice["total"] + customer["balance"]
    return {
        "starting_balance": customer["balance"],
        "ending_balance": min(0, left),
        "amount_due": max(0, left),
        "amount_remaining": max(0, left),
    }


def settle(state: State, invoice: Json, out_of_band: bool = False) -> Json:
    """Paid: by a card, by what stood to the customer's credit, or outside of us."""
    for each in state.where("invoice_payment", invoice=invoice["id"], status="open"):
        done: Json = {"status": "paid", "amount_paid": each["amount_requested"]}
        if out_of_band:
            done = {"status": "canceled"}
        moment = {"paid_at": state.now} if not out_of_band else {"canceled_at": state.now}
        state.change(each, "invoice_payment.paid" if not out_of_band else None, **done, status_transitions=moment)
    state.change(
        invoice,
        None,
        amount_paid=0 if out_of_band else invoice["amount_due"],
        amount_paid_off_stripe=invoice["amount_due"] if out_of_band else 0,
        amount_remaining=0,
        attempted=True,
        auto_advance=False,
        next_payment_attempt=None,
        status="paid",
        status_transitions={**invoice["status_transitions"], "paid_at": state.now},
    )
    state.emit("invoice.paid", invoice)
    state.emit("invoice.payment_succeeded", invoice)
    standing.invoice_paid(state, invoice)
    return invoice


def card_for(state: State, invoice: Json) -> Json | None:
    """The subscription's card, else the customer's."""
    subscription = state.find(standing.subscription_of(invoice) or "") or {}
    customer = state.get("customer", invoice["customer"])
    id = (
        invoice["default_payment_method"]
        or subscription.get("default_payment_method")
        or customer["invoice_settings"]["default_payment_method"]
    )
    method = state.find(id) if id else None
    return method if method and method["customer"] == customer["id"] else None


def usual_card(state: State, intent: Json) -> str | None:
    """The card that would be charged for this intent's invoice."""
    for each in state.all("invoice_payment"):
        if each["payment"].get("payment_intent") == intent["id"]:
            card = card_for(state, state.get("invoice", each["invoice"]))
            return str(card["id"]) if card else None
    return None


def collect(state: State, invoice: Json, method: Json | None = None) -> Json:
    """Try to have an open invoice paid; how it went stands on the payment intent."""
    intent = state.get("payment_intent", invoice_intent(state, invoice) or "")
    method = method or card_for(state, invoice)
    if method is None:
        error = {
            "type": "invalid_request_error",
            "code": "resource_missing",
            "message": "This customer has no attached payment source or default payment method.",
        }
        return heard(state, state.change(intent, None, last_payment_error=error))
    return pay_with(state, intent, method)


def pay_with(state: State, intent: Json, method: Json, return_url: str | None = None) -> Json:
    """Try to be paid by this card; the card stays with the customer."""
    if intent["status"] not in charging.OPEN:
        raise invalid(
            f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}.",
            code="payment_intent_unexpected_state",
        )
    if intent["customer"] and method["customer"] is None:
        methods.attach_to(state, method, intent["customer"])
    return heard(state, charging.attempt(state, intent, method, return_url))


def heard(state: State, intent: Json) -> Json:
    """The invoice of this payment hears how it went."""
    links = [p for p in state.all("invoice_payment") if p["payment"].get("payment_intent") == intent["id"]]
    invoice = state.get("invoice", links[0]["invoice"]) if links else None
    if invoice and invoice["status"] == "open":
        if intent["status"] == "succeeded":
            settle(state, invoice)
        else:
            _unpaid(state, invoice, needs_action=intent["status"] == "requires_action")
    return intent


def _unpaid(state: State, invoice: Json, *, needs_action: bool) -> None:
    """Count the try, and plan the next; a subscription that begins unpaid is not tried again."""
    is_renewal = invoice["billing_reason"] != "subscription_create"
    tries = [invoice["status_transitions"]["finalized_at"] + wait for wait in RETRIES] if is_renewal else []
    later = next((at for at in tries if at > state.now), None)
    count = invoice["attempt_count"] + 1
    state.change(invoice, "invoice.updated", attempt_count=count, attempted=True, next_payment_attempt=later)
    state.emit("invoice.payment_failed", invoice)
    if needs_action:
        state.emit("invoice.payment_action_required", invoice)
    standing.invoice_unpaid(state, invoice, is_last=is_renewal and later is None)


def void(state: State, invoice: Json) -> Json:
    if id := invoice_intent(state, invoice):
        intent = state.get("payment_intent", id)
        if intent["status"] in charging.OPEN:
            charging.void(state, intent, "void_invoice")
    for each in state.where("invoice_payment", invoice=invoice["id"], status="open"):
        state.change(each, None, status="canceled", status_transitions={"canceled_at": state.now})
    return state.change(
        invoice,
        "invoice.voided",
        amount_remaining=invoice["amount_remaining"],
        auto_advance=False,
        next_payment_attempt=None,
        status="void",
        status_transitions={**invoice["status_transitions"], "voided_at": state.now},
    )
