"""Customers and their tax ids."""

from __future__ import annotations

import re

from devtools.processor_sim.api import standing
from devtools.processor_sim.api.answers import answers, page
from devtools.processor_sim.contract import Json
from devtools.processor_sim.state import State, invalid, random_word

# Enough of each scheme to tell a slip of the hand from a number; whether it was given out, the registry says later.
SCHEMES = {
    "eu_vat": r"[A-Z]{2}[0-9A-Z+*]{2,12}",
    "gb_vat": r"GB(\d{9}|\d{12}|GD\d{3}|HA\d{3})",
    "us_ein": r"\d{2}-?\d{7}",
    "ch_vat": r"CHE-?\d{3}\.?\d{3}\.?\d{3}( ?(MWST|TVA|IVA))?",
    "no_vat": r"\d{9}MVA",
    "au_abn": r"\d{11}",
}
PLAIN = ("address", "description", "email", "name", "phone", "preferred_locales", "shipping", "tax_exempt")


@answers("post", "/v1/customers")
def create(state: State, params: Json) -> Json:
    if token := params.get("payment_method"):
        raise invalid(f"Attach {token} after the customer has been made; the simulator knows no other way.")
    customer = state.make(
        "customer",
        address=None,
        balance=0,
        currency=None,
        delinquent=False,
        invoice_prefix=random_word(8).upper(),
        invoice_settings={"default_payment_method": None},
        metadata=_merged({}, params.get("metadata")),
        next_invoice_sequence=1,
        preferred_locales=[],
        tax_exempt="none",
    )
    _write(state, customer, params)
    state.emit("customer.created", customer)
    for each in params.get("tax_id_data", []):
        create_tax_id(state, each, customer["id"])
    return customer


@answers("get", "/v1/customers/{customer}")
def retrieve(state: State, params: Json, customer: str) -> Json:
    return state.get("customer", customer, "mark")


@answers("post", "/v1/customers/{customer}")
def update(state: State, params: Json, customer: str) -> Json:
    found = state.get("customer", customer)
    before = dict(found)
    _write(state, found, params)
    if found != before:
        state.emit("customer.updated", found, before)
    return found


@answers("get", "/v1/customers")
def browse(state: State, params: Json) -> Json:
    return page(state, state.all("customer"), params, "/v1/customers")


@answers("delete", "/v1/customers/{customer}")
def delete(state: State, params: Json, customer: str) -> Json:
    """The person goes, with cards and tax ids; subscriptions end at once; invoices stay."""
    found = state.get("customer", customer)
    for subscription in state.all("subscription", customer):
        if subscription["status"] not in standing.OVER:
            standing.end(state, subscription, "cancellation_requested")
    for kind in ("payment_method", "tax_id"):
        for each in state.all(kind, customer):
            state.remove(each["id"])
    state.emit("customer.deleted", found)
    return state.put({"id": customer, "object": "customer", "deleted": True})


def _write(state: State, customer: Json, params: Json) -> None:
    customer.update({key: params[key] or None for key in PLAIN if key in params})
    if isinstance(customer.get("tax_exempt"), type(None)):
        customer["tax_exempt"] = "none"
    if "metadata" in params:
        customer["metadata"] = _merged(customer["metadata"], params["metadata"])
    settings = params.get("invoice_settings") or {}
    if "default_payment_method" in settings:
        method = settings["default_payment_method"] or None
        if (
            method
            and state.get("payment_method", method, "invoice_settings[default_payment_method]")["customer"]
            != customer["id"]
        ):
            raise invalid(
                f"The customer does not have a payment method with the ID {method}.",
                "invoice_settings[default_payment_method]",
                "resource_missing",
            )
        customer["invoice_settings"] = {**customer["invoice_settings"], "default_payment_method": method}
    if "email" in params and params["email"] and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", params["email"]):
        raise invalid(f"Invalid email address: {params['email']}", "email", "email_invalid")
    state.put(customer)


def _merged(old: Json, new: Json | str | None) -> Json:
    """Metadata: new words are added, empty ones take theirs away, and an empty text takes all."""
    if new == "":
        return {}
    merged = {**old, **(new or {})}  # type: ignore[dict-item]
    return {key: value for key, value in merged.items() if value != ""}


merged_metadata = _merged


@answers("post", "/v1/customers/{customer}/tax_ids")
def create_tax_id(state: State, params: Json, customer: str) -> Json:
    state.get("customer", customer, "customer")
    kind, value = params["type"], params["value"].strip()
    if not re.fullmatch(SCHEMES.get(kind, r".{2,}"), value):
        raise invalid(f"Invalid value for {kind}.", "value", "tax_id_invalid")
    if any(each["value"] == value and each["type"] == kind for each in state.all("tax_id", customer)):
        raise invalid("This customer has that tax ID already.", "value", "resource_already_exists")
    tax_id = state.make(
        "tax_id",
        country=value[:2] if kind.endswith("_vat") and value[:2].isalpha() else kind[:2].upper(),
        customer=customer,
        owner={"type": "customer", "customer": customer},
        type=kind,
        value=value,
        verification={"status": "pending" if kind in ("eu_vat", "gb_vat") else "unavailable"},
    )
    state.emit("customer.tax_id.created", tax_id)
    return tax_id


@answers("get", "/v1/customers/{customer}/tax_ids")
def browse_tax_ids(state: State, params: Json, customer: str) -> Json:
    state.get("customer", customer)
    return page(state, state.all("tax_id", customer), params, f"/v1/customers/{customer}/tax_ids")


@answers("get", "/v1/customers/{customer}/tax_ids/{id}")
def retrieve_tax_id(state: State, params: Json, customer: str, id: str) -> Json:
    state.get("customer", customer)
    return state.get("tax_id", id)


@answers("delete", "/v1/customers/{customer}/tax_ids/{id}")
def delete_tax_id(state: State, params: Json, customer: str, id: str) -> Json:
    tax_id = retrieve_tax_id(state, params, customer, id)
    state.remove(id)
    state.emit("customer.tax_id.deleted", tax_id)
    return {"id": id, "object": "tax_id", "deleted": True}
