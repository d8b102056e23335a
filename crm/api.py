"""Contacts and companies for programs: the same forms and actions as on the pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet

from accounts.api import lists
from accounts.api.body import BodyForm
from accounts.api.fields import (
    CREATED,
    EXAMPLE_ID,
    ID,
    SAMPLE,
    UPDATED,
    VERSION,
    Custom,
    Field,
    Group,
    Reference,
    Text,
    Words,
)
from accounts.api.problems import Problem
from accounts.api.resource import Resource
from accounts.models import Membership
from accounts.permissions import can_for_others
from crm import actions
from crm.forms import CompanyForm, ContactForm, RecordForm
from crm.lists import tags_of
from crm.models import Company, CompanyTag, Contact, ContactTag, Tag
from crm.search import matching
from lib.text import fold
from tenancy.fields import AccountChoiceField

AN_ADDRESS = {
    "street": "Kalvebod Brygge 9",
    "postal_code": "1560",
    "city": "Copenhagen",
    "region": "",
    "country": "Denmark",
}
RECORD_FIELDS: tuple[Field, ...] = (
    Words("tags", "Words the firm sorts by. A new word makes a new tag.", ["client"], column="tag_names"),
    Custom("custom", "The firm's own fields.", {}),
    Reference("owner", "The member who looks after it.", EXAMPLE_ID, to="members"),
    Text("note", "Anything worth knowing.", "Prefers mail."),
    SAMPLE,
    CREATED,
    UPDATED,
)
ORDERS = {
    "name": ("name_key", "id"),
    "-name": ("-name_key", "-id"),
    "updated_at": ("updated_at", "id"),
    "-updated_at": ("-updated_at", "-id"),
    "created_at": ("id",),
    "-created_at": ("-id",),
}


class Names(forms.Field):
    """A list of names, as it stands in a body."""

    widget = forms.SelectMultiple

    def __init__(self) -> None:
        super().__init__(required=False)


class RecordBody(BodyForm):
    """What the bodies of contacts and companies share: tags are a list here."""

    def __init__(self, given: Mapping[str, Any], *, tags: list[str], **kwargs: Any) -> None:
        super().__init__(given, tags=tags, **kwargs)
        self.initial["tags"] = tags  # type: ignore[attr-defined]
        if owner := self.fields.get("owner"):
            owner.error_messages["invalid_choice"] = "There is no such member."

    def clean_tags(self) -> list[str]:
        return self.tidy_tags(self.cleaned_data["tags"] or [])  # type: ignore[attr-defined]


class ContactBody(RecordBody, ContactForm):
    """A contact whose company is named by its id."""

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


class RecordResource(Resource):
    """Companies and contacts: what they do alike."""

    scope = "crm"
    is_searched = True
    body: type[RecordForm]
    orders = ORDERS

    def visible(self, member: Membership) -> QuerySet[Any]:
        return self.model._default_manager.live().visible_to(member)  # type: ignore[attr-defined]

    def editable(self, member: Membership) -> QuerySet[Any]:
        return self.visible(member).select_related("owner__user")

    def searched(self, rows: QuerySet[Any], text: str, member: Membership) -> QuerySet[Any]:
        return rows.filter(matching(self.model, text))

    def made_up_of(self, form: Any) -> Any:
        return None if form.cleaned_data.get("tags") else {"tag_names": []}

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        member = request.membership
        if "owner" in given and not can_for_others(member, self.may["change"]):
            raise Problem("invalid", errors={"owner": ["The key's member sees only own records: they stay own."]})
        tags = [tag.name for tag in tags_of(record)] if record and "tags" in given else []
        return self.body(given, instance=record or self.model(), member=member, tags=tags)  # type: ignore[call-arg]

    def store(self, form: Any, request: Any) -> Any:
        return form.save() if form.is_changed else form.instance

    def remove(self, record: Any, request: Any) -> None:
        actions.move_to_bin(record, by=request.membership)


def tagged(text: str) -> Q:
    found = Tag.objects.filter(name_key=fold(text)).values_list("pk", flat=True).first()
    return Q(tags__tag_id=found) if found is not None else Q(pk__in=[])


def tag_names(model: type[Any], key: str) -> ArraySubquery:
    tags = model.objects.filter(**{f"{key}_id": OuterRef("pk")}).order_by("tag__name_key")
    return ArraySubquery(tags.values("tag__name"))


def colleagues(member: Membership) -> QuerySet[Any]:
    return Membership.objects.filter(account_id=member.account_id)


def whole_life(noun: str) -> dict[str, str]:
    """Every verb, by the actions of the pages."""
    sees, edits, deletes = (f"{noun}.{verb}" for verb in ("view", "edit", "delete"))
    return {"browse": sees, "create": edits, "read": sees, "change": edits, "delete": deletes}


RECORD_FILTERS = (
    lists.by_reference("owner", colleagues, "Looked after by this member."),
    lists.by_text("tag", "Has this tag.", tagged),
    lists.by_instant("updated_since", "updated_at__gte", "Changed at or after this moment."),
)


class Companies(RecordResource):
    """``/companies/``"""

    name, one, about = "companies", "company", "Firms that the firm works for or with. Deleted ones lie in the bin."
    model, body = Company, CompanyBody
    may = whole_life("company")
    fields = (
        ID,
        VERSION,
        Text("name", "What it is called.", "Tidewater Museum", is_required=True),
        Text("domain", "Its website.", "tidewater.example"),
        Text("phone", "Its number, as it is read.", "+45 33 12 44 10"),
        Group("address", "The postal address.", AN_ADDRESS, parts=tuple(AN_ADDRESS)),
        *RECORD_FIELDS,
    )
    filters = (
        lists.by_text("domain", "Has this website.", lambda text: Q(domain=text.strip().lower())),
        *RECORD_FILTERS,
    )

    def made_up(self) -> dict[str, Any]:
        return {"tag_names": tag_names(CompanyTag, "company")}


class Contacts(RecordResource):
    """``/contacts/``"""

    name, one, about = "contacts", "contact", "People the firm deals with. Deleted ones lie in the bin."
    model, body = Contact, ContactBody
    may = whole_life("contact")
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
        Text("source", "Where the firm knows them from.", "Conference"),
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
        return {"tag_names": tag_names(ContactTag, "contact")}


class Tags(Resource):
    """``/tags/``"""

    name, one, about = "tags", "tag", "The words by which contacts and companies are sorted."
    model, scope, is_versioned = Tag, "crm", False
    may = {"browse": "contact.view", "read": "contact.view"}
    fields = (ID, Text("name", "The word.", "client"))
    orders = {"name": ("name_key", "id"), "-name": ("-name_key", "-id")}

    def visible(self, member: Membership) -> QuerySet[Any]:
        return Tag.objects.all()


RESOURCES = (Companies(), Contacts(), Tags())
