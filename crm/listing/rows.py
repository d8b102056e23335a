"""What an address asks of a list, and the rows that answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import Membership
from crm.listing.columns import Column, Reader, Row, name_of
from crm.listing.filters import Chip, given
from crm.listing.kinds import ListKind, Sorting
from crm.search import asked_words, matching
from lib.keyset import COUNTED, Count, Page, capped_count, page

Asked = Mapping[str, str]
FOUND = 1000  # so far the hits of a search are counted


@dataclass(frozen=True)
class Narrowed:
    """The records that a member may see of those an address asks for, and what it asks in words."""

    rows: QuerySet[Any]
    chips: list[Chip]
    text: str

    @property
    def is_narrowed(self) -> bool:
        return bool(self.chips or self.text)


@dataclass(frozen=True)
class Line:
    """A row as the list shows it: its name cell, and the others in one piece."""

    public_id: UUID
    name: str
    head: str
    cells: SafeString


@dataclass(frozen=True)
class Listing:
    """One page of a list with all that its template says about it."""

    kind: ListKind
    page: Page
    count: Count
    chips: list[Chip]
    sort: str
    text: str
    columns: list[Column]
    lines: list[Line]

    @property
    def is_filtered(self) -> bool:
        return bool(self.chips or self.text)

    @property
    def nothing_matches(self) -> str:
        return f"No {self.kind.many} match"

    @property
    def nothing_there(self) -> str:
        return f"No {self.kind.many} yet"


def narrowed(kind: ListKind, member: Membership, asked: Asked) -> Narrowed:
    """What the list, a bulk edit and an export are all made of."""
    chips, condition = [], Q()
    for one in kind.filters_of(asked):
        for found in one.set_by(asked, member):
            chips.append(found.chip)
            condition &= found.condition
    rows = kind.model.objects.live().visible_to(member).filter(condition & kind.unasked(asked))
    text = given(asked, "q")[:200]
    if asked_words(text):
        rows = rows.filter(matching(kind.model, text))
    return Narrowed(rows, chips, text)


def listing(kind: ListKind, member: Membership, asked: Asked, keys: list[str]) -> Listing:
    """A page of the records somebody asked for, with the columns named by ``keys``."""
    found, shown = narrowed(kind, member, asked), kind.chosen(keys)
    sorting = kind.sorting(asked.get("sort", "")) or kind.by_name
    shape = partial(shaped, kind, member, shown, sorting)
    rows = found.rows.annotate(**sorting.made)
    some = page(rows, order=sorting.order, cursor=asked.get("page"), shape=shape)
    is_whole = some.next is None and some.previous is None
    by_name = found.rows.order_by(*kind.by_name.order)  # an index has them so; without it the table would be read
    count = Count(len(some.rows), is_all=True) if is_whole else capped_count(by_name, FOUND if found.text else COUNTED)
    reader = Reader(member)
    lines = [_line(row, shown, reader) for row in some.rows]
    return Listing(kind, some, count, found.chips, sorting.sort, found.text, shown, lines)


def shaped(
    kind: ListKind, member: Membership, columns: list[Column], sorting: Sorting, rows: QuerySet[Any]
) -> QuerySet[Any]:
    """The rows as dictionaries, with what these columns read."""
    made = {name: value for column in columns for name, value in column.makes(member).items()} | sorting.made
    sorted_by = [name.removeprefix("-") for name in sorting.order]
    read = dict.fromkeys([*kind.reads, *sorted_by, *(name for column in columns for name in column.reads)])
    return rows.values(*(name for name in read if name not in made), **made)


def _line(row: Row, columns: list[Column], reader: Reader) -> Line:
    head, *others = columns
    cells = format_html_join("", '<td class="{}">{}</td>', ((each.classes, each.html(row, reader)) for each in others))
    return Line(row["public_id"], name_of(row), format_html("{}", head.html(row, reader)), cells)
