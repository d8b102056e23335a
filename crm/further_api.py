"""What a record may have several of, for programs: lists of small objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import JSONField, Model

from accounts.api.fields import Field, Schema
from accounts.api.values import Wrong, a_text, an_id
from crm.further import MOST, AddressRow, EmailRow, FurtherForm, PhoneRow, PositionRow
from crm.models import Company, CompanyAddress, ContactAddress, ContactEmail, ContactPhone, ContactPosition
from tenancy.fields import AccountChoiceField
from tenancy.parts import PartsOf

AN_ADDRESS = {
    "street": "Kalvebod Brygge 9",
    "postal_code": "1560",
    "city": "Copenhagen",
    "region": "",
    "country": "Denmark",
}


@dataclass(frozen=True)
class Several(Field):
    """Several small objects; the list replaces the former one. ``parts`` are named as the rows' fields are."""

    rows: str = ""  # the list of the form
    parts: Mapping[str, str] = field(default_factory=dict)  # name here → field of a row
    references: tuple[str, ...] = ()
    form: type[FurtherForm] = FurtherForm

    @property
    def form_names(self) -> tuple[str, ...]:
        return (self.rows or self.name,)

    def take(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise Wrong(f"Write a list of objects with some of: {', '.join(self.parts)}.")
        if len(value) > MOST:
            raise Wrong(f"Write at most {MOST}.")
        prefix = self.rows or self.name
        typed = {f"{prefix}-TOTAL_FORMS": len(value), f"{prefix}-INITIAL_FORMS": len(value)}
        for number, each in enumerate(value):
            typed |= {f"{prefix}-{number}-{name}": text for name, text in self._row(each).items()}
        return typed

    def _row(self, given: Mapping[str, Any]) -> dict[str, Any]:
        if unknown := sorted(set(given) - set(self.parts)):
            raise Wrong(f"It has no part named “{unknown[0][:60]}”; its parts are: {', '.join(self.parts)}.")
        read = {name: an_id if name in self.references else a_text for name in self.parts}
        return {self.parts[name]: read[name](part) for name, part in given.items()}

    def schema(self, model: type[Model]) -> Schema:
        fields = self.form.base_fields
        texts: Schema = {
            name: {"type": "string", "maxLength": fields[part].max_length}  # type: ignore[attr-defined]
            for name, part in self.parts.items()
            if name not in self.references
        }
        texts |= {name: {"type": "string", "format": "uuid"} for name in self.references}
        item = {"type": "object", "properties": texts, "additionalProperties": False}
        return {**super().schema(model), "type": "array", "items": item, "maxItems": MOST}


def _rows(model: type[Any], key: str, names: Sequence[str] = (), joined: str = "", **parts: str) -> PartsOf:
    """The rows of a list, in order, as they are shown: columns of their own, and what else SQL says."""
    shown = {name: f"part.{name}" for name in names} | parts
    pairs = ", ".join(f"'{name}', {column}" for name, column in shown.items())
    objects = ArrayField(JSONField())
    return PartsOf(
        model, key, joined=joined, shown=f"jsonb_build_object({pairs})", order="part.id", output_field=objects
    )


class PositionBody(PositionRow):
    """A further company, named by its id."""

    company = AccountChoiceField(
        model=Company, required=False, error_messages={"invalid_choice": "There is no such company."}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["company"].queryset = Company.objects.live().visible_to(self.member)

    def clean_company(self) -> Company | None:
        return self.cleaned_data["company"]


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


EMAILS = Several(
    "emails", "Further e-mail addresses.", [{"label": "private", "email": "maren@holt.example"}],
    column="further_emails", form=EmailRow, parts={"label": "label", "email": "value"},
)  # fmt: skip
PHONES = Several(
    "phones", "Further numbers.", [{"label": "desk", "phone": "+45 33 55 01 40"}],
    column="further_phones", form=PhoneRow, parts={"label": "label", "phone": "value"},
)  # fmt: skip
ADDRESSES = Several(
    "addresses", "Further postal addresses.", [{"label": "Invoices", **AN_ADDRESS}],
    column="further_addresses", form=AddressRow, parts=_same("label", *AN_ADDRESS),
)  # fmt: skip
COMPANIES = Several(
    "companies", "Further companies they work for: objects with `company`, its id, and `title`.", [],
    column="further_companies", form=PositionRow, parts={"company": "company", "title": "job"}, rows="positions",
    references=("company",),
)  # fmt: skip


def contact_lists() -> dict[str, PartsOf]:
    """The lists of a contact, as columns."""
    return {
        "further_emails": _rows(ContactEmail, "contact", ("label", "email")),
        "further_phones": _rows(ContactPhone, "contact", ("label", "phone")),
        "further_addresses": _rows(ContactAddress, "contact", ("label", *AN_ADDRESS)),
        "further_companies": _rows(
            ContactPosition, "contact", ("title",), joined="company", company="company.public_id"
        ),
    }


def company_lists() -> dict[str, PartsOf]:
    """The lists of a company, as columns."""
    return {"further_addresses": _rows(CompanyAddress, "company", ("label", *AN_ADDRESS))}
