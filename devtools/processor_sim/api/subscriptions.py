"""Subscriptions: begin, change, end, and what a change would cost."""

from __future__ import annotations

from copy import deepcopy

from devtools.processor_sim.api import charging, invoicing, items, methods, standing
from devtools.processor_sim.api.answers import answers, expand, page
from devtools.processor_sim.api.customers import merged_metadata
from devtools.processor_sim.contract import Json
from devtools.processor_sim.state import State, invalid, new_id
from devtools.processor_sim.wire import Asked


@answers("post", "/v1/subscriptions")
def create(state: State, params: Json) -> Json:
    if "customer" not in params:
        raise invalid("Missing required param: customer.", "customer", "parameter_missing")
    customer = state.get("customer", params["customer"], "customer")
    if not params.get("items"):
        raise invalid("Missing required param: items.", "items", "parameter_missing")
    id = new_id("subscription")
    currency = params.get("currency") or customer["currency"]
    rows = [items.new_item(state, each, id, currency, f"items[{i}]") for i, each in enumerate(params["items"])]
    currency = rows[0]["price"]["currency"]
    items.same_rhythm(rows)
    trial_end = _trial_end(state, params)
    anchor = params.get("billing_cycle_anchor") or trial_end or state.now
    subscription = state.make(
        "subscription",
        id=id,
        automatic_tax={"enabled": False, **params.get("automatic_tax", {})},
        billing_cycle_anchor=anchor,
        billing_mode={"type": "flexible", "flexible": {"proration_discounts": "included"}},
        billing_schedules=[],
        cancel_at=None,
        cancel_at_period_end=False,
        canceled_at=None,
        cancellation_details={},
        collection_method=params.get("collection_method", "charge_automatically"),
        currency=currency,
        customer=customer["id"],
        default_payment_method=None,
        default_tax_rates=[],
        description=params.get("description"),
        discounts=[],
        ended_at=None,
        invoice_settings={"issuer": {"type": "self"}},
        items=items.listed_items({"id": id}, rows),
        latest_invoice=None,
        metadata=merged_metadata({}, params.get("metadata")),
        payment_settings={"save_default_payment_method": "off", **params.get("payment_settings", {})},
        pending_setup_intent=None,
        pending_update=None,
        start_date=state.now,
        status="trialing" if trial_end else "incomplete",
        trial_end=trial_end,
        trial_settings=params.get("trial_settings", {"end_behavior": {"missing_payment_method": "create_invoice"}}),
        trial_start=state.now if trial_end else None,
    )
    end = trial_end or (anchor if anchor > state.now else items.period_end(anchor, state.now, rows[0]["price"]))
    items.set_period(subscription, state.now, end)
    _set_card(state, subscription, params)
    _set_end(subscription, params)
    state.put(subscription)
    if customer["currency"] is None:
        state.change(customer, "customer.updated", currency=currency)
    state.emit("customer.subscription.created", subscription)
    _first_invoice(state, subscription, params)
    return state.get("subscription", id)


def _trial_end(state: State, params: Json) -> int | None:
    if days := params.get("trial_period_days"):
        return int(state.now + days * invoicing.DAY)
    end = params.get("trial_end")
    if end in (None, "now"):
        return None
    if end <= state.now:
        raise invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", "trial_end")
    return int(end)


def _set_card(state: State, subscription: Json, params: Json) -> None:
    id = params.get("default_payment_method")
    if id is None:
        return
    if id and state.get("payment_method", id, "default_payment_method")["customer"] != subscription["customer"]:
        raise invalid(
            f"The customer does not have a payment method with the ID {id}. The payment method must be attached to "
            "the customer.",
            "default_payment_method",
            "resource_missing",
        )
    subscription["default_payment_method"] = id or None


def _set_end(subscription: Json, params: Json) -> None:
    if "cancel_at" in params:
        at = params["cancel_at"] or None
        if isinstance(at, str):
            at = invoicing.period_of(subscription)[1]
        subscription["cancel_at"] = at
    if "cancel_at_period_end" in params:
        subscription["cancel_at_period_end"] = params["cancel_at_period_end"]
        end = invoicing.period_of(subscription)[1]
        subscription["cancel_at"] = end if params["cancel_at_period_end"] else None


def _first_invoice(state: State, subscription: Json, params: Json) -> None:
    behavior = params.get("payment_behavior", "allow_incomplete")
    start, end = invoicing.period_of(subscription)
    lines = []
    for each in subscription["items"]["data"]:
        line = invoicing.line_for(subscription, each, start, end, items.text_of(state, each))
        if subscription["status"] == "trialing":
            line |= {"amount": 0, "subtotal": 0, "description": f"Trial period for {items.text_of(state, each)}"}
        elif subscription["billing_cycle_anchor"] > start:
            whole = items.period_end(start, start, each["price"]) - start
            line["amount"] = line["subtotal"] = items.shares(line["amount"], end - start, whole)
        lines.append(line)
    invoice = invoicing.draft(state, subscription, "subscription_create", lines, [])
    state.change(subscription, None, latest_invoice=invoice["id"])
    invoicing.finalize(state, invoice)
    if state.get("invoice", invoice["id"])["status"] == "open" and behavior != "default_incomplete":
        _pay_now(state, invoice, behavior)


def bill_waiting(state: State, subscription: Json) -> Json | None:
    """An invoice of what waited for the next one, if something did."""
    waiting = invoicing.waiting_items(state, subscription)
    if not waiting:
        return None
    invoice = invoicing.draft(state, subscription, "subscription_update", [], waiting)
    subscription["latest_invoice"] = invoice["id"]
    return invoice


def _pay_now(state: State, invoice: Json, behavior: str) -> None:
    """Take the money for a change. With ``error_if_incomplete`` an unpaid change never was."""
    if invoicing.card_for(state, invoice) is None:
        raise invalid(
            "This customer has no attached payment source or default payment method. Please consider adding a default "
            "payment method.",
            code="resource_missing",
        )
    intent = invoicing.collect(state, invoice)
    if behavior == "error_if_incomplete" and intent["status"] != "succeeded":
        problem = (
            charging.payment_problem(intent)
            if intent["status"] == "requires_payment_method"
            else methods.card_error("authentication_required")
        )
        problem.commits = False
        raise problem


@answers("get", "/v1/subscriptions/{subscription_exposed_id}")
def retrieve(state: State, params: Json, subscription_exposed_id: str) -> Json:
    return state.get("subscription", subscription_exposed_id)


@answers("get", "/v1/subscriptions")
def browse(state: State, params: Json) -> Json:
    rows = state.all("subscription", params.get("customer"))
    status = params.pop("status", None)
    if status is None:
        rows = [row for row in rows if row["status"] != "canceled"]
    elif status == "ended":
        rows = [row for row in rows if row["status"] in standing.OVER]
    elif status != "all":
        rows = [row for row in rows if row["status"] == status]
    if price := params.pop("price", None):
        rows = [row for row in rows if any(each["price"]["id"] == price for each in row["items"]["data"])]
    return page(state, rows, params, "/v1/subscriptions")


@answers("get", "/v1/subscription_items")
def browse_items(state: State, params: Json) -> Json:
    rows = list(reversed(state.get("subscription", params.pop("subscription"), "subscription")["items"]["data"]))
    return page(state, rows, params, "/v1/subscription_items")


@answers("post", "/v1/subscriptions/{subscription_exposed_id}")
def update(state: State, params: Json, subscription_exposed_id: str) -> Json:
    """Everything that is asked at once, or nothing."""
    subscription = state.get("subscription", subscription_exposed_id)
    if subscription["status"] in standing.OVER:
        what = "canceled" if subscription["status"] == "canceled" else "expired"
        if set(params) - {"metadata", "cancellation_details", "expand"}:
            raise invalid(
                f"A {what} subscription can only update its cancellation_details and metadata.", code="resource_missing"
            )
    invoice = change(state, subscription, params)
    behavior = params.get("payment_behavior", "allow_incomplete")
    if invoice and state.get("invoice", invoice["id"])["status"] == "open" and behavior != "default_incomplete":
        _pay_now(state, invoice, behavior)
    return state.get("subscription", subscription_exposed_id)


def change(state: State, subscription: Json, params: Json) -> Json | None:
    """Write the changes; the finalized invoice, if one is due now."""
    before = deepcopy(subscription)
    was, is_ = before["items"]["data"], items.changed(state, subscription, params.get("items", []))
    restart = _begins_anew(subscription, was, is_, params)
    behavior = params.get("proration_behavior", "create_prorations")
    at = params.get("proration_date", state.now)
    start, end = invoicing.period_of(before)
    if not start <= at <= end:
        raise invalid("The proration_date must be within the current period.", "proration_date")
    if behavior != "none" and subscription["status"] not in ("trialing", "incomplete"):
        items.prorate(state, subscription, was, is_, at, only_credit=restart)
    subscription["items"] = items.listed_items(subscription, is_)
    _set_plain(state, subscription, params)
    invoice = None
    if restart:
        invoice = _restart(state, subscription)
    elif behavior == "always_invoice":
        invoice = bill_waiting(state, subscription)
    state.put(subscription)
    if subscription != before:
        state.emit("customer.subscription.updated", subscription, before)
    return invoicing.finalize(state, invoice) if invoice else None


def _begins_anew(subscription: Json, was: list[Json], is_: list[Json], params: Json) -> bool:
    """Another rhythm, or the wish for it, begins a new period at once."""
    if params.get("trial_end") == "now" and subscription["status"] == "trialing":
        return True
    return items.rhythm(was) != items.rhythm(is_) or params.get("billing_cycle_anchor", {}).get("type") == "now"


def _set_plain(state: State, subscription: Json, params: Json) -> None:
    _set_card(state, subscription, params)
    _set_end(subscription, params)
    for key in ("description", "collection_method"):
        if key in params:
            subscription[key] = params[key] or None
    for key in ("payment_settings", "automatic_tax", "trial_settings"):
        if key in params:
            subscription[key] = {**subscription[key], **params[key]}
    if "metadata" in params:
        subscription["metadata"] = merged_metadata(subscription["metadata"], params["metadata"])
    if "cancel_at" in params or "cancel_at_period_end" in params or "cancellation_details" in params:
        _say_why(state, subscription, params)
    if isinstance(end := params.get("trial_end"), int):
        subscription |= {"trial_end": _trial_end(state, params), "billing_cycle_anchor": end, "status": "trialing"}
        items.set_period(subscription, invoicing.period_of(subscription)[0], end)


def _say_why(state: State, subscription: Json, params: Json) -> None:
    is_ending = bool(subscription["cancel_at"])
    given = {key: value or None for key, value in params.get("cancellation_details", {}).items()}
    reason = "cancellation_requested" if is_ending else None
    subscription["cancellation_details"] = {**subscription["cancellation_details"], **given, "reason": reason}
    if subscription["status"] not in standing.OVER:
        subscription["canceled_at"] = (subscription["canceled_at"] or state.now) if is_ending else None


def _restart(state: State, subscription: Json) -> Json:
    """A new period from now on, asked for at once."""
    if subscription["status"] == "trialing":
        subscription |= {"status": "active", "trial_end": state.now}
    subscription["billing_cycle_anchor"] = state.now
    invoice = next_invoice(state, subscription, state.now, "subscription_update")
    subscription["latest_invoice"] = invoice["id"]
    return invoice


def next_invoice(state: State, subscription: Json, start: int, reason: str) -> Json:
    """Move to the period that begins at ``start``, and draft what it costs."""
    rows = subscription["items"]["data"]
    end = items.period_end(subscription["billing_cycle_anchor"], start, rows[0]["price"])
    items.set_period(subscription, start, end)
    state.put(subscription)
    lines = [invoicing.line_for(subscription, row, start, end, items.text_of(state, row)) for row in rows]
    return invoicing.draft(state, subscription, reason, lines, invoicing.waiting_items(state, subscription))


@answers("delete", "/v1/subscriptions/{subscription_exposed_id}")
def cancel(state: State, params: Json, subscription_exposed_id: str) -> Json:
    subscription = state.get("subscription", subscription_exposed_id)
    if subscription["status"] in standing.OVER:
        raise invalid(f"No such subscription: '{subscription_exposed_id}'", "id", "resource_missing", 404)
    if params.get("prorate"):
        rows = subscription["items"]["data"]
        items.prorate(state, subscription, rows, [], state.now, only_credit=True)
    if "cancellation_details" in params:
        _say_why(state, subscription, params)
    if params.get("invoice_now") and (invoice := bill_waiting(state, subscription)):
        invoicing.finalize(state, invoice)
    elif not params.get("prorate"):
        for each in invoicing.waiting_items(state, subscription):
            state.remove(each["id"])
    return standing.end(state, subscription, "cancellation_requested")


@answers("post", "/v1/subscriptions/{subscription}/resume")
def resume(state: State, params: Json, subscription: str) -> Json:
    """A subscription that paused after its trial begins to be paid."""
    found = state.get("subscription", subscription)
    if found["status"] != "paused":
        raise invalid("Only a paused subscription can be resumed.", code="subscription_not_paused")
    found |= {"status": "active", "billing_cycle_anchor": state.now}
    invoice = next_invoice(state, found, state.now, "subscription_update")
    state.change(found, "customer.subscription.resumed", latest_invoice=invoice["id"])
    invoicing.finalize(state, invoice)
    if invoice["status"] == "open":
        _pay_now(state, invoice, "allow_incomplete")
    return state.get("subscription", subscription)


@answers("post", "/v1/invoices/create_preview")
def preview(state: State, params: Json) -> Json:
    """Do it, look at the invoice, and have it undone."""
    details = Asked(params.get("subscription_details", {}))
    with state.rehearsal():
        if id := params.get("subscription"):
            subscription = state.get("subscription", id, "subscription")
            if params.get("customer", subscription["customer"]) != subscription["customer"]:
                raise invalid("The customer of this subscription is another one.", "customer")
            invoice = _rehearse(state, subscription, details)
        else:
            basis = {k: params[k] for k in ("customer", "currency") if k in params}
            wanted = {k: v for k, v in details.items() if k in ("items", "trial_end", "metadata")}
            made = create(state, {**basis, **wanted, "payment_behavior": "default_incomplete"})
            invoice = state.get("invoice", made["latest_invoice"])
        seen = expand(state, invoice, params.pop("expand", []))
    unsaid = ("number", "hosted_invoice_url", "invoice_pdf", "effective_at")
    return {**seen, **dict.fromkeys(unsaid), "id": f"upcoming_{seen['id']}", "status": "draft"}


def _rehearse(state: State, subscription: Json, details: Asked) -> Json:
    if subscription["status"] in standing.OVER:
        raise invalid(
            "You cannot preview the upcoming invoice for a canceled subscription.", code="invoice_upcoming_none"
        )
    due = change(state, subscription, details) if details else None
    details.check()
    return due or _next(state, subscription)


def _next(state: State, subscription: Json) -> Json:
    """The invoice that the end of this period brings, as it stands now."""
    start = invoicing.period_of(subscription)[1]
    with state.moment(start):
        if not subscription["cancel_at"]:
            invoice = next_invoice(state, subscription, start, "upcoming")
        elif waiting := invoicing.waiting_items(state, subscription):
            invoice = invoicing.draft(state, subscription, "upcoming", [], waiting)
        else:
            raise invalid("No upcoming invoices for this subscription.", code="invoice_upcoming_none")
    sums = invoicing.against_balance(invoice, state.get("customer", subscription["customer"]))
    return {**invoice, **sums, "next_payment_attempt": start + invoicing.HOUR}
