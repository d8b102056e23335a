"""Contacts and companies for programs: the same forms and actions as on the pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from accounts.api import lists
from accounts.api.body import BodyForm
from accounts.api.fields import (
    CREATED,
    DELETED,
    EXAMPLE_ID,
    ID,
    SAMPLE,
    UPDATED,
    VERSION,
    Field,
    Group,
    MaybeDay,
    Reference,
    Since,
    Text,
    Words,
)
from accounts.api.problems import Problem
from accounts.api.resource import Resource
from accounts.models import Membership
from accounts.permissions import can_for_others
from crm import actions
from crm.activities.api import Activities
from crm.bin_api import BINNED, BinnedResource
from crm.contact_privacy.api import RestrictMixin
from crm.fields import lists_api
from crm.fields.api import OwnFields
from crm.forms import CompanyForm, ContactForm, RecordForm
from crm.further_api import ADDRESSES, AN_ADDRESS, COMPANIES, EMAILS, PHONES, PositionBody, company_lists, contact_lists
from crm.inputs import Names
from crm.listing.filters import tagged
from crm.lists import tags_of
from crm.merging.api import MergeMixin
from crm.models import Company, CompanyTag, Contact, ContactTag, Tag, tag_names
from crm.restricted import refuse_change
from crm.search import matching
from tenancy.fields import AccountChoiceField

RECORD_FIELDS: tuple[Field, ...] = (
    Words("tags", "Words the firm sorts by. A new word makes a new tag.", ["client"], column="tag_names"),
    Reference("owner", "The member who looks after it.", EXAMPLE_ID, to="members"),
    Text("note", "Anything worth knowing.", "Prefers mail."),
    SAMPLE,
    CREATED,
    UPDATED,
    DELETED,
)
OWN_ABOUT = (
    "The firm's own fields, by their keys (Admin, Fields): text, number, true or false, a day, money, keys of choices."
)


def own_fields(noun: str) -> OwnFields:
    return OwnFields("custom", OWN_ABOUT, {}, noun=noun)


ORDERS = {
    "name": ("name_key", "id"),
    "-name": ("-name_key", "-id"),
    "updated_at": ("updated_at", "id"),
    "-updated_at": ("-updated_at", "-id"),
    "created_at": ("id",),
    "-created_at": ("-id",),
}


class RecordBody(BodyForm):
    """What the bodies of contacts and companies share: tags are a list here."""

    def __init__(self, given: Mapping[str, Any], *, tags: list[str], **kwargs: Any) -> None:
        super().__init__(given, tags=tags, **kwargs)
        self.initial["tags"] = tags  # type: ignore[attr-defined]
        if owner := self.fields.get("owner"):
            owner.error_messages["invalid_choice"] = "There is no such member."

    def complain(self, name: str, complaints: list[str]) -> None:
        self.errors[name] = self.error_class(complaints)  # type: ignore[attr-defined]


class ContactBody(RecordBody, ContactForm):
    """A contact whose companies are named by their ids."""

    further_lists = {**ContactForm.further_lists, "positions": PositionBody}
    tags = Names()
    company = AccountChoiceField(
        model=Company, required=False, error_messages={"invalid_choice": "There is no such company."}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["company"] = self.former_company
        if "company" in self.fields:
            seen = Company.objects.live().visible_to(self.member)
            self.fields["company"].queryset = seen

    def clean_company(self) -> Company | None:
        return self.cleaned_data["company"]


class CompanyBody(RecordBody, CompanyForm):
    """A company."""

    tags = Names()


class RecordResource(BinnedResource):
    """Companies and contacts: what they do alike."""

    scope = "crm"
    is_searched = is_written_once = True
    body: type[RecordForm]
    orders = ORDERS
    own_parameters = (lists_api.ABOUT, lists_api.SCHEMA)
    own_order = lists_api.ORDER

    @property
    def noun(self) -> str:
        return str(self.model._meta.model_name)

    def own_filters(self) -> Any:
        return lists_api.filters(self.noun)

    def own_orders(self) -> Any:
        return lists_api.orders(self.noun)

    def visible(self, member: Membership) -> QuerySet[Any]:
        return self.model._default_manager.live().visible_to(member)  # type: ignore[attr-defined]

    def editable(self, member: Membership) -> QuerySet[Any]:
        return self.visible(member).select_related("owner__user")

    def searched(self, rows: QuerySet[Any], text: str, member: Membership) -> QuerySet[Any]:
        return rows.filter(matching(self.model, text))

    def made_up_of(self, form: Any) -> Any:
        is_plain = not (form.cleaned_data.get("tags") or form.further.sent())
        return {name: [] for name in self.made_up()} if is_plain else None

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        member = request.membership
        refuse_change(record)
        if "owner" in given and not can_for_others(member, self.may["change"]):
            raise Problem("invalid", errors={"owner": ["The key's member sees only own records: they stay own."]})
        tags = [tag.name for tag in tags_of(record)] if record and "tags" in given else []
        return self.body(given, instance=record or self.model(), member=member, tags=tags)  # type: ignore[call-arg]

    def store(self, form: Any, request: Any) -> Any:
        return form.save() if form.is_changed else form.instance

    def remove(self, record: Any, request: Any) -> None:
        refuse_change(record)
        actions.move_to_bin(record, by=request.membership)


def colleagues(member: Membership) -> QuerySet[Any]:
    return Membership.objects.filter(account_id=member.account_id)


def whole_life(noun: str) -> dict[str, str]:
    """Every verb, by the actions of the pages."""
    sees, edits, deletes = (f"{noun}.{verb}" for verb in ("view", "edit", "delete"))
    return {"browse": sees, "create": edits, "read": sees, "change": edits, "delete": deletes, "restore": deletes}


RECORD_FILTERS = (
    lists.by_reference("owner", colleagues, "Looked after by this member."),
    lists.by_text("tag", "Has this tag.", lambda text: tagged(text)[1]),
    lists.by_instant("updated_since", "updated_at__gte", "Changed at or after this moment."),
    BINNED,
)


class Companies(MergeMixin, RecordResource):
    """``/companies/``"""

    name, one, about = "companies", "company", "Firms that the firm works for or with. Deleted ones lie in the bin."
    model, body = Company, CompanyBody
    may = {**whole_life("company"), "merge": "contact.merge"}
    fields = (
        ID,
        VERSION,
        Text("name", "What it is called.", "Tidewater Museum", is_required=True),
        Text("domain", "Its website.", "tidewater.example"),
        Text("phone", "Its number, as it is read.", "+45 33 12 44 10"),
        Group("address", "The postal address.", AN_ADDRESS, parts=tuple(AN_ADDRESS)),
        ADDRESSES,
        own_fields("company"),
        *RECORD_FIELDS,
    )
    filters = (
        lists.by_text("domain", "Has this website.", lambda text: Q(domain=text.strip().lower())),
        *RECORD_FILTERS,
    )

    def made_up(self) -> dict[str, Any]:
        return {"tag_names": tag_names(CompanyTag, "company"), **company_lists()}


class Contacts(RestrictMixin, MergeMixin, RecordResource):
    """``/contacts/``"""

    name, one, about = "contacts", "contact", "People the firm deals with. Deleted ones lie in the bin."
    model, body = Contact, ContactBody
    may = {**whole_life("contact"), "merge": "contact.merge", **dict.fromkeys(("restrict", "lift"), "contact.restrict")}
    sent = {**MergeMixin.sent, **RestrictMixin.sent}
    fields = (
        ID,
        VERSION,
        Text("first_name", "The given name.", "Maren"),
        Text("last_name", "The family name.", "Holt"),
        Text("email", "The main e-mail address.", "maren@tidewater.example"),
        Text("phone", "The main number, as it is read.", "+45 20 55 01 77"),
        Reference("company", "The company they work for.", EXAMPLE_ID, to="companies"),
        Text("title", "What they do there.", "Director"),
        Text("website", "A page of theirs.", "https://holt.example"),
        Group("address", "The postal address.", AN_ADDRESS, parts=tuple(AN_ADDRESS)),
        EMAILS,
        PHONES,
        ADDRESSES,
        COMPANIES,
        Text("source", "Where the firm knows them from.", "Conference"),
        Text("legal_basis", "Why the firm may keep them; empty when nobody said.", "contract", is_read_only=True),
        Text("mail_permission", "unknown, given or refused.", "given", is_read_only=True),
        MaybeDay("retention_until", "Until when they are kept.", "2030-12-31", is_read_only=True),
        Since("is_restricted", "Stored, and not to be used.", False, column="restricted_at", is_read_only=True),
        own_fields("contact"),
        *RECORD_FIELDS,
    )
    orders = {
        **ORDERS,
        "company": ("company__name_key", "name_key", "id"),
        "-company": ("-company__name_key", "-name_key", "-id"),
    }
    filters = (
        lists.by_reference("company", lambda member: Company.objects.live().visible_to(member), "Of this company."),
        lists.by_text("email", "Has this main e-mail address.", lambda text: Q(email_lower=text.strip().lower())),
        *RECORD_FILTERS,
    )

    def made_up(self) -> dict[str, Any]:
        return {"tag_names": tag_names(ContactTag, "contact"), **contact_lists()}


class Tags(Resource):
    """``/tags/``"""

    name, one, about = "tags", "tag", "The words by which contacts, companies, deals and hours are sorted."
    model, scope, is_versioned = Tag, "crm", False
    may = {"browse": "contact.view", "read": "contact.view"}
    fields = (ID, Text("name", "The word.", "client"))
    orders = {"name": ("name_key", "id"), "-name": ("-name_key", "-id")}

    def visible(self, member: Membership) -> QuerySet[Any]:
        return Tag.objects.all()


RESOURCES = (Companies(), Contacts(), Activities(), Tags())
