"""Invoices, what waits for the next one, and what each was paid by."""

from __future__ import annotations

from devtools.processor_sim.api import charging, invoicing, methods, standing
from devtools.processor_sim.api.answers import answers, page
from devtools.processor_sim.api.customers import merged_metadata
from devtools.processor_sim.contract import Json
from devtools.processor_sim.state import Problem, State, invalid

WORDS = ("description", "footer", "default_payment_method")


@answers("get", "/v1/invoices/{invoice}")
def retrieve(state: State, params: Json, invoice: str) -> Json:
    return state.get("invoice", invoice)


@answers("get", "/v1/invoices")
def browse(state: State, params: Json) -> Json:
    rows = state.all("invoice", params.get("customer"))
    if subscription := params.pop("subscription", None):
        rows = [row for row in rows if standing.subscription_of(row) == subscription]
    return page(state, rows, params, "/v1/invoices")


@answers("get", "/v1/invoices/{invoice}/lines")
def browse_lines(state: State, params: Json, invoice: str) -> Json:
    rows = list(reversed(state.get("invoice", invoice)["lines"]["data"]))
    return page(state, rows, params, f"/v1/invoices/{invoice}/lines")


@answers("post", "/v1/invoices/{invoice}")
def update(state: State, params: Json, invoice: str) -> Json:
    found = state.get("invoice", invoice)
    changes: Json = {key: params[key] or None for key in WORDS if key in params}
    if "metadata" in params:
        changes["metadata"] = merged_metadata(found["metadata"], params["metadata"])
    if "auto_advance" in params:
        changes["auto_advance"] = params["auto_advance"]
    return state.change(found, "invoice.updated", **changes)


@answers("post", "/v1/invoices/{invoice}/finalize")
def finalize_one(state: State, params: Json, invoice: str) -> Json:
    return invoicing.finalize(state, _must_be(state.get("invoice", invoice), "draft"))


@answers("post", "/v1/invoices/{invoice}/pay")
def pay(state: State, params: Json, invoice: str) -> Json:
    found = state.get("invoice", invoice)
    if found["status"] == "draft":
        found = invoicing.finalize(state, found)
    _must_be(found, "open", "uncollectible")
    if params.get("paid_out_of_band"):
        return invoicing.settle(state, found, out_of_band=True)
    method = methods.method_of(state, params["payment_method"]) if "payment_method" in params else None
    intent = invoicing.collect(state, found, method)
    if intent["status"] == "requires_payment_method" and "charge" in (intent["last_payment_error"] or {}):
        raise charging.payment_problem(intent)
    if intent["status"] == "requires_payment_method":
        raise invalid(intent["last_payment_error"]["message"], code="resource_missing")
    if intent["status"] == "requires_action":
        raise Problem(
            402,
            "card_error",
            "Payment for this invoice requires additional user action before it can be completed successfully.",
            code="invoice_payment_intent_requires_action",
            payment_intent=intent,
            payment_method=state.find(intent["payment_method"]),
        )
    return state.get("invoice", invoice)


@answers("post", "/v1/invoices/{invoice}/void")
def void_one(state: State, params: Json, invoice: str) -> Json:
    return invoicing.void(state, _must_be(state.get("invoice", invoice), "open", "uncollectible"))


@answers("post", "/v1/invoices/{invoice}/mark_uncollectible")
def mark_uncollectible(state: State, params: Json, invoice: str) -> Json:
    found = _must_be(state.get("invoice", invoice), "open")
    moments = {**found["status_transitions"], "marked_uncollectible_at": state.now}
    return state.change(
        found,
        "invoice.marked_uncollectible",
        status="uncollectible",
        status_transitions=moments,
        next_payment_attempt=None,
        auto_advance=False,
    )


@answers("delete", "/v1/invoices/{invoice}")
def delete(state: State, params: Json, invoice: str) -> Json:
    found = _must_be(state.get("invoice", invoice), "draft")
    state.remove(invoice)
    state.emit("invoice.deleted", found)
    return {"id": invoice, "object": "invoice", "deleted": True}


def _must_be(invoice: Json, *statuses: str) -> Json:
    if invoice["status"] not in statuses:
        code = "invoice_already_paid" if invoice["status"] == "paid" else "invoice_not_editable"
        raise invalid(f"This invoice is {invoice['status']}; this can't be done to it any more.", code=code)
    return invoice


@answers("get", "/v1/invoiceitems")
def browse_items(state: State, params: Json) -> Json:
    rows = state.all("invoiceitem", params.get("customer"))
    if "pending" in params:
        pending = params.pop("pending")
        rows = [row for row in rows if (row["invoice"] is None) == pending]
    return page(state, rows, params, "/v1/invoiceitems")


@answers("get", "/v1/invoiceitems/{invoiceitem}")
def retrieve_item(state: State, params: Json, invoiceitem: str) -> Json:
    return state.get("invoiceitem", invoiceitem)


@answers("get", "/v1/invoice_payments")
def browse_payments(state: State, params: Json) -> Json:
    rows = state.all("invoice_payment")
    if payment := params.pop("payment", None):
        rows = [row for row in rows if row["payment"].get(payment["type"]) == payment.get(payment["type"])]
    return page(state, rows, params, "/v1/invoice_payments")


@answers("get", "/v1/invoice_payments/{invoice_payment}")
def retrieve_payment(state: State, params: Json, invoice_payment: str) -> Json:
    return state.get("invoice_payment", invoice_payment)
