"""A list, as its address asks for it: searched, filtered, ordered, one page at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.api.fields import AN_INSTANT, Schema
from accounts.api.problems import Errors, Problem
from accounts.api.values import Wrong, a_day, a_text, an_id, an_instant
from accounts.models import Membership
from lib import keyset

PAGE_SIZE = 50
MOST_ROWS = 200
LONGEST_SEARCH = 200
LONGEST_TEXT = 320  # an e-mail address

Condition = Callable[[Any, Membership], Q]


@dataclass(frozen=True)
class Filter:
    """One parameter that narrows a list. ``read`` makes a value of the text, or raises Wrong."""

    name: str
    about: str
    schema: Schema
    read: Callable[[str], Any]
    condition: Condition


def by_day(name: str, lookup: str, about: str) -> Filter:
    return Filter(name, about, {"type": "string", "format": "date"}, a_day, lambda day, _: Q(**{lookup: day}))


def by_instant(name: str, lookup: str, about: str) -> Filter:
    return Filter(
        name, about, AN_INSTANT, lambda text: an_instant(text.replace(" ", "+")), lambda at, _: Q(**{lookup: at})
    )


def by_flag(name: str, about: str, condition: Callable[[bool], Q]) -> Filter:
    return Filter(name, about, {"type": "boolean"}, a_flag, lambda flag, _: condition(flag))


def by_word(name: str, words: Mapping[str, Q], about: str) -> Filter:
    def read(text: str) -> Q:
        if text not in words:
            raise Wrong(f"Take one of: {', '.join(words)}.")
        return words[text]

    return Filter(name, about, {"type": "string", "enum": list(words)}, read, lambda condition, _: condition)


def by_text(name: str, about: str, condition: Callable[[str], Q]) -> Filter:
    schema = {"type": "string", "maxLength": LONGEST_TEXT}
    return Filter(name, about, schema, lambda text: a_text(text, LONGEST_TEXT), lambda text, _: condition(text))


def by_reference(name: str, rows: Callable[[Membership], QuerySet[Any]], about: str, column: str = "") -> Filter:
    """By another record's id. It is looked up first, so that its number alone narrows the list."""

    def condition(public_id: Any, member: Membership) -> Q:
        found = rows(member).filter(public_id=public_id).values_list("pk", flat=True).first()
        return Q(**{column or f"{name}_id": found}) if found is not None else Q(pk__in=[])

    return Filter(name, about, {"type": "string", "format": "uuid"}, an_id, condition)


@dataclass(frozen=True)
class Asked:
    """What somebody wants of a list."""

    search: str
    ordering: str
    filters: list[tuple[Filter, Any]]
    cursor: str | None
    size: int


def asked_of(
    request: HttpRequest, filters: Mapping[str, Filter], orders: Mapping[str, Any], *, searches: bool
) -> Asked:
    """Read the parameters. One that nobody knows is refused: a misspelt filter must not answer with everything."""
    common = {"cursor", "page_size", "ordering", *(["search"] if searches else [])}
    chosen, errors = chosen_of(request, filters, common)
    asked = Asked(
        search=request.GET.get("search", ""),
        ordering=request.GET.get("ordering", next(iter(orders))),
        filters=chosen,
        cursor=request.GET.get("cursor") or None,
        size=_size(request.GET.get("page_size"), errors),
    )
    if asked.ordering not in orders:
        errors["ordering"] = [f"Take one of: {', '.join(orders)}."]
    if errors:
        raise Problem("parameters", errors=errors)
    return asked


def chosen_of(
    request: HttpRequest, filters: Mapping[str, Filter], others: Set[str] = frozenset()
) -> tuple[list[tuple[Filter, Any]], Errors]:
    """What the address says for each filter, and what is wrong with it; ``others`` are parameters of another kind."""
    errors: Errors = {}
    chosen: list[tuple[Filter, Any]] = []
    for name, values in request.GET.lists():
        try:
            if name not in others and name not in filters:
                known = ", ".join(sorted(others | filters.keys()))
                raise Wrong(f"There is no such parameter. These are: {known}.")
            if len(values) > 1:
                raise Wrong("Give it once.")
            if name in filters:
                chosen.append((filters[name], filters[name].read(a_text(values[0]))))
            if name == "search":
                a_text(values[0], LONGEST_SEARCH)
        except Wrong as wrong:
            errors[name] = [str(wrong)]
    return chosen, errors


def page(rows: QuerySet[Any], asked: Asked, order: tuple[str, ...], *, only_for: str, **shown: Any) -> keyset.Page:
    """One page; a cursor of another list, account or ordering is refused."""
    try:
        return keyset.page(rows, order=order, cursor=asked.cursor, size=asked.size, only_for=only_for, **shown)
    except keyset.ForeignCursor:
        words = "This cursor belongs to another list or ordering. Begin without one."
        raise Problem("parameters", errors={"cursor": [words]}) from None


def link(request: HttpRequest, cursor: str | None) -> str | None:
    """The address of another page of the same list."""
    if cursor is None:
        return None
    kept = {name: value for name, value in request.GET.items() if name != "cursor"}
    return request.build_absolute_uri(f"{request.path}?{urlencode({**kept, 'cursor': cursor})}")


def _size(text: str | None, errors: Errors) -> int:
    if text is None:
        return PAGE_SIZE
    if text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MOST_ROWS:
        return int(text)
    errors["page_size"] = [f"Take a number from 1 to {MOST_ROWS}."]
    return PAGE_SIZE


def a_flag(text: str) -> bool:
    """What an address says of yes and no."""
    if text not in ("true", "false"):
        raise Wrong("Take true or false.")
    return text == "true"
