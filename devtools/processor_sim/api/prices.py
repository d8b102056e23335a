"""Products and their prices."""

from __future__ import annotations

from devtools.processor_sim.api.answers import answers, page
from devtools.processor_sim.api.customers import merged_metadata
from devtools.processor_sim.contract import Json
from devtools.processor_sim.state import State, invalid, new_id

WORDS = ("active", "description", "name", "unit_label", "tax_code")


@answers("post", "/v1/products")
def create_product(state: State, params: Json) -> Json:
    id = params.get("id") or new_id("product")
    if state.find(id):
        raise invalid("Product already exists.", "id", "resource_already_exists")
    product = state.make(
        "product",
        id=id,
        active=params.get("active", True),
        description=params.get("description"),
        images=[],
        marketing_features=[],
        metadata=merged_metadata({}, params.get("metadata")),
        name=params["name"],
        tax_code=params.get("tax_code"),
        type="service",
        unit_label=params.get("unit_label"),
        updated=state.now,
    )
    state.emit("product.created", product)
    return product


@answers("get", "/v1/products/{id}")
def retrieve_product(state: State, params: Json, id: str) -> Json:
    return state.get("product", id)


@answers("post", "/v1/products/{id}")
def update_product(state: State, params: Json, id: str) -> Json:
    product = state.get("product", id)
    changes: Json = {key: params[key] for key in WORDS if key in params}
    if "metadata" in params:
        changes["metadata"] = merged_metadata(product["metadata"], params["metadata"])
    return state.change(product, "product.updated", **changes)


@answers("get", "/v1/products")
def browse_products(state: State, params: Json) -> Json:
    rows = state.all("product")
    if ids := params.pop("ids", None):
        rows = [row for row in rows if row["id"] in ids]
    return page(state, rows, params, "/v1/products")


@answers("post", "/v1/prices")
def create_price(state: State, params: Json) -> Json:
    if "unit_amount" not in params:
        raise invalid("The simulator makes prices of so much a unit: unit_amount is missing.", "unit_amount")
    product = params.get("product") or create_product(state, params.get("product_data", {}))["id"]
    state.get("product", product, "product")
    if key := params.get("lookup_key"):
        _free_lookup_key(state, key, params.get("transfer_lookup_key", False))
    recurring = params.get("recurring")
    price = state.make(
        "price",
        active=params.get("active", True),
        billing_scheme="per_unit",
        currency=params["currency"].lower(),
        lookup_key=params.get("lookup_key"),
        metadata=merged_metadata({}, params.get("metadata")),
        nickname=params.get("nickname"),
        product=product,
        recurring=recurring and {"interval_count": 1, "usage_type": "licensed", **recurring},
        tax_behavior=params.get("tax_behavior", "unspecified"),
        type="recurring" if recurring else "one_time",
        unit_amount=params["unit_amount"],
        unit_amount_decimal=str(params["unit_amount"]),
    )
    state.emit("price.created", price)
    return price


def _free_lookup_key(state: State, key: str, may_take: bool) -> None:
    for other in state.where("price", lookup_key=key):
        if not may_take:
            raise invalid(f"A price already uses the lookup key `{key}`.", "lookup_key", "resource_already_exists")
        state.change(other, "price.updated", lookup_key=None)


@answers("get", "/v1/prices/{price}")
def retrieve_price(state: State, params: Json, price: str) -> Json:
    return state.get("price", price)


@answers("post", "/v1/prices/{price}")
def update_price(state: State, params: Json, price: str) -> Json:
    found = state.get("price", price)
    changes: Json = {key: params[key] for key in ("active", "nickname", "tax_behavior", "lookup_key") if key in params}
    if key := changes.get("lookup_key"):
        _free_lookup_key(state, key, params.get("transfer_lookup_key", False))
    if "metadata" in params:
        changes["metadata"] = merged_metadata(found["metadata"], params["metadata"])
    return state.change(found, "price.updated", **changes)


@answers("get", "/v1/prices")
def browse_prices(state: State, params: Json) -> Json:
    rows = state.all("price")
    if keys := params.pop("lookup_keys", None):
        rows = [row for row in rows if row["lookup_key"] in keys]
    if recurring := params.pop("recurring", None):
        rows = [row for row in rows if row["recurring"] and recurring.items() <= row["recurring"].items()]
    return page(state, rows, params, "/v1/prices")
