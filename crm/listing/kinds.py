"""What each list can show, be narrowed to and be sorted by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from crm.listing import columns as of
from crm.listing import own
from crm.listing.columns import Column, Order
from crm.listing.filters import Asked, Contains, Days, Filter, OfCompany, Person, Tagged, has
from crm.models import Company, CompanyTag, Contact, ContactTag, Record


@dataclass(frozen=True)
class Sorting:
    """An order of a list, with what it names beside the model's columns."""

    sort: str
    order: Order
    made: dict[str, Any]


@dataclass(frozen=True)
class ListKind:
    """One kind of record in lists. The first column names the record and is always shown."""

    noun: str  # contact, of contact.view
    many: str  # contacts, in addresses and sentences
    model: type[Record]
    fixed_columns: tuple[Column, ...]
    usual: tuple[str, ...]  # the columns shown as long as nobody chose others
    fixed_filters: tuple[Filter, ...]
    nothing_yet: str  # what such a list is for, as long as it is empty
    unasked: Callable[[Asked], Q] = lambda asked: Q()  # what it is narrowed to where the address says nothing
    reads: tuple[str, ...] = ("id", "public_id", "name_key", "updated_at", "is_sample")

    @property
    def label(self) -> str:
        return self.many.capitalize()

    @property
    def url_name(self) -> str:
        return f"crm:{self.many}"

    @property
    def create_url_name(self) -> str:
        return f"crm:{self.noun}_create"

    def columns(self) -> dict[str, Column]:
        """All that can be shown, by key."""
        return {column.key: column for column in (*self.fixed_columns, *own.columns(self.noun))}

    def filters(self) -> list[Filter]:
        """All that the list can be narrowed by."""
        return [*self.fixed_filters, *own.filters(self.noun)]

    def filters_of(self, asked: Asked) -> list[Filter]:
        """Those, and what an address asks of fields that are gone."""
        known = self.filters()
        return [*known, *own.gone(asked, known)]

    def parameters(self, asked: Asked) -> list[str]:
        """What such an address may say of this list, page and columns aside."""
        return ["q", "sort", *(name for one in self.filters_of(asked) for name in one.parameters)]

    def chosen(self, keys: list[str]) -> list[Column]:
        """These columns, with the one that names the record in front; the usual ones of none."""
        known = self.columns()
        name = self.fixed_columns[0]
        return [name, *(known[key] for key in dict.fromkeys(keys or self.usual) if key in known and key != name.key)]

    def sorting(self, sort: str) -> Sorting | None:
        """``-name`` is name the other way round; None for what the list can't be sorted by."""
        column = self.columns().get(sort.removeprefix("-"))
        if column is None or not column.order:
            return None
        return Sorting(sort, turned(column.order) if sort.startswith("-") else column.order, column.orders_by())

    @property
    def by_name(self) -> Sorting:
        return Sorting("name", self.fixed_columns[0].order, {})


def turned(order: Order) -> Order:
    return tuple(name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in order)


CONTACTS = ListKind(
    "contact", "contacts", Contact,
    fixed_columns=(
        of.CONTACT_NAME, of.WORKS_AT, of.text("email", "E-mail", "wide-cell muted"), of.PHONE,
        of.text("title", "Job title"), of.OWNED_BY, of.tags(ContactTag, "contact"), *of.ADDRESS,
        of.text("website", "Website"), of.text("source", "Source"), of.ADDED, of.CHANGED,
    ),
    usual=("company", "email", "phone", "owner", "tags", "changed"),
    fixed_filters=(
        Person("owner", "Owner", "contact.view"), Tagged("tag", "Tag", ContactTag), OfCompany("company", "Company"),
        Contains("city", "City", "city"), Contains("country", "Country", "country"),
        Contains("source", "Source", "source"), has("email", "E-mail", "email"), has("phone", "Phone", "phone"),
        Days("added", "Added", "created_at"), Days("changed", "Changed", "updated_at"),
    ),
    nothing_yet="The people your firm works with, each with their company, history and hours.",
)  # fmt: skip
COMPANIES = ListKind(
    "company", "companies", Company,
    fixed_columns=(
        of.COMPANY_NAME, of.text("domain", "Website"), of.PHONE, *of.ADDRESS[:2],
        of.text("city", "City", "co"), *of.ADDRESS[3:], of.OWNED_BY, of.tags(CompanyTag, "company"),
        of.PEOPLE, of.ADDED, of.CHANGED,
    ),
    usual=("domain", "phone", "city", "owner", "tags", "people", "changed"),
    fixed_filters=(
        Person("owner", "Owner", "company.view"), Tagged("tag", "Tag", CompanyTag), Contains("city", "City", "city"),
        Contains("country", "Country", "country"), has("domain", "Website", "domain"), has("phone", "Phone", "phone"),
        Days("added", "Added", "created_at"), Days("changed", "Changed", "updated_at"),
    ),
    nothing_yet="The firms that yours works for and with. A company also comes into being when a contact names it.",
)  # fmt: skip

KINDS = {kind.many: kind for kind in (CONTACTS, COMPANIES)}


def register(kind: ListKind) -> ListKind:
    """Add a room's list; called from its ``listing.py``."""
    KINDS[kind.many] = kind
    return kind
