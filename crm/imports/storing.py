"""Candidates become records: a batch at a time, in a fixed number of statements, whatever the batch holds.

``place`` decides what becomes of each row and writes nothing, so the check asks it, too; ``write`` writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Membership
from crm import undo
from crm.imports.matching import KnownContacts, Rule, known_companies, traits_of
from crm.imports.rows import Candidate
from crm.imports.steps import Became
from crm.imports.values import offered
from crm.imports.work import Work, members_by_name
from crm.imports.writing import Changes
from crm.models import (
    Company,
    Contact,
    ContactAddress,
    ContactEmail,
    ContactImport,
    ContactPhone,
    ContactPosition,
    ImportedRow,
)
from crm.models.companies import ADDRESS, Address
from lib.phones import e164
from lib.text import fold
from tenancy import bulk

FILLED = ("first_name", "last_name", "title", "website", *ADDRESS, "note", "source", "legal_basis")
COPIED = (*FILLED, "email", "phone", "email_label", "phone_label")
OF_COMPANY = ("domain", "phone", *ADDRESS, "note")
WORDS = {"first_name": "first name", "last_name": "last name", "email": "e-mail", "title": "job title",
         "postal_code": "postal code", "domain": "website", "legal_basis": "legal basis"}  # fmt: skip
Outcome = ImportedRow.Outcome
OnMatch = ContactImport.OnMatch


@dataclass
class Foreseen:
    """What a check has seen that would be there by now: numbers made of keys, for they are many."""

    contacts: set[int] = field(default_factory=set)
    companies: set[int] = field(default_factory=set)
    deals: set[int] = field(default_factory=set)


@dataclass
class Told:
    """What happened to a record's fields, for the sentence about its row."""

    filled: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def sentence(self, record: Any) -> str:
        said = [
            f"{verb} {', '.join(names)}."
            for verb, names in (
                (f"Completed {record}:", self.filled),
                (f"Changed {record}:" if not self.filled else "Changed:", self.replaced),
                ("Left as it was:", self.left),
            )
            if names
        ]
        return " ".join(said if self.filled or self.replaced else [f"{record} was already complete.", *said])


class Batch:
    """One batch on its way into the tables."""

    def __init__(self, job: ContactImport, foreseen: Foreseen | None = None) -> None:
        self.job, self.rule, self.by_domain = job, Rule(job), job.MatchOn.DOMAIN in job.match_on
        self.seen = foreseen or Foreseen()
        self.is_check = foreseen is not None
        self.changes = Changes(job)
        self.emails: dict[tuple[int, str], ContactEmail] = {}
        self.phones: dict[tuple[int, str], ContactPhone] = {}
        self.addresses: dict[tuple[int, str], ContactAddress] = {}
        self.positions: dict[tuple[int, str], ContactPosition] = {}
        self.members: dict[str, Membership] = {}
        self.blank = Contact(retention_reason="", restriction_reason="")

    def place(self, candidates: Sequence[Candidate]) -> list[Became]:
        """What becomes of each row. The records are changed or made, and not saved yet."""
        traits = [traits_of(candidate) for candidate in candidates]
        known = KnownContacts(traits, self.job)
        self.known, objects = known.by_key, {contact.pk: contact for contact in known.by_key.values()}
        self.emails = {(id(objects[way.contact_id]), way.email_lower): way for way in known.emails}
        self.phones = {(id(objects[way.contact_id]), way.phone_e164 or way.phone): way for way in known.phones}
        self.addresses = {(id(objects[each.contact_id]), fold(str(each))): each for each in known.addresses}
        self.positions = {(id(objects[each.contact_id]), each.company.name_key): each for each in known.positions}
        self.members = members_by_name() if any(candidate.owner for candidate in candidates) else {}
        self._companies(candidates)
        work = Work(self, candidates)
        rows = []
        for candidate, found in zip(candidates, traits, strict=True):
            keys = self.rule.keys(found)
            outcome, reason, contact = self._place_row(candidate, keys)
            has_more, said = work.place(candidate, contact, self.companies.get(candidate.company_key))
            if has_more and outcome == Outcome.SKIPPED:
                outcome = Outcome.MERGED if candidate.has_person or candidate.company else Outcome.STORED
            words = " ".join(filter(None, [*candidate.notes, reason, *said]))
            rows.append(Became(candidate.row, outcome, words, contact))
        return rows

    def _place_row(self, candidate: Candidate, keys: list[str]) -> tuple[str, str, Contact | None]:
        if candidate.has_person:
            return self._place(candidate, keys)
        return self._place_company(candidate) if candidate.company else (Outcome.SKIPPED, "", None)

    def has_seen(self, deal: tuple[str, str]) -> bool:
        """Whether a former row of this check has made it; from now on one has."""
        key = hash(deal)
        was_there = key in self.seen.deals
        if self.is_check:
            self.seen.deals.add(key)
        return was_there

    def owner_of(self, candidate: Candidate) -> Membership | None:
        """Who the row names, if that is a member; else who imports. For their own records alone, that is they."""
        said = re.split(r"[()<>]", candidate.owner)  # Alice Novak (alice@acme.example)
        member = next((found for word in said if (found := self.members.get(fold(word)))), None)
        by = self.job.by
        if candidate.owner and member is None:
            told = f"There is no member called “{candidate.owner}”."
            candidate.notes += [told] if told not in candidate.notes else []
        return by if member is None or (by and by.sees_only_own_records) else member

    def write(self) -> None:
        """Store what was placed, with what is needed to undo it."""
        lists = (self.emails, self.phones, self.addresses, self.positions)
        self.changes.write([each for rows in lists for each in rows.values() if each.pk is None])

    # ------------------------------------------------------------------------------------ companies

    def _companies(self, candidates: Iterable[Candidate]) -> None:
        """Every company of the batch, by folded name: found, or made once with what the first row says of it."""
        self.companies = known_companies(candidates, self.job)
        self.untold: set[str] = set()  # companies that no row has been counted for yet
        for candidate in candidates:
            for name in candidate.companies:
                if fold(name) not in self.companies:
                    self.companies[fold(name)] = self._new_company(Candidate(candidate.row, company=name), fold(name))
            key = candidate.company_key
            if not key or key in self.companies:
                continue
            site = f"domain {candidate.domain}" if candidate.domain and self.by_domain else ""
            self.companies[key] = self.companies.get(site) or self._new_company(candidate, key)
            if site:
                self.companies.setdefault(site, self.companies[key])

    def _new_company(self, candidate: Candidate, key: str) -> Company:
        own = {} if candidate.has_person else offered(candidate, "company")
        company = Company(name=candidate.company, domain=candidate.domain, owner=self.job.by, custom=own)
        company.name_key = key
        if self.is_check and hash(key) in self.seen.companies:
            return company
        if self.is_check:
            self.seen.companies.add(hash(key))
        self.untold.add(key)
        self.changes.made(company)
        return company

    def _place_company(self, candidate: Candidate) -> tuple[str, str, None]:
        """A row that names a company and nobody in it."""
        key = candidate.company_key
        company = self.companies[key]
        is_new = key in self.untold
        self.untold.discard(key)
        if not is_new and self.job.on_match == OnMatch.SKIP:
            return Outcome.SKIPPED, f"The company {company} is already there and was left as it is.", None
        told = self.fill(company, {name: getattr(candidate, name) for name in OF_COMPANY})
        self.fill_own(company, offered(candidate, "company", company), told)
        self.changes.tagged += [(company, tag) for tag in candidate.tags]
        if is_new:
            return Outcome.STORED, "The row names nobody, so the company alone was added.", None
        return Outcome.MERGED, told.sentence(f"the company {company}"), None

    # ------------------------------------------------------------------------------------ contacts

    def _place(self, candidate: Candidate, keys: list[str]) -> tuple[str, str, Contact | None]:
        self.untold.discard(candidate.company_key)
        contact = next((self.known[key] for key in keys if key in self.known), None)
        rule = self.job.on_match
        is_seen = self.is_check and any(hash(key) in self.seen.contacts for key in keys)
        if rule == OnMatch.ADD or (contact is None and not is_seen):
            return Outcome.STORED, "", self._foresee(keys) if self.is_check else self._new(candidate, keys)
        if contact is None:  # a row of a former batch of this check
            return Outcome.SKIPPED if rule == OnMatch.SKIP else Outcome.MERGED, "", None
        if contact.is_restricted:
            return (
                Outcome.SKIPPED,
                f"The data of {contact} may be stored but not used, so it was left as it is.",
                contact,
            )
        if rule == OnMatch.SKIP:
            return Outcome.SKIPPED, f"{contact} is already there and was left as it is.", contact
        return Outcome.MERGED, self._complete(contact, candidate), contact

    def _foresee(self, keys: list[str]) -> None:
        """A contact that would be made; tens of thousands of them need no more than this."""
        self.seen.contacts.update(map(hash, keys))
        self.job.count("contact", "added")

    def _new(self, candidate: Candidate, keys: list[str]) -> Contact:
        columns = {name: getattr(candidate, name) for name in COPIED}
        contact = bulk.made_like(self.blank, **columns, custom=offered(candidate, "contact"))
        contact.company, contact.owner = self.companies.get(candidate.company_key), self.owner_of(candidate)
        contact.source = contact.source or f"Import of {self.job.file.name}"[:300]
        for key in keys:
            self.known.setdefault(key, contact)
        self.changes.made(contact)
        self._add_ways(contact, candidate.emails, candidate.phones)
        self._add_places(contact, candidate)
        self.changes.tagged += [(contact, tag) for tag in candidate.tags]
        return contact

    def _complete(self, contact: Contact, candidate: Candidate) -> str:
        """Set what is empty (or, where that was asked for, what differs), leave what is there, and say both."""
        told = self.fill(contact, {name: getattr(candidate, name) for name in FILLED})
        self.fill_own(contact, offered(candidate, "contact", contact), told)
        company = self.companies.get(candidate.company_key)
        if company and company is not contact.company and (company.pk is None or company.pk != contact.company_id):
            self._decide_company(contact, company, told)
        emails = [(candidate.email, candidate.email_label), *candidate.emails]
        phones = [(candidate.phone, candidate.phone_label), *candidate.phones]
        self._main_way(contact, "email", emails, told)
        self._main_way(contact, "phone", phones, told)
        self._add_ways(contact, emails, phones)
        self._add_places(contact, candidate)
        self.changes.tagged += [(contact, tag) for tag in candidate.tags]
        return told.sentence(contact)

    def fill(self, record: Any, values: dict[str, Any], words: Mapping[str, str] = WORDS) -> Told:
        told = Told()
        for name, theirs in values.items():
            mine = getattr(record, name)
            if theirs and mine != theirs and (self._overwrites or fold(str(mine or "")) != fold(str(theirs))):
                self._decide(record, name, theirs, told, words.get(name, name))
        return told

    def fill_own(self, record: Any, values: dict[str, Any], told: Told) -> None:
        """The same for the firm's own fields."""
        for key, theirs in values.items():
            if theirs is not None and record.custom.get(key) != theirs:
                self._decide(record, f"{undo.CUSTOM}{key}", theirs, told, key)

    def _decide(self, record: Any, name: str, theirs: Any, told: Told, words: str) -> None:
        """One field that the file says otherwise."""
        mine = undo.value_of(record, name)
        if mine not in (None, "", []) and not self._overwrites:
            told.left.append(words)
            return
        (told.filled if mine in (None, "", []) else told.replaced).append(words)
        self.changes.set(record, name, theirs)

    def _decide_company(self, contact: Contact, company: Company, told: Told) -> None:
        if contact.company is not None and not self._overwrites:
            told.left.append("company")
            return
        (told.filled if contact.company is None else told.replaced).append("company")
        self.changes.set(contact, "company", company)

    @property
    def _overwrites(self) -> bool:
        return bool(self.job.on_match == OnMatch.UPDATE)

    # ------------------------------------------------------------------------------------ addresses and numbers

    def _main_way(self, contact: Contact, name: str, ways: list[tuple[str, str]], told: Told) -> None:
        """The file's first address or number becomes the contact's, which keeps its own as a further one."""
        theirs, label = ways[0]
        mine = getattr(contact, name)
        if not theirs or self._has(contact, name, theirs):
            return
        if not mine or self._overwrites:
            if mine:
                ways.append((mine, getattr(contact, f"{name}_label")))
            (told.replaced if mine else told.filled).append(WORDS.get(name, name))
            self.changes.set(contact, name, theirs)
            self.changes.set(contact, f"{name}_label", label)

    def _has(self, contact: Contact, name: str, value: str) -> bool:
        """Whether the contact can be reached so already."""
        if name == "email":
            return value.lower() == contact.email.lower() or (id(contact), value.lower()) in self.emails
        key = e164(value) or value
        return key in (e164(contact.phone), contact.phone) or (id(contact), key) in self.phones

    def _add_ways(self, contact: Contact, emails: list[tuple[str, str]], phones: list[tuple[str, str]]) -> None:
        """Further addresses and numbers that the contact does not have yet."""
        for email, label in emails:
            if email and not self._has(contact, "email", email):
                way = ContactEmail(contact=contact, email=email, email_lower=email.lower(), label=label)
                self.emails[id(contact), email.lower()] = way
        for phone, label in phones:
            if phone and not self._has(contact, "phone", phone):
                number = ContactPhone(contact=contact, phone=phone, phone_e164=e164(phone), label=label)
                self.phones[id(contact), number.phone_e164 or phone] = number

    def _add_places(self, contact: Contact, candidate: Candidate) -> None:
        """Further postal addresses and companies that the contact does not have yet."""
        for place in candidate.addresses:
            address = ContactAddress(contact=contact, **place)
            if fold(str(address)) != fold(str(Address.__str__(contact))):  # type: ignore[arg-type]
                self.addresses.setdefault((id(contact), fold(str(address))), address)
        for name in candidate.companies:
            company = self.companies[fold(name)]
            if company is not contact.company:
                position = ContactPosition(contact=contact, company=company)
                self.positions.setdefault((id(contact), company.name_key), position)
