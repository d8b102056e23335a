"""What is subscribed to: prices and seats, their periods, and changes by the second."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import UTC, datetime

from devtools.processor_sim.api import invoicing
from devtools.processor_sim.api.answers import listed
from devtools.processor_sim.api.customers import merged_metadata
from devtools.processor_sim.contract import Json
from devtools.processor_sim.state import State, invalid, new_id

DAYS = {"day": 1, "week": 7}


def period_end(anchor: int, start: int, price: Json) -> int:
    """The end of the period that begins at ``start``: a whole number of steps after the anchor, at its time of day.

    The 31st becomes the last day of a shorter month, and comes back in a longer one.
    """
    step, count = price["recurring"]["interval"], price["recurring"]["interval_count"]
    number = 1
    while (end := _later(anchor, step, count * number)) <= start:
        number += 1
    return end


def _later(moment: int, step: str, count: int) -> int:
    if step in DAYS:
        return moment + count * DAYS[step] * invoicing.DAY
    then = datetime.fromtimestamp(moment, UTC)
    months = then.month - 1 + count * (12 if step == "year" else 1)
    year, month = then.year + months // 12, months % 12 + 1
    day = min(then.day, monthrange(year, month)[1])
    return int(then.replace(year=year, month=month, day=day).timestamp())


def shares(amount: int, left: int, whole: int) -> int:
    """An amount for the seconds that are left of a period, rounded half up."""
    return (2 * amount * left + whole) // (2 * whole)


def set_period(subscription: Json, start: int, end: int) -> None:
    for each in subscription["items"]["data"]:
        each["current_period_start"], each["current_period_end"] = start, end


def text_of(state: State, each: Json) -> str:
    price = each["price"]
    name = state.get("product", price["product"])["name"]
    money = f"{price['unit_amount'] / 100:.2f} {price['currency'].upper()}"
    return f"{each['quantity']} × {name} (at {money} / {price['recurring']['interval']})"


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%-d %b %Y")


def new_item(state: State, given: Json, subscription: str, currency: str | None, place: str) -> Json:
    if "price" not in given:
        raise invalid(f"Missing required param: {place}[price].", f"{place}[price]", "parameter_missing")
    price = _recurring_price(state, given["price"], currency, f"{place}[price]")
    return {
        "id": new_id("subscription_item"),
        "object": "subscription_item",
        "created": state.now,
        "current_period_start": 0,
        "current_period_end": 0,
        "discounts": [],
        "metadata": merged_metadata({}, given.get("metadata")),
        "plan": _plan(price),
        "price": price,
        "quantity": _quantity(given.get("quantity", 1), place),
        "subscription": subscription,
        "tax_rates": [],
    }


def _quantity(number: int, place: str) -> int:
    if not 0 <= number <= 1_000_000:
        raise invalid("Invalid quantity: must be between 0 and 1000000", f"{place}[quantity]")
    return number


def _recurring_price(state: State, id: str, currency: str | None, param: str) -> Json:
    price = state.get("price", id, param)
    if price["type"] != "recurring":
        raise invalid("The price specified is not of type `recurring`.", param)
    if not price["active"]:
        raise invalid("The price specified is inactive. This field only accepts active prices.", param)
    if currency and price["currency"] != currency:
        raise invalid(
            f"The price specified supports currencies of `{price['currency']}`. This doesn't match the expected "
            f"currency: `{currency}`.",
            param,
        )
    return price


def _plan(price: Json) -> Json:
    """The same price as older programs know it."""
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": price["created"],
        "currency": price["currency"],
        "interval": price["recurring"]["interval"],
        "interval_count": price["recurring"]["interval_count"],
        "livemode": False,
        "metadata": price["metadata"],
        "nickname": price["nickname"],
        "product": price["product"],
        "usage_type": "licensed",
    }


def listed_items(subscription: Json, rows: list[Json]) -> Json:
    return listed(rows, f"/v1/subscription_items?subscription={subscription['id']}")


def same_rhythm(rows: list[Json]) -> None:
    if len({(row["price"]["recurring"]["interval"], row["price"]["recurring"]["interval_count"]) for row in rows}) > 1:
        raise invalid("All prices on a subscription must have the same `recurring.interval`.", "items")
    if len({row["price"]["id"] for row in rows}) < len(rows):
        raise invalid("You may not specify the same price on more than one subscription item.", "items")


def rhythm(rows: list[Json]) -> tuple[str, int]:
    recurring = rows[0]["price"]["recurring"]
    return recurring["interval"], recurring["interval_count"]


def changed(state: State, subscription: Json, given: Iterable[Json]) -> list[Json]:
    rows = {row["id"]: dict(row) for row in subscription["items"]["data"]}
    start, end = invoicing.period_of(subscription)
    for i, each in enumerate(given):
        place = f"items[{i}]"
        if "id" not in each:
            new = new_item(state, each, subscription["id"], subscription["currency"], place)
            rows[new["id"]] = {**new, "current_period_start": start, "current_period_end": end}
            continue
        if each["id"] not in rows:
            raise invalid(f"No such subscription item: '{each['id']}'", f"{place}[id]", "resource_missing")
        if each.get("deleted"):
            del rows[each["id"]]
            continue
        row = rows[each["id"]]
        if "price" in each:
            row["price"] = _recurring_price(state, each["price"], subscription["currency"], f"{place}[price]")
            row["plan"] = _plan(row["price"])
        if "quantity" in each:
            row["quantity"] = _quantity(each["quantity"], place)
    if not rows:
        raise invalid("A subscription must have at least one active item.", "items")
    same_rhythm(list(rows.values()))
    return list(rows.values())


def prorate(state: State, subscription: Json, was: list[Json], is_: list[Json], at: int, *, only_credit: bool) -> None:
    """Give back what was not used of the old, and ask for what is left of the new, to the second."""
    start, end = invoicing.period_of({"items": {"data": was}})
    left, whole = end - at, end - start
    old = {row["id"]: row for row in was}
    new = {row["id"]: row for row in is_}
    for id in [*old, *(id for id in new if id not in old)]:
        before, after = old.get(id), new.get(id)
        if before and after and _key(before) == _key(after) and not only_credit:
            continue
        if before and (unused := shares(before["quantity"] * before["price"]["unit_amount"], left, whole)):
            text = f"Unused time on {text_of(state, before)} after {_day(at)}"
            invoicing.item(state, subscription, before, -unused, (at, end), text)
        if after and not only_credit:
            remaining = shares(after["quantity"] * after["price"]["unit_amount"], left, whole)
            text = f"Remaining time on {text_of(state, after)} after {_day(at)}"
            invoicing.item(state, subscription, after, remaining, (at, end), text)


def _key(row: Json) -> tuple[str, int]:
    return row["price"]["id"], row["quantity"]
