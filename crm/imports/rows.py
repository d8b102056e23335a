"""One mapped row becomes a clean candidate for a contact, or sentences that say why it can't.

What has no place of its own (a second address, a second company, a broken e-mail beside a good one) goes into the note
under the name of its column. So every mapped value is kept, or the whole row is turned away.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError

from crm import websites
from crm.imports import columns, mapping
from crm.imports.cells import (
    domain_of,
    read_phone,
    short,
    split_emails,
    split_name,
    split_phones,
    without_cards,
)
from crm.imports.reading import Record
from crm.imports.values import read_amount, read_basis, read_currency, read_day, read_kind, read_status
from crm.models import CustomField
from crm.models.companies import ADDRESS
from lib.sheets import Sheet
from lib.text import fold

RETIRED = "“{}” is not offered any more for {}: it is kept where it stands, and not set anew."
LIMITS = {
    "first_name": 200,
    "last_name": 200,
    "email": 254,
    "phone": 100,
    "company": 300,
    "title": 300,
    "street": 300,
    "postal_code": 40,
    "city": 200,
    "region": 200,
    "country": 100,
    "website": 500,
    "domain": 255,
    "source": 300,
    "tag": 60,
    "note": 20_000,
}
NAMES = {
    "first_name": "first name",
    "last_name": "last name",
    "email": "e-mail address",
    "phone": "phone number",
    "company": "company name",
    "title": "job title",
    "street": "street",
    "postal_code": "postal code",
    "city": "city",
    "region": "region",
    "country": "country",
    "website": "web address",
    "domain": "web address",
    "source": "source",
    "tag": "tag",
    "note": "note",
}
_SINGLE = tuple(name for name in LIMITS if name != "tag")
AGAIN = "Then import the file of rejected rows again."
GOOGLES_OWN_GROUPS = {"mycontacts", "starred"}


@dataclass
class Candidate:
    """A contact as it could be stored. ``notes`` are sentences about what was changed on the way."""

    row: int
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    email_label: str = ""
    emails: list[tuple[str, str]] = field(default_factory=list)  # further ones: address, label
    phone: str = ""
    phone_label: str = ""
    phones: list[tuple[str, str]] = field(default_factory=list)
    company: str = ""
    title: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    website: str = ""
    domain: str = ""
    addresses: list[dict[str, str]] = field(default_factory=list)  # further ones, each with its label
    companies: list[str] = field(default_factory=list)  # further ones
    tags: list[str] = field(default_factory=list)
    note: str = ""
    source: str = ""
    legal_basis: str = ""
    owner: str = ""
    own: dict[str, dict[str, Any]] = field(default_factory=dict)  # values of the firm's own fields, by kind of record
    deal: dict[str, str] = field(default_factory=dict)
    activity: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def email_key(self):
        """What duplicates are found by."""
        return self.email.casefold()

    @cached_property
    def company_key(self):
        """What companies are told apart by."""
        return fold(self.company)

    @property
    def has_person(self):
        return bool(self.first_name or self.last_name or self.email)

    @property
    def name(self):
        return (
            f"{self.first_name} {self.last_name}".strip()
            or self.email
            or self.company
            or self.deal.get("name", "")
            or self.activity.get("subject", "")
        )

    def as_dict(self):
        return asdict(self)


@dataclass(frozen=True)
class Rejected:
    row: int
    reason: str


class RowCleaner:
    """Knows the columns of one file and the country its phone numbers come from."""

    def __init__(
        self,
        sheet: Sheet,
        fields: Sequence[str],
        *,
        region: str = "DE",
        currency: str = "EUR",
        own: Mapping[str, CustomField] | None = None,
        stages: Collection[str] = (),
    ):
        self.sheet, self.region, self.currency, self.own, self.stages = sheet, region, currency, own or {}, stages
        self.columns = columns.mapped(sheet.header, fields)

    def clean(self, record: Record) -> Candidate | Rejected:
        if record.problem:
            return self._rejected(record, [record.problem])
        found, told = self._found(record.values)
        candidate = Candidate(record.row, notes=[record.note] if record.note else [])
        kept, problems = [], []
        self._names(candidate, found)
        self._emails(candidate, found, kept, problems, record.values)
        self._phones(candidate, found, record.values)
        self._company(candidate, found, kept)
        self._address(candidate, found)
        self._tags(candidate, found)
        self._privacy(candidate, found, kept)
        self._deal(candidate, found, problems)
        self._activity(candidate, found, problems)
        self._own(candidate, found, problems)
        candidate.note = "\n".join(filter(None, [*(text for text, _ in found.get("note", [])), *kept]))
        candidate.notes = [f"{self._row(record)}: {sentence}" for sentence in [*candidate.notes, *told]]
        texts = _texts(candidate)
        problems += self._nobody(candidate, record) + self._too_long(texts) + self._lost_letters(texts)
        return self._rejected(record, problems + self._strange_stage(candidate)) if problems else candidate

    def _row(self, record):
        return f"{self.sheet.unit} {record.row}"

    def _rejected(self, record, problems):
        return Rejected(record.row, f"{self._row(record)}: {' '.join(problems)}")

    def _found(self, values):
        """(text, column) pairs by field, without what is blank; and a word about signs taken out."""
        found, told = {}, []
        for name, column in self.columns:
            text = values[column.index]
            if "\x00" in text:
                text = text.replace("\x00", "")
                told.append(f"Invisible zero characters in “{column.header}” were taken out.")
            text = without_cards(text, column.header, told)
            if text := unicodedata.normalize("NFC", text.replace("\r\n", "\n").strip()):
                found.setdefault(name, []).append((text, column))
        return found, told

    # ------------------------------------------------------------------------------------ fields

    def _names(self, candidate, found):
        first = _joined(found, "first_name", "middle_name")
        last = _joined(found, "last_name")
        full = _joined(found, "full_name")
        if not first and not last and full:
            first, last, sentence = split_name(full)
            if sentence:
                candidate.notes.append(sentence)
        candidate.first_name, candidate.last_name = first, last
        candidate.title = _joined(found, "title", glue=", ")

    def _emails(self, candidate, found, kept, problems, values):
        good, bad = {}, []
        for text, column in found.get("email", []):
            for part in split_emails(text):
                if mapping.is_email(part):
                    good.setdefault(part.casefold(), (part, column.label(values)))
                else:
                    bad.append((part, column))
        if bad and not good:
            problems.append(
                f"'{short(bad[0][0])}' is not an e-mail address. Fix it and import the file of rejected rows again."
            )
            return
        candidate.emails = list(good.values())
        if candidate.emails:
            candidate.email, candidate.email_label = candidate.emails.pop(0)
        for part, column in bad:
            kept.append(f"{column.title('E-mail')}: {part}")
            candidate.notes.append(f"'{short(part)}' is not an e-mail address; it was kept in the note.")

    def _phones(self, candidate, found, values):
        numbers = {}
        for text, column in found.get("phone", []):
            for part in split_phones(text):
                number, sentence = read_phone(part, self.region)
                if sentence:
                    candidate.notes.append(sentence)
                numbers.setdefault(number, column.label(values))
        candidate.phones = list(numbers.items())
        if candidate.phones:
            candidate.phone, candidate.phone_label = candidate.phones.pop(0)

    def _company(self, candidate, found, kept):
        companies = [part for text, _ in found.get("company", []) for part in text.split(" ::: ")]
        candidate.company = " ".join(companies[0].split()) if companies else ""
        if companies[1:]:
            names = {fold(name): " ".join(name.split()) for name in companies}
            candidate.companies = [name for key, name in names.items() if key and key != fold(candidate.company)]
        for text, column in found.get("website", []):
            for address in text.split(" ::: "):
                if not websites.is_one(address.strip()):
                    kept.append(f"{column.title('Website')}: {address}")
                    candidate.notes.append(f"“{short(address)}” is not a web address; it was kept in the note.")
                    continue
                candidate.domain = candidate.domain or domain_of(address)
                if not candidate.website:
                    candidate.website = address
                else:
                    kept.append(f"{column.title('Website')}: {address}")

    def _address(self, candidate, found):
        places = {}
        for name in ADDRESS:
            for text, column in found.get(name, []):
                parts = places.setdefault(column.place, {})
                if text not in parts.setdefault(name, []):
                    parts[name].append(text)
        order = sorted(places, key=lambda place: (*mapping.PLACES, place).index(place))
        for number, place in enumerate(order):
            parts = {name: ", ".join(texts) for name, texts in places[place].items()}
            if number == 0:
                for name, text in parts.items():
                    setattr(candidate, name, ", ".join(line.strip() for line in text.splitlines() if line.strip()))
            else:
                lines = {name: text.replace("\n", ", ") for name, text in parts.items()}
                candidate.addresses.append({"label": place.capitalize(), **lines})

    def _tags(self, candidate, found):
        for text, _ in found.get("tags", []):
            for part in re.split(r" ::: |[;,\n]", text):
                tag = part.strip().lstrip("* ").strip()
                if tag and tag.casefold() not in GOOGLES_OWN_GROUPS | {known.casefold() for known in candidate.tags}:
                    candidate.tags.append(tag)

    def _privacy(self, candidate, found, kept):
        """Where the data comes from, and why it may be kept."""
        candidate.source = _joined(found, "source", glue=", ")
        for text, column in found.get("legal_basis", []):
            if basis := read_basis(text):
                candidate.legal_basis = candidate.legal_basis or basis
            else:
                kept.append(f"{column.title('Legal basis')}: {text}")
                candidate.notes.append(f"“{short(text)}” is none of the legal bases; it was kept in the note.")

    def _deal(self, candidate, found, problems):
        """A deal that the row speaks of, as texts that the tables take."""
        candidate.owner = _joined(found, "owner")
        name = _joined(found, "deal_name")[:300]
        if not name:
            return
        deal = {"name": name, "stage": _joined(found, "deal_stage"), "currency": self.currency}
        deal["status"] = read_status(_joined(found, "deal_status") or deal["stage"])
        refused = []
        with _refusals(refused):
            deal["currency"] = read_currency(_joined(found, "deal_currency")) or self.currency
        with _refusals(refused):
            deal["value"], deal["currency"] = read_amount(_joined(found, "deal_value"), deal["currency"])
        with _refusals(refused):
            deal["close_on"] = self._day(found, "deal_close")
        problems += [f"The deal: {words}" for words in refused]
        candidate.deal = deal

    def _strange_stage(self, candidate):
        """What would be said of the deal's stage, if the row could be taken; ``stages`` are those there are, folded."""
        stage = candidate.deal.get("stage", "")
        is_strange = stage and self.stages and candidate.deal["status"] == "open" and fold(stage) not in self.stages
        return [f"There is no stage “{short(stage)}”."] if is_strange else []

    def _activity(self, candidate, found, problems):
        subject = _joined(found, "activity_subject")[:300]
        if not subject:
            return
        candidate.activity = {"subject": subject, "kind": read_kind(_joined(found, "activity_kind"))}
        refused = []
        with _refusals(refused):
            candidate.activity["due_on"] = self._day(found, "activity_due")
        problems += [f"The activity: {words}" for words in refused]

    def _day(self, found, name):
        text = _joined(found, name)
        return read_day(text, month_first=self.region == "US").isoformat() if text else ""

    def _own(self, candidate, found, problems):
        for name, definition in self.own.items():
            text = "\n".join(text for text, _ in found.get(name, []))
            if text:
                noun, _, key = name.partition(".custom.")
                try:
                    candidate.own.setdefault(noun, {})[key] = value = definition.parse(text)
                    candidate.notes += [RETIRED.format(gone, definition) for gone in definition.of_kind.retired(value)]
                except ValidationError as refusal:
                    problems.append(f"{definition.label}: {refusal.messages[0]}")

    # ------------------------------------------------------------------------------------ refusals

    def _nobody(self, candidate, record):
        if candidate.has_person or candidate.company or candidate.deal or candidate.activity:
            return []
        return ["There is no name, no e-mail address and no company, so there is nobody to store."]

    def _too_long(self, texts):
        return [
            f"The {NAMES[name]} has {len(text):,} characters; at most {LIMITS[name]:,} fit. Shorten it. {AGAIN}"
            for name, text in texts
            if len(text) > LIMITS[name]
        ]

    def _lost_letters(self, texts):
        return [
            f"A letter of “{short(text)}” was lost when the file was saved (it shows as \ufffd). "
            f"Save the file as UTF-8, or write the letter again. {AGAIN}"
            for _, text in texts
            if "\ufffd" in text
        ][:1]


@contextmanager
def _refusals(words: list[str]) -> Iterator[None]:
    """What is refused inside is said with the rest."""
    try:
        yield
    except ValidationError as refusal:
        words += refusal.messages[:1]


def _texts(candidate: Candidate) -> list[tuple[str, str]]:
    """(what it is, the text) of all that will stand in columns of their own."""
    texts = [(name, text) for name in _SINGLE if (text := getattr(candidate, name))]
    texts += [("tag", tag) for tag in candidate.tags]
    texts += [("phone", phone) for phone, _ in candidate.phones]
    texts += [("company", name) for name in candidate.companies]
    texts += [(name, text) for address in candidate.addresses for name, text in address.items() if name in LIMITS]
    return texts


def _joined(found, *names, glue=" "):
    texts = [text for name in names for text, _ in found.get(name, ())]
    return " ".join(glue.join(dict.fromkeys(texts)).split()) if texts else ""
