"""The columns that lists offer: what each reads, how it is shown on a page and written to a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, Expression, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join

from accounts.models import Membership
from accounts.permissions import can_for_others
from crm.models import Contact, tag_names
from lib.templatetags.format import moment, number, phone
from lib.templatetags.look import face, pill

Row = dict[str, Any]
Order = tuple[str, ...]

OWNER = ("owner__user__first_name", "owner__user__last_name")
COMPANY = ("company__name", "company__name_key", "company__public_id", "company__owner_id")


@dataclass(frozen=True)
class Reader:
    """Who reads a list: some of what a row shows is a link only for those who may follow it."""

    member: Membership

    @cached_property
    def opens_all_companies(self) -> bool:
        return can_for_others(self.member, "company.view")

    @cached_property
    def companies_url(self) -> str:
        return reverse("crm:companies", args=[self.member.account.slug])


@dataclass(frozen=True)
class Column:
    """One column. ``html`` and ``plain`` get a row with what the column ``reads`` and ``makes``.

    ``order`` is set where the list can be sorted by it, ``orders_by`` makes what it names beside the model's columns;
    ``classes`` say how the column behaves on a phone.
    """

    key: str
    label: str
    reads: tuple[str, ...]
    html: Callable[[Row, Reader], str]
    plain: Callable[[Row], str]
    makes: Callable[[Membership], dict[str, Expression]] = lambda member: {}
    order: Order = ()
    orders_by: Callable[[], dict[str, Any]] = dict
    classes: str = "hide-sm"
    unit: str = ""  # of a number, said once for all rows of a file

    @property
    def heading(self) -> str:
        """What a file calls it."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


def text(key: str, label: str, classes: str = "hide-sm muted") -> Column:
    """What is shown as it is stored."""
    return Column(
        key, label, (key,),
        html=lambda row, reader: format_html("<bdi>{}</bdi>", row[key]) if row[key] else "",
        plain=lambda row: row[key] or "", classes=classes,
    )  # fmt: skip


def instant(key: str, label: str, name: str, order: Order) -> Column:
    return Column(
        key, label, (name,),
        html=lambda row, reader: moment(row[name]),
        plain=lambda row: f"{timezone.localtime(row[name]):%Y-%m-%d %H:%M:%S}",
        order=order, classes="num muted hide-sm",
    )  # fmt: skip


def tags(link: type[Any], key: str) -> Column:
    return Column(
        "tags", "Tags", (),
        html=lambda row, reader: _tags(row["tag_names"]),
        plain=lambda row: ", ".join(row["tag_names"]),
        makes=lambda member: {"tag_names": tag_names(link, key)},
    )  # fmt: skip


def _tags(names: list[str]) -> str:
    return format_html_join(" ", '<span class="tag">{}</span>', ((name,) for name in names))


def name_of(row: Row) -> str:
    """What a record is called, of whatever kind it is."""
    name: str = row.get("name") or f"{row['first_name']} {row['last_name']}".strip() or row["email"] or "No name"
    return name


def _badges(row: Row) -> str:
    sample = pill("Sample", "sample") if row["is_sample"] else ""
    return format_html("{}{}", sample, pill("Restricted", "warn") if row.get("restricted_at") else "")


def _contact_name(row: Row, reader: Reader) -> str:
    name = name_of(row)
    return format_html(
        '<a class="plain row-flex" href="{}/">{}<span class="truncate" dir="auto">{}</span>{}</a>',
        row["public_id"], face(name, plain=True), name, _badges(row),
    )  # fmt: skip


def named(row: Row, reader: Reader) -> str:
    """A record's name, leading to its page."""
    return format_html(
        '<a class="plain row-flex" href="{}/"><span class="truncate" dir="auto">{}</span>{}</a>',
        row["public_id"], name_of(row), _badges(row),
    )  # fmt: skip


def company(row: Row, reader: Reader) -> str:
    """The company a record is about; a link for those who may follow it."""
    name = row["company__name"]
    if not name:
        return ""
    if not reader.opens_all_companies and row["company__owner_id"] != reader.member.pk:
        return format_html('<span dir="auto">{}</span>', name)
    address = f"{reader.companies_url}{row['company__public_id']}/"
    return format_html('<a class="plain" href="{}" dir="auto">{}</a>', address, name)


def owner_name(row: Row) -> str:
    return f"{row[OWNER[0]] or ''} {row[OWNER[1]] or ''}".strip()


def _owner(row: Row, reader: Reader) -> str:
    if not (name := owner_name(row)):
        return ""
    return format_html('{}<span class="visually-hidden">{}</span>', face(name, "sm"), name)


def _people(member: Membership) -> dict[str, Expression]:
    """How many contacts a company has, of those that the reader may see."""
    seen = Contact.objects.live().visible_to(member).filter(company_id=OuterRef("pk"))
    number = seen.order_by().values("company_id").annotate(number=Count("pk")).values("number")
    return {"people": Coalesce(Subquery(number), 0)}


CONTACT_NAME = Column(
    "name", "Name", ("first_name", "last_name", "email", "restricted_at"), _contact_name, name_of,
    order=("name_key", "id"), classes="",
)  # fmt: skip
COMPANY_NAME = Column("name", "Company", ("name",), named, name_of, order=("name_key", "id"), classes="")
WORKS_AT = Column(
    "company", "Company", COMPANY, company, lambda row: row["company__name"] or "",
    order=("company__name_key", "name_key", "id"), classes="co",
)  # fmt: skip
OWNED_BY = Column("owner", "Owner", OWNER, _owner, owner_name)
PHONE = Column(
    "phone", "Phone", ("phone",), lambda row, reader: escape(phone(row["phone"])), lambda row: phone(row["phone"]),
    classes="hide-sm muted text-nowrap",
)  # fmt: skip
PEOPLE = Column(
    "people", "Contacts", (), lambda row, reader: number(row["people"]), lambda row: str(row["people"]), _people,
    classes="num hide-sm",
)  # fmt: skip
CHANGED = instant("changed", "Changed", "updated_at", ("-updated_at", "-id"))
ADDED = instant("added", "Added", "created_at", ("-id",))
ADDRESS = (
    text("street", "Street"),
    text("postal_code", "Postal code"),
    text("city", "City"),
    text("region", "State or region"),
    text("country", "Country"),
)
