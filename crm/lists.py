"""The lists of companies and contacts: what somebody asked for in the address, and the rows that answer."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count as CountOf
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from accounts.models import Membership
from accounts.permissions import can_for_others
from crm.models import Company, CompanyTag, Contact, ContactTag, Record, Tag
from crm.search import LAST_CHARACTER, asked_words, matching
from lib.keyset import COUNTED, Count, Page, capped_count, page
from lib.text import fold

CONTACT_SORTS = {
    "name": ("name_key", "id"),
    "-name": ("-name_key", "-id"),
    "company": ("company__name_key", "name_key", "id"),
    "-company": ("-company__name_key", "-name_key", "-id"),
    "changed": ("-updated_at", "-id"),
    "-changed": ("updated_at", "id"),
}
COMPANY_SORTS = {key: order for key, order in CONTACT_SORTS.items() if "company" not in key}
FOUND = 1000  # so far the hits of a search are counted
_KEYS = (
    "id", "public_id", "name_key", "updated_at", "phone", "is_sample",
    "owner__user__first_name", "owner__user__last_name",
)  # fmt: skip


@dataclass(frozen=True)
class Chip:
    """A filter that is set, in words, and the parameter that takes it off."""

    words: str
    parameter: str


@dataclass(frozen=True)
class Listing:
    """One page of a list with all that its template says about it."""

    page: Page
    count: Count
    chips: list[Chip]
    sort: str
    text: str

    @property
    def is_filtered(self) -> bool:
        return bool(self.chips or self.text)


def contacts(request: HttpRequest, member: Membership) -> Listing:
    """The contacts somebody asked for."""
    asked = request.GET
    chips, condition = _common_filters(member, asked)
    if company := _given(asked, "company"):
        words, where = _of_company(member, company)
        chips.append(Chip(f"Company: {words}", "company"))
        condition &= where
    rows = Contact.objects.live().visible_to(member).filter(condition)
    listing = _listing(rows, asked, chips, CONTACT_SORTS, _contact_values)
    opens_all = can_for_others(member, "company.view")
    for row in listing.page.rows:
        row["may_open_company"] = opens_all or row["company__owner_id"] == member.pk
    return listing


def companies(request: HttpRequest, member: Membership) -> Listing:
    """The companies somebody asked for."""
    chips, condition = _common_filters(member, request.GET)
    rows = Company.objects.live().visible_to(member).filter(condition)
    return _listing(rows, request.GET, chips, COMPANY_SORTS, lambda rows: _company_values(rows, member))


def filter_choices(member: Membership) -> dict[str, Any]:
    """What the panel of filters offers."""
    people = Membership.objects.filter(account_id=member.account_id).select_related("user")
    return {
        "owners": sorted(people, key=str) if can_for_others(member, "contact.view") else [],
        "tags": Tag.objects.order_by("name_key")[:500],
    }


def _listing(rows: QuerySet, asked: Mapping[str, str], chips: list[Chip], sorts: Any, values: Any) -> Listing:
    text = asked.get("q", "").strip()[:200]
    if asked_words(text):
        rows = rows.filter(matching(rows.model, text))
    sort = asked.get("sort", "")
    sort = sort if sort in sorts else "name"
    shown = page(rows, order=sorts[sort], cursor=asked.get("page"), shape=values)
    for row in shown.rows:
        row["name"] = row.get("name") or f"{row['first_name']} {row['last_name']}".strip() or row["email"] or "No name"
        row["owner_name"] = f"{row['owner__user__first_name'] or ''} {row['owner__user__last_name'] or ''}".strip()
    is_whole = shown.next is None and shown.previous is None
    by_name = rows.order_by(*sorts["name"])  # an index has them in this order; without one the table would be read
    count = Count(len(shown.rows), is_all=True) if is_whole else capped_count(by_name, FOUND if text else COUNTED)
    return Listing(shown, count, chips, sort, text)


def _common_filters(member: Membership, asked: Mapping[str, str]) -> tuple[list[Chip], Q]:
    chips, condition = [], Q()
    if owner := asked.get("owner", ""):
        person = None
        if owner != "nobody":
            people = Membership.objects.filter(account_id=member.account_id).select_related("user")
            person = people.filter(public_id=_uuid(owner)).first()
        chips.append(Chip(f"Owner: {person or 'nobody'}", "owner"))
        condition &= Q(owner_id=person.pk if person else None) if person or owner == "nobody" else Q(pk=None)
    if tag := _given(asked, "tag"):
        found = Tag.objects.filter(name_key=fold(tag)).first()
        chips.append(Chip(f"Tag: {found or tag[:60]}", "tag"))
        condition &= Q(tags__tag_id=found.pk) if found else Q(pk=None)
    return chips, condition


def _of_company(member: Membership, asked: str) -> tuple[str, Q]:
    """By its id, as links have it, or by how its name starts, as people type it."""
    if public_id := _uuid(asked):
        company = Company.objects.visible_to(member).filter(public_id=public_id).first()
        return (company.name, Q(company_id=company.pk)) if company else ("unknown", Q(pk=None))
    start = fold(asked)
    return asked, Q(company__name_key__gte=start, company__name_key__lt=start + LAST_CHARACTER)


def _contact_values(rows: QuerySet) -> QuerySet:
    columns = ("first_name", "last_name", "email", "title")
    company = ("company__name", "company__name_key", "company__public_id", "company__owner_id")
    return rows.values(*_KEYS, *columns, *company, tag_names=_tag_names(ContactTag, "contact"))


def _company_values(rows: QuerySet, member: Membership) -> QuerySet:
    people = Contact.objects.live().visible_to(member).filter(company_id=OuterRef("pk"))
    number = people.order_by().values("company_id").annotate(number=CountOf("pk")).values("number")
    return rows.values(
        *_KEYS, "name", "domain", "city",
        tag_names=_tag_names(CompanyTag, "company"), people=Coalesce(Subquery(number), 0),
    )  # fmt: skip


def _tag_names(model: type[Any], key: str) -> ArraySubquery:
    tags = model.objects.filter(**{f"{key}_id": OuterRef("pk")}).order_by("tag__name_key")
    return ArraySubquery(tags.values("tag__name"))


def tags_of(record: Record) -> list[Tag]:
    """The record's tags, by name."""
    return [link.tag for link in record.tags.select_related("tag").order_by("tag__name_key")]  # type: ignore[attr-defined]


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _given(asked: Mapping[str, str], name: str) -> str:
    """A parameter of the address, without what PostgreSQL takes for an error."""
    return asked.get(name, "").replace("\0", "").strip()
