"""Candidates become contacts: a batch at a time, in a fixed number of statements, whatever the batch holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils import timezone

from crm import search
from crm.imports import bulk
from crm.imports.matching import keys_of, known_companies, known_contacts
from crm.imports.rows import Candidate
from crm.models import (
    Company,
    CompanyTag,
    Contact,
    ContactEmail,
    ContactImport,
    ContactPhone,
    ContactTag,
    ImportedRow,
    Tag,
)
from lib.phones import e164
from lib.text import fold

ADDRESS = ("street", "postal_code", "city", "region", "country")
FILLED = ("first_name", "last_name", "email", "phone", "title", "website", *ADDRESS, "note")
COPIED = (*FILLED, "email_label", "phone_label")
WORDS = {"first_name": "first name", "last_name": "last name", "email": "e-mail", "title": "job title",
         "postal_code": "postal code"}  # fmt: skip
Outcome = ImportedRow.Outcome


class Batch:
    """One batch on its way into the tables. ``store`` returns what became of each row."""

    def __init__(self, job: ContactImport) -> None:
        self.job = job
        self.people: list[Contact] = []
        self.changed: dict[int, Contact] = {}
        self.changed_companies: dict[int, Company] = {}
        self.emails: dict[tuple[int, str], ContactEmail] = {}
        self.phones: dict[tuple[int, str], ContactPhone] = {}
        self.tagged: list[tuple[Contact | Company, str]] = []
        self.rows: list[ImportedRow] = []

    def store(self, candidates: Sequence[Candidate]) -> list[ImportedRow]:
        """Write the batch and return its rows, not saved yet."""
        self.known = known_contacts(candidates, self.job)
        self._companies(candidates)
        self._numbers_of({contact.pk for contact in self.known.values()})
        for candidate in candidates:
            outcome, reason, contact = self._place(candidate)
            sentences = filter(None, [*candidate.notes, reason])
            row = ImportedRow(row=candidate.row, outcome=outcome, reason=" ".join(sentences), contact=contact)
            self.rows.append(row)
        self._write()
        return self.rows

    # ------------------------------------------------------------------------------------ companies

    def _companies(self, candidates: Iterable[Candidate]) -> None:
        """Every company of the batch, by folded name: found, or made once with what the first row says of it."""
        self.companies = known_companies((candidate.company for candidate in candidates), self.job)
        made: dict[str, Company] = {}
        for candidate in candidates:
            key = fold(candidate.company)
            if key and key not in self.companies and key not in made:
                made[key] = Company(name=candidate.company, domain=candidate.domain, owner=self.job.by)
        self.new_companies = Company.objects.bulk_create(made.values())
        self.companies |= made
        self.untold = set(made)  # companies that no row has been counted for yet
        self.job.companies_added += len(made)

    # ------------------------------------------------------------------------------------ rows

    def _place(self, candidate: Candidate) -> tuple[str, str, Contact | None]:
        if not candidate.has_person:
            return self._place_company(candidate)
        self.untold.discard(fold(candidate.company))
        keys = keys_of(candidate, self.job)
        contact = next((self.known[key] for key in keys if key in self.known), None)
        rule = self.job.on_match
        if contact is None or rule == self.job.OnMatch.ADD:
            contact = self._new(candidate)
            for key in keys:
                self.known.setdefault(key, contact)
            return Outcome.STORED, "", contact
        if rule == self.job.OnMatch.SKIP:
            return Outcome.SKIPPED, f"{contact} is already there and was left as it is.", contact
        return Outcome.MERGED, self._fill(contact, candidate), contact

    def _new(self, candidate: Candidate) -> Contact:
        contact = Contact(
            **{name: getattr(candidate, name) for name in COPIED},
            company=self.companies.get(fold(candidate.company)),
            owner=self.job.by,
            source=f"Import of {self.job.file.name}"[:300],
        )
        self.people.append(contact)
        self._add_ways(contact, candidate, skip_main=True)
        self.tagged += [(contact, tag) for tag in candidate.tags]
        return contact

    def _fill(self, contact: Contact, candidate: Candidate) -> str:
        """Set what is empty, leave what is there, and say both."""
        filled, left = [], []
        for name in FILLED:
            mine, theirs = getattr(contact, name), getattr(candidate, name)
            if theirs and not mine:
                setattr(contact, name, theirs)
                filled.append(WORDS.get(name, name))
            elif fold(mine) != fold(theirs) and theirs and name not in ("email", "phone"):
                left.append(WORDS.get(name, name))
        company = self.companies.get(fold(candidate.company))
        if company and contact.company_id is None:
            contact.company = company
            filled.append("company")
        elif company and contact.company_id != company.pk:
            left.append("company")
        self._add_ways(contact, candidate)
        self.tagged += [(contact, tag) for tag in candidate.tags]
        if filled and contact.pk:
            self.changed[contact.pk] = contact
        said = [f"Completed {contact}: {', '.join(filled)}." if filled else f"{contact} was already complete."]
        said += [f"Left as it was: {', '.join(left)}."] if left else []
        return " ".join(said)

    def _add_ways(self, contact: Contact, candidate: Candidate, *, skip_main: bool = False) -> None:
        """Further addresses and numbers that the contact does not have yet."""
        emails, phones = list(candidate.emails), list(candidate.phones)
        if not skip_main:
            emails.insert(0, (candidate.email, candidate.email_label))
            phones.insert(0, (candidate.phone, candidate.phone_label))
        for email, label in emails:
            if email and email.lower() != contact.email.lower():
                way = ContactEmail(contact=contact, email=email, email_lower=email.lower(), label=label)
                self.emails.setdefault((id(contact), email.lower()), way)
        for phone, label in phones:
            if phone and phone != contact.phone and (e164(phone) or phone) != contact.phone_e164:
                way = ContactPhone(contact=contact, phone=phone, phone_e164=e164(phone), label=label)
                self.phones.setdefault((id(contact), way.phone_e164 or phone), way)

    def _numbers_of(self, contacts: set[int]) -> None:
        """What the contacts we know have already, so that nothing is added twice."""
        objects = {contact.pk: contact for contact in self.known.values()}
        for way in ContactEmail.objects.filter(contact_id__in=contacts):
            self.emails[id(objects[way.contact_id]), way.email_lower] = way
        for way in ContactPhone.objects.filter(contact_id__in=contacts):
            self.phones[id(objects[way.contact_id]), way.phone_e164 or way.phone] = way

    def _place_company(self, candidate: Candidate) -> tuple[str, str, None]:
        """A row that names a company and nobody in it."""
        key = fold(candidate.company)
        company = self.companies[key]
        is_new = key in self.untold
        self.untold.discard(key)
        if not is_new and self.job.on_match == self.job.OnMatch.SKIP:
            return Outcome.SKIPPED, f"The company {company} is already there and was left as it is.", None
        filled = []
        for name in ("domain", "phone", *ADDRESS, "note"):
            if getattr(candidate, name) and not getattr(company, name):
                setattr(company, name, getattr(candidate, name))
                filled.append(WORDS.get(name, name))
        if filled:
            self.changed_companies[company.pk] = company
        self.tagged += [(company, tag) for tag in candidate.tags]
        if is_new:
            return Outcome.STORED, "The row names nobody, so the company alone was added.", None
        words = f"Completed the company {company}: {', '.join(filled)}." if filled else f"{company} was already there."
        return Outcome.MERGED, words, None

    # ------------------------------------------------------------------------------------ writing

    def _write(self) -> None:
        Contact.objects.bulk_create(self.people)
        _update(Contact, self.changed.values(), (*COPIED, "company", "email_lower", "phone_e164", "name_key"))
        _update(Company, self.changed_companies.values(), ("domain", "phone", "phone_e164", *ADDRESS, "note"))
        bulk.insert(
            ContactEmail,
            ("contact", "email", "email_lower", "label"),
            [(way.contact.pk, way.email, way.email_lower, way.label) for way in self.emails.values() if not way.pk],
        )
        bulk.insert(
            ContactPhone,
            ("contact", "phone", "phone_e164", "label"),
            [(way.contact.pk, way.phone, way.phone_e164, way.label) for way in self.phones.values() if not way.pk],
        )
        self._write_tags()
        self._index()

    def _index(self) -> None:
        """The words by which all of it is found. Who got a further address or number is read anew."""
        with_more = {way.contact for way in (*self.emails.values(), *self.phones.values()) if way.pk is None}
        with_more |= set(self.changed.values())
        search.reindex([person for person in self.people if person not in with_more], are_new=True)
        search.reindex(list(with_more))
        search.reindex(self.new_companies, are_new=True)
        search.reindex(list(self.changed_companies.values()))

    def _write_tags(self) -> None:
        names: dict[str, str] = {}
        for _, name in self.tagged:
            names.setdefault(fold(name), name)
        names.pop("", None)
        if not names:
            return
        known = {tag.name_key: tag for tag in Tag.objects.filter(name_key__in=names)}
        missing = [Tag(name=name, name_key=key) for key, name in names.items() if key not in known]
        Tag.objects.bulk_create(missing, ignore_conflicts=True)
        if missing:
            known = {tag.name_key: tag for tag in Tag.objects.filter(name_key__in=names)}
        links = dict.fromkeys(
            (type(record), record.pk, known[fold(name)].pk) for record, name in self.tagged if fold(name)
        )
        bulk.insert(ContactTag, ("contact", "tag"), [(pk, tag) for model, pk, tag in links if model is Contact])
        bulk.insert(CompanyTag, ("company", "tag"), [(pk, tag) for model, pk, tag in links if model is Company])


def _update(model, records, fields: Sequence[str]) -> None:  # type: ignore[no-untyped-def]
    """Save changed records in one statement, each as a new version."""
    records = list(records)
    for record in records:
        record.version += 1
        record.updated_at = timezone.now()
    model.objects.bulk_create(
        records,
        update_conflicts=True,
        unique_fields=["account", "id"],
        update_fields=[*fields, "version", "updated_at"],
    )
