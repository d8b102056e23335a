"""Is this row somebody we know? One answer for the check, which only counts, and for the run, which writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Q, TextField, Value

from crm.imports.rows import Candidate
from crm.imports.values import own_fields
from crm.models import (
    Company,
    Contact,
    ContactAddress,
    ContactEmail,
    ContactImport,
    ContactPhone,
    ContactPosition,
    CustomField,
    CustomKey,
)
from lib.keyset import IsAmong
from lib.phones import e164
from lib.text import fold

On = ContactImport.MatchOn
PERSONAL = (On.EMAIL, On.PHONE, On.NAME_COMPANY, On.NAME)  # what a contact is recognised by, the surest first


class Traits(NamedTuple):
    """What a row or a contact can be recognised by, spelled as it is compared."""

    email: Sequence[str]
    phone: Sequence[str]
    name: str
    company: str
    own: Mapping[str, Any]  # values of the firm's own fields

    def values(self, on: str) -> Sequence[str]:
        if on == On.EMAIL:
            return [each for each in self.email if each]
        if on == On.PHONE:
            return [each for each in self.phone if each]
        if not self.name:
            return []
        return [self.name] if on == On.NAME else [f"{self.name} at {self.company}"]


class Rule:
    """The fields that decide whether a row is somebody who is there: any of them is the same, or all are.

    A number of the firm's own says more surely who somebody is than an address does.
    """

    def __init__(self, job: ContactImport) -> None:
        self.own = {name: field for name, field in recognising().items() if name in job.match_on}
        self.on = [*self.own, *(each for each in PERSONAL if each in job.match_on)]
        self.is_all = job.match_all and bool(self.on)

    def keys(self, traits: Traits) -> list[str]:
        """A text for each way in which somebody would be recognised, the surest first."""
        if self.is_all:
            return ["; ".join(found) for found in product(*(self._values(each, traits) for each in self.on))]
        return [f"{each} {value}" for each in self.on for value in self._values(each, traits)]

    def own_keys(self, name: str, traits: Traits) -> list[str]:
        """What a value of the firm's own field is found by."""
        field = self.own[name]
        return field.of_kind.keys(traits.own.get(field.key))

    def _values(self, on: str, traits: Traits) -> Sequence[str]:
        return self.own_keys(on, traits) if on in self.own else traits.values(on)


def recognising() -> dict[str, CustomField]:
    """The firm's own fields of contacts by which somebody can be told from others: a number of theirs, a profile."""
    return {
        name: field
        for name, field in own_fields().items()
        if field.noun == "contact" and field.kind in ("text", "number", "link")
    }


def match_fields() -> dict[str, str]:
    """What a row may have in common with somebody who is there, as people read it."""
    return {**dict(On.choices), **{name: field.label for name, field in recognising().items()}}


def traits_of(candidate: Candidate) -> Traits:
    emails = (candidate.email, *(address for address, _ in candidate.emails))
    phones = (candidate.phone, *(number for number, _ in candidate.phones))
    name = fold(f"{candidate.last_name} {candidate.first_name}")
    company, own = candidate.company_key, candidate.own.get("contact", {})
    return Traits([each.lower() for each in emails], [e164(each) for each in phones], name, company, own)


class KnownContacts:
    """The contacts that a batch could mean, with their further addresses and numbers; a fixed number of queries."""

    def __init__(self, batch: Iterable[Traits], job: ContactImport) -> None:
        self.rule = Rule(job)
        self.emails: list[ContactEmail] = []
        self.phones: list[ContactPhone] = []
        self.addresses: list[ContactAddress] = []
        self.positions: list[ContactPosition] = []
        self.by_key: dict[str, Contact] = {}
        found = self._found(list(batch), job) if job.on_match != job.OnMatch.ADD else []
        self._load_parts([contact.pk for contact in found])
        for contact in found:
            for key in self.rule.keys(self._traits(contact)):
                self.by_key.setdefault(key, contact)

    def _found(self, batch: Sequence[Traits], job: ContactImport) -> list[Contact]:
        """The oldest first. Where all must be the same, one is enough to find who could be meant."""
        on = self.rule.on[:1] if self.rule.is_all else self.rule.on
        emails = {each for traits in batch for each in traits.email if each} if On.EMAIL in on else set()
        phones = {each for traits in batch for each in traits.phone if each} if On.PHONE in on else set()
        names = {traits.name for traits in batch if traits.name} if {On.NAME, On.NAME_COMPANY} & {*on} else set()
        own = self._with_own(batch, [name for name in on if name in self.rule.own])
        if not (emails or phones or names or own):
            return []
        live = visible(Contact.objects.all(), job)
        numbers = {
            *own,
            *_with(ContactEmail.objects, "email_lower", emails, "contact_id"),
            *_with(ContactPhone.objects, "phone_e164", phones, "contact_id"),
            *_with(live, "email_lower", emails),
            *_with(live, "phone_e164", phones),
            *_with(live, "name_key", names),
        }
        return list(live.filter(pk__in=numbers).select_related("company").order_by("pk")) if numbers else []

    def _with_own(self, batch: Sequence[Traits], names: Iterable[str]) -> set[int]:
        """The contacts that say the same in a field of the firm's own."""
        found: set[int] = set()
        for name in names:
            keys = {key for traits in batch for key in self.rule.own_keys(name, traits)}
            rows = CustomKey.objects.filter(field=self.rule.own[name], sort_key__in=keys)
            found.update(rows.values_list("record_id", flat=True) if keys else ())
        return found

    def _load_parts(self, numbers: Collection[int]) -> None:
        if numbers:
            self.emails = list(ContactEmail.objects.filter(contact_id__in=numbers))
            self.phones = list(ContactPhone.objects.filter(contact_id__in=numbers))
            self.addresses = list(ContactAddress.objects.filter(contact_id__in=numbers))
            self.positions = list(ContactPosition.objects.filter(contact_id__in=numbers).select_related("company"))
        self._emails_of: dict[int, list[str]] = {}
        self._phones_of: dict[int, list[str]] = {}
        for email in self.emails:
            self._emails_of.setdefault(email.contact_id, []).append(email.email_lower)
        for phone in self.phones:
            self._phones_of.setdefault(phone.contact_id, []).append(phone.phone_e164)

    def _traits(self, contact: Contact) -> Traits:
        return Traits(
            [contact.email_lower, *self._emails_of.get(contact.pk, [])],
            [contact.phone_e164, *self._phones_of.get(contact.pk, [])],
            contact.name_key if contact.full_name else "",
            contact.company.name_key if contact.company else "",
            contact.custom,
        )


def _with(rows: Any, column: str, values: Collection[str], number: str = "pk") -> Iterable[int]:
    """The numbers of rows with one of thousands of texts: one array, where ``__in`` would send as many values."""
    texts = Value(sorted(values), output_field=ArrayField(TextField()))
    return rows.filter(IsAmong(F(column), texts)).values_list(number, flat=True) if values else ()


def known_companies(candidates: Iterable[Candidate], job: ContactImport) -> dict[str, Company]:
    """The companies that are there already, by folded name and (where asked for) website; the oldest of several."""
    by_domain = On.DOMAIN in job.match_on
    candidates = [candidate for candidate in candidates if candidate.company or candidate.companies]
    names = {fold(name) for candidate in candidates for name in (candidate.company, *candidate.companies)}
    domains = {candidate.domain for candidate in candidates if candidate.domain} if by_domain else set()
    if not names:
        return {}
    same = Q(name_key__in=names) | Q(domain__in=domains) if domains else Q(name_key__in=names)
    found = list(visible(Company.objects.filter(same), job).order_by("-pk"))
    known = {f"domain {company.domain}": company for company in found if company.domain in domains}
    return known | {company.name_key: company for company in found if company.name_key in names}


def visible(records, job):  # type: ignore[no-untyped-def]
    """Not in the bin; and for who sees only their own records, theirs."""
    return records.live().visible_to(job.by) if job.by else records.live()
