"""What all addresses share: who answers which, pages of lists, and objects put in place of their ids."""

from __future__ import annotations

from collections.abc import Callable

from devtools.processor_sim.contract import Json
from devtools.processor_sim.state import State, invalid

Handler = Callable[..., Json]
HANDLERS: dict[tuple[str, str], Handler] = {}
PAGING = {"limit", "starting_after", "ending_before", "expand", "created"}
DEEPEST = 4


def answers(method: str, path: str) -> Callable[[Handler], Handler]:
    """This function answers that address. It gets the state, the parameters, and what stands in the address."""

    def register(handler: Handler) -> Handler:
        HANDLERS[method, path] = handler
        return handler

    return register


def page(state: State, rows: list[Json], params: Json, url: str) -> Json:
    """The newest first, narrowed by every parameter that is a field, a page at a time."""
    wanted = {key: params[key] for key in params if key not in PAGING}
    rows = [row for row in reversed(rows) if not row.get("deleted")]
    rows = [row for row in rows if all(row.get(key) == value for key, value in wanted.items())]
    rows = [row for row in rows if _is_within(row, params.get("created"))]
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid("Invalid limit: must be between 1 and 100", "limit")
    if after := params.get("starting_after"):
        rows = rows[_place(rows, after, "starting_after") + 1 :]
    if before := params.get("ending_before"):
        rows = rows[: _place(rows, before, "ending_before")]
        shown = rows[-limit:]
    else:
        shown = rows[:limit]
    return {"object": "list", "url": url, "has_more": len(shown) < len(rows), "data": shown}


def listed(rows: list[Json], url: str) -> Json:
    """A list inside an object."""
    return {"object": "list", "url": url, "has_more": False, "data": rows}


def _is_within(row: Json, created: object) -> bool:
    if isinstance(created, int):
        return bool(row["created"] == created)
    at = row.get("created", 0)
    tests = {"gt": at.__gt__, "gte": at.__ge__, "lt": at.__lt__, "lte": at.__le__}
    return all(tests[key](bound) for key, bound in (created or {}).items())  # type: ignore[attr-defined]


def _place(rows: list[Json], id: str, param: str) -> int:
    for place, row in enumerate(rows):
        if row["id"] == id:
            return place
    raise invalid(f"No such object: '{id}'", param, "resource_missing")


def expand(state: State, answer: Json, paths: list[str]) -> Json:
    """Put objects where their ids stand, along each path."""
    for path in paths:
        if len(path.split(".")) > DEEPEST:
            raise invalid(f"You cannot expand more than {DEEPEST} levels of a property.", "expand")
        _expand(state, answer, path.split("."), path)
    return answer


def _expand(state: State, thing: Json, path: list[str], whole: str) -> None:
    key, rest = path[0], path[1:]
    if key == "data" and thing.get("object") == "list":
        for each in thing["data"]:
            if rest:
                _expand(state, each, rest, whole)
        return
    if key not in thing and (make := INCLUDES.get((thing.get("object", ""), key))):
        thing[key] = make(state, thing)
    value = thing.get(key)
    if isinstance(value, str) and (found := state.find(value)):
        thing[key] = value = found
    elif isinstance(value, list):
        thing[key] = value = [(state.find(each) or each) if isinstance(each, str) else each for each in value]
    elif isinstance(value, str):
        raise invalid(f"This property cannot be expanded ({whole}).", "expand")
    for each in value if isinstance(value, list) else [value]:
        if rest and isinstance(each, dict):
            _expand(state, each, rest, whole)


def _tax_ids(state: State, customer: Json) -> Json:
    return listed(list(reversed(state.all("tax_id", customer["id"]))), f"/v1/customers/{customer['id']}/tax_ids")


def _subscriptions(state: State, customer: Json) -> Json:
    rows = [each for each in state.all("subscription", customer["id"]) if each["status"] != "canceled"]
    return listed(list(reversed(rows)), "/v1/subscriptions")


def _payments(state: State, invoice: Json) -> Json:
    return listed(list(reversed(state.where("invoice_payment", invoice=invoice["id"]))), "/v1/invoice_payments")


def _confirmation_secret(state: State, invoice: Json) -> Json | None:
    """What lets the payer's browser confirm the payment; there is none where nothing is to be confirmed."""
    intent = state.find(invoice_intent(state, invoice) or "")
    if intent is None or intent["status"] in ("succeeded", "canceled"):
        return None
    return {"client_secret": intent["client_secret"], "type": "payment_intent"}


def invoice_intent(state: State, invoice: Json) -> str | None:
    """The payment intent that an invoice is paid by."""
    for each in state.where("invoice_payment", invoice=invoice["id"]):
        if each["is_default"]:
            return str(each["payment"]["payment_intent"])
    return None


def _refunds(state: State, charge: Json) -> Json:
    return listed(list(reversed(state.where("refund", charge=charge["id"]))), f"/v1/charges/{charge['id']}/refunds")


INCLUDES: dict[tuple[str, str], Callable[[State, Json], Json | None]] = {
    ("customer", "tax_ids"): _tax_ids,
    ("customer", "subscriptions"): _subscriptions,
    ("invoice", "payments"): _payments,
    ("invoice", "confirmation_secret"): _confirmation_secret,
    ("charge", "refunds"): _refunds,
}
