"""Contacts and companies for programs: the same forms and actions as on the pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet

from accounts.api import lists
from accounts.api.body import BodyForm
from accounts.api.fields import Custom, Field, Group, Identity, Instant, Reference, Text, Whole, Words
from accounts.api.problems import Problem
from accounts.api.resource import Resource
from accounts.models import Membership
from crm import actions
from crm.forms import ContactForm, RecordForm
from crm.lists import tags_of
from crm.models import Company, Contact, ContactTag, Tag
from crm.search import asked_words, matching
from lib.text import fold
from tenancy.fields import AccountChoiceField

ADDRESS = ("street", "postal_code", "city", "region", "country")
EXAMPLE_ID = "3f1c7a52-9d0e-4b57-8a3e-0c6d5a4b1e2f"
A_MOMENT = "2026-11-20T09:30:00Z"

HEAD: tuple[Field, ...] = (
    Identity("id", "The record's own id.", EXAMPLE_ID, column="public_id", is_read_only=True),
    Whole("version", "Counts the changes; send it as `If-Match`.", 3, is_read_only=True),
)
FOOT: tuple[Field, ...] = (
    Words("tags", "Words the firm sorts by. A new word makes a new tag.", ["client"], column="tag_names"),
    Custom("custom", "The firm's own fields."),
    Reference("owner", "The member who looks after it.", EXAMPLE_ID, to="members"),
    Text("note", "Anything worth knowing.", "Prefers mail."),
    Instant("created_at", "When it was added.", A_MOMENT, is_read_only=True),
    Instant("updated_at", "When it was changed last.", A_MOMENT, is_read_only=True),
)
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

    def clean_tags(self) -> list[str]:
        return self.tidy_tags(self.cleaned_data["tags"] or [])  # type: ignore[attr-defined]


class ContactBody(RecordBody, ContactForm):
    """A contact whose company is named by its id."""

    tags = forms.Field(required=False, widget=forms.SelectMultiple)
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


class RecordResource(Resource):
    """Companies and contacts: what they do alike."""

    scope = "crm"
    is_searched = True
    body: type[RecordForm]

    def visible(self, member: Membership) -> QuerySet[Any]:
        return self.model._default_manager.live().visible_to(member)  # type: ignore[attr-defined]

    def editable(self, member: Membership) -> QuerySet[Any]:
        return self.visible(member).select_related("owner__user")

    def searched(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(matching(self.model, text)) if asked_words(text) else rows

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        member = request.membership
        if "owner" in given and member.sees_only_own_records:
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


RECORD_FILTERS = (
    lists.by_reference("owner", colleagues, "Looked after by this member."),
    lists.by_text("tag", "Has this tag.", tagged),
    lists.by_instant("updated_since", "updated_at__gte", "Changed at or after this moment."),
)


class Contacts(RecordResource):
    """People our firm deals with."""

    name, one, about = "contacts", "contact", "People the firm deals with."
    model, body = Contact, ContactBody
    may = {
        "browse": "contact.view",
        "create": "contact.edit",
        "read": "contact.view",
        "change": "contact.edit",
        "delete": "contact.delete",
    }
    fields = (
        *HEAD,
        Text("first_name", "The given name.", "Maren"),
        Text("last_name", "The family name.", "Holt"),
        Text("email", "The main e-mail address.", "maren@tidewater.example"),
        Text("phone", "The main number, as it is read.", "+45 20 55 01 77"),
        Reference("company", "The company they work for.", EXAMPLE_ID, to="companies"),
        Text("title", "What they do there.", "Director"),
        Text("website", "A page of theirs.", "https://holt.example"),
        Group("address", "The postal address.", parts=ADDRESS),
        Text("source", "Where the firm knows them from.", "Conference"),
        *FOOT,
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
