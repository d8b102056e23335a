"""What stands at the left of a record's page, fact by fact, and how one of them is changed where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from accounts.api.body import BodyForm
from accounts.models import Membership
from accounts.permissions import can_for_others
from crm import websites
from crm.fields.forms import SHOWN
from crm.fields.registry import definitions
from crm.forms import RecordForm
from crm.models import Company, Contact, CustomField, Deal, Record
from crm.models.companies import ADDRESS
from lib import formats
from lib.phones import readable


@dataclass(frozen=True)
class Fact:
    """One thing that is known about a record. ``parts`` are the fields of its form that change it in place.

    A fact without a name is changed on the form's page alone.
    """

    name: str
    label: str
    text: str = ""
    href: str = ""
    parts: tuple[str, ...] = ()
    nothing: str = ""  # what readers see of an empty one; without it they do not see it
    own: CustomField | None = None

    @property
    def leads_away(self) -> bool:
        """Its link goes to somebody else's site."""
        return self.href.startswith(("http://", "https://"))


def facts_of(record: Record, member: Membership) -> list[Fact]:
    """Everything at the left of the record's page, in order."""
    facts = [*_BUILT_IN[type(record)](record), *_own(record)]
    owner = Fact("owner", "Owner", str(record.owner or ""), parts=("owner",), nothing="Nobody")
    if not can_for_others(member, f"{record._meta.model_name}.edit"):
        owner = Fact("", "Owner", owner.text, nothing=owner.nothing)
    return [*facts, owner, Fact("note", "Note", record.note, parts=("note",))]


def find(record: Record, member: Membership, name: str) -> Fact | None:
    """The fact of this name, if it is changed in place."""
    return next((fact for fact in facts_of(record, member) if fact.name == name), None)


def form_for(
    form_class: type[RecordForm], record: Record, member: Membership, fact: Fact, sent: QueryDict | None
) -> Any:
    """The record's own form, of which only this fact's fields are filled in; everything else stays as it is."""
    if sent is None:
        return form_class(instance=record, member=member)
    given: dict[str, Any] = {part: sent.get(part, "") for part in fact.parts}
    if fact.own:
        given[SHOWN] = fact.own.key
        if fact.own.kind == "choices":
            given[fact.own.name_in_forms] = sent.getlist(fact.own.name_in_forms)
    given["version"] = sent.get("version", "")
    in_place: Any = type(f"{form_class.__name__}InPlace", (BodyForm, form_class), {})
    return in_place(given, instance=record, member=member)


def _of_contact(contact: Contact) -> Iterator[Fact]:
    yield _email(contact, contact.email_label, name="email", parts=("email", "email_label"))
    yield from (_email(each, each.label) for each in contact.emails.all())
    yield _phone(contact, contact.phone_label, name="phone", parts=("phone", "phone_label"))
    yield from (_phone(each, each.label) for each in contact.phones.all())
    yield Fact("title", "Job title", contact.title, parts=("title",))
    yield from _addresses(contact)
    yield Fact("website", "Website", contact.website, websites.link(contact.website), parts=("website",))
    yield Fact("source", "Source", contact.source, parts=("source",))


def _of_company(company: Company) -> Iterator[Fact]:
    yield Fact("domain", "Website", company.domain, websites.link(company.domain), parts=("domain",))
    yield _phone(company, "", name="phone", parts=("phone",))
    yield from _addresses(company)


def _of_deal(deal: Deal) -> Iterator[Fact]:
    value = "" if deal.value is None else formats.money(deal.value, deal.currency)
    yield Fact("value", "Value", value, parts=("value", "currency"), nothing="Not known yet")
    day = formats.day(deal.close_on, "year") if deal.close_on else ""
    yield Fact("close_on", "Expected close", day, parts=("close_on",), nothing="No day")


def _own(record: Record) -> Iterator[Fact]:
    for field in definitions(str(record._meta.model_name)):
        value = record.custom.get(field.key)
        href = value if field.kind == "link" and value else ""
        yield Fact(field.name_in_forms, field.label, field.show(value), href, (field.name_in_forms,), own=field)


def _email(each: Any, label: str, **more: Any) -> Fact:
    words = f"E-mail, {label}" if label else "E-mail"
    return Fact(more.pop("name", ""), words, each.email, f"mailto:{each.email}" if each.email else "", **more)


def _phone(each: Any, label: str, **more: Any) -> Fact:
    href = f"tel:{each.phone_e164 or each.phone}" if each.phone else ""
    return Fact(more.pop("name", ""), label or "Phone", readable(each.phone), href, **more)


def _addresses(record: Any) -> Iterator[Fact]:
    yield Fact("address", "Address", _address(record), parts=ADDRESS)
    for each in record.addresses.all():
        yield Fact("", each.label or "Address", _address(each))


def _address(each: Any) -> str:
    lines = (each.street, f"{each.postal_code} {each.city}".strip(), each.region, each.country)
    return "\n".join(filter(None, lines))


_BUILT_IN: dict[type[Record], Callable[[Any], Iterator[Fact]]] = {
    Contact: _of_contact,
    Company: _of_company,
    Deal: _of_deal,
}
