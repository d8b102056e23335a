"""From the processor's shapes to ours. What an answer leaves out is empty here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from billing.gateway import CardSummary, EventRef, InvoiceSnapshot, PreviewLine, Status, SubscriptionSnapshot


def id_of(thing: Any) -> str:
    """The reference of something that may be given whole."""
    return str(thing if isinstance(thing, str) else getattr(thing, "id", "") or "") if thing else ""


def maybe(thing: Any, name: str) -> Any:
    """What some answers leave out."""
    try:
        return getattr(thing, name)
    except AttributeError:
        return None


def decline_of(error: Any) -> str:
    return str(maybe(error, "decline_code") or maybe(error, "code") or "card_declined")


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def moment_or_none(seconds: int | None) -> datetime | None:
    return moment(seconds) if seconds else None


def prorating(at: datetime | None) -> dict[str, Any]:
    if at is None:
        return {"proration_behavior": "none"}
    return {"proration_behavior": "create_prorations", "proration_date": int(at.timestamp())}


def card(method: Any) -> CardSummary:
    card = method.card
    return CardSummary(method.id, card.brand, card.last4, card.exp_month, card.exp_year)


def subscription(found: Any) -> SubscriptionSnapshot:
    item = found.items.data[0]
    ends = moment_or_none(found.cancel_at)
    if ends is None and found.cancel_at_period_end:
        ends = moment(item.current_period_end)
    return SubscriptionSnapshot(
        ref=found.id,
        customer=id_of(found.customer),
        item=item.id,
        price=item.price.lookup_key or "",
        seats=item.quantity or 0,
        currency=found.currency.upper(),
        status=Status(found.status),
        created_at=moment(found.created),
        period_start=moment(item.current_period_start),
        period_end=moment(item.current_period_end),
        cancels_at=ends,
        ended_at=moment_or_none(found.ended_at),
        latest_invoice=id_of(found.latest_invoice),
        intent=str(found.metadata.to_dict().get("intent", "")),
    )


def tax(found: Any) -> int:
    return sum(tax.amount for tax in found.total_taxes or [])


def invoice(found: Any) -> InvoiceSnapshot:
    parent = maybe(found, "parent")
    details = maybe(parent, "subscription_details") if parent else None
    moved = found.status_transitions
    return InvoiceSnapshot(
        ref=found.id,
        customer=id_of(found.customer),
        subscription=id_of(details.subscription) if details else "",
        number=found.number or "",
        status=found.status or "",
        currency=found.currency.upper(),
        subtotal=found.subtotal,
        tax=tax(found),
        total=found.total,
        paid=found.amount_paid,
        remaining=found.amount_remaining,
        created_at=moment(found.created),
        issued_at=moment_or_none(moved.finalized_at),
        due_at=moment_or_none(found.due_date),
        paid_at=moment_or_none(moved.paid_at),
        period_start=moment(found.period_start),
        period_end=moment(found.period_end),
        attempts=found.attempt_count,
        next_attempt_at=moment_or_none(found.next_payment_attempt),
        billed_to=billed_to(found),
    )


def billed_to(found: Any) -> dict[str, str]:
    """The name, address and tax number that were written on it."""
    address = found.customer_address.to_dict() if found.customer_address else {}
    numbers = [each.value for each in found.customer_tax_ids or [] if each.value]
    told = {
        "name": found.customer_name,
        "street": address.get("line1"),
        "postal_code": address.get("postal_code"),
        "city": address.get("city"),
        "region": address.get("state"),
        "country": address.get("country"),
        "tax_number": ", ".join(numbers),
    }
    return {name: str(value) for name, value in told.items() if value}


def preview_line(line: Any) -> PreviewLine:
    parent = line.parent
    details = parent and (maybe(parent, "subscription_item_details") or maybe(parent, "invoice_item_details"))
    return PreviewLine(line.description or "", line.amount, bool(details and details.proration))


def event(event: dict[str, Any]) -> EventRef:
    about = event["data"]["object"]
    customer = about.get("id") if about.get("object") == "customer" else about.get("customer")
    if isinstance(customer, dict):
        customer = customer.get("id")
    return EventRef(
        id=str(event["id"]),
        type=str(event["type"]),
        created_at=moment(int(event["created"])),
        object=str(about.get("id") or ""),
        customer=str(customer or ""),
    )
