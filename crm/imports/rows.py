"""One mapped row becomes a clean candidate for a contact, or sentences that say why it can't.

What has no place of its own (a second address, a second company, a broken e-mail beside a good one) goes into the note
under the name of its column. So every mapped value is kept, or the whole row is turned away.
"""

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import phonenumbers

from crm.imports import mapping
from crm.imports.header_words import MOBILE_WORDS
from crm.imports.reading import Record
from lib.sheets import Sheet

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
    "tag": "tag",
    "note": "note",
}
ADDRESS = ("street", "postal_code", "city", "region", "country")
AGAIN = "Then import the file of rejected rows again."
# Web addresses that tell where to find a person, not whose domain it is.
NOT_A_COMPANY_SITE = (
    "linkedin.",
    "xing.",
    "facebook.",
    "twitter.",
    "x.com",
    "instagram.",
    "github.",
    "google.",
)
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
    tags: list[str] = field(default_factory=list)
    note: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def email_key(self):
        """What duplicates are found by."""
        return self.email.casefold()

    @property
    def has_person(self):
        return bool(self.first_name or self.last_name or self.email)

    @property
    def name(self):
        return f"{self.first_name} {self.last_name}".strip() or self.email or self.company

    def as_dict(self):
        return asdict(self)


@dataclass(frozen=True)
class Rejected:
    row: int
    reason: str


_MOBILE = frozenset(MOBILE_WORDS.split())


@dataclass(frozen=True)
class Column:
    """A mapped column: where its value stands, and where the word for it stands if the file has one."""

    index: int
    header: str
    place: str
    label_index: int | None

    def title(self, fallback: str) -> str:
        """What a value of this column is called in the note."""
        return re.sub(r"\s*-\s*Value$", "", self.header) if not self.header.startswith("Column ") else fallback

    def label(self, values: Sequence[str]) -> str:
        """Work, Home, Mobile, or what the file itself says."""
        if self.label_index is not None:
            return values[self.label_index].replace("* ", "").strip()[:40]
        if _MOBILE & set(mapping.words_of(self.header).split()):
            return "Mobile"
        return self.place.capitalize() if self.place in {"work", "home", "other"} else ""


class RowCleaner:
    """Knows the columns of one file and the country its phone numbers come from."""

    def __init__(self, sheet: Sheet, fields: Sequence[str], *, region: str = "DE"):
        self.sheet, self.region = sheet, region
        self.columns = [
            (name, Column(index, header, mapping.place_of(header), label_column(sheet.header, header)))
            for index, (name, header) in enumerate(zip(fields, sheet.header, strict=True))
            if name
        ]

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
        self._address(candidate, found, kept)
        self._tags(candidate, found)
        candidate.note = "\n".join(filter(None, [*(text for text, _ in found.get("note", [])), *kept]))
        candidate.notes = [f"{self._row(record)}: {sentence}" for sentence in [*candidate.notes, *told]]
        problems += self._nobody(candidate, record) + self._too_long(candidate) + self._lost_letters(candidate)
        return self._rejected(record, problems) if problems else candidate

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
            text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").strip())
            if text:
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
                f"'{_short(bad[0][0])}' is not an e-mail address. The rest of the row is fine: fix the address and "
                "import the file of rejected rows again."
            )
            return
        candidate.emails = list(good.values())
        if candidate.emails:
            candidate.email, candidate.email_label = candidate.emails.pop(0)
        for part, column in bad:
            kept.append(f"{column.title('E-mail')}: {part}")
            candidate.notes.append(f"'{_short(part)}' is not an e-mail address; it was kept in the note.")

    def _phones(self, candidate, found, values):
        numbers = {}
        for text, column in found.get("phone", []):
            for part in _split_phones(text):
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
        for text in dict.fromkeys(companies[1:]):
            kept.append(f"Company: {text}")
        for text, column in found.get("website", []):
            for address in text.split(" ::: "):
                candidate.domain = candidate.domain or domain_of(address)
                if not candidate.website:
                    candidate.website = address
                else:
                    kept.append(f"{column.title('Website')}: {address}")

    def _address(self, candidate, found, kept):
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
                label = place if place.startswith("address") else f"{place} address"
                kept.append(f"{label.strip().capitalize()}: {one_line(parts)}")

    def _tags(self, candidate, found):
        for text, _ in found.get("tags", []):
            for part in re.split(r" ::: |[;,\n]", text):
                tag = part.strip().lstrip("* ").strip()
                if tag and tag.casefold() not in GOOGLES_OWN_GROUPS | {known.casefold() for known in candidate.tags}:
                    candidate.tags.append(tag)

    # ------------------------------------------------------------------------------------ refusals

    def _nobody(self, candidate, record):
        if candidate.has_person or candidate.company:
            return []
        if not any(value.strip() for value in record.values):
            return ["The row is empty."]
        return ["There is no name, no e-mail address and no company, so there is nobody to store."]

    def _too_long(self, candidate):
        values = [(name, getattr(candidate, name)) for name in LIMITS if name != "tag"]
        values += [("tag", tag) for tag in candidate.tags]
        values += [("phone", phone) for phone, _ in candidate.phones]
        return [
            f"The {NAMES[name]} has {len(value):,} characters; at most {LIMITS[name]:,} fit. Shorten it. {AGAIN}"
            for name, value in values
            if len(value) > LIMITS[name]
        ]

    def _lost_letters(self, candidate):
        values = [getattr(candidate, name) for name in LIMITS if name != "tag"] + candidate.tags
        return [
            f"A letter of “{_short(value)}” was lost when the file was saved (it shows as \ufffd). "
            f"Save the file as UTF-8, or write the letter again. {AGAIN}"
            for value in values
            if "\ufffd" in value
        ][:1]


def unused_columns(sheet: Sheet, fields: Sequence[str]) -> list[int]:
    """The columns that are neither taken nor tell the kind of one that is."""
    labels = {label_column(sheet.header, name) for name, field in zip(sheet.header, fields, strict=True) if field}
    return [index for index, field in enumerate(fields) if not field and index not in labels]


def label_column(header: Sequence[str], name: str) -> int | None:
    """Google writes "E-mail 1 - Label" (before 2024: Type) beside "E-mail 1 - Value"."""
    if not name.endswith(" - Value"):
        return None
    labels = [name.removesuffix("Value") + word for word in ("Label", "Type")]
    return next((index for index, other in enumerate(header) if other in labels), None)


def _joined(found, *names, glue=" "):
    return " ".join(glue.join(dict.fromkeys(text for name in names for text, _ in found.get(name, []))).split())


def _short(text):
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:57]}…"


def one_line(parts):
    town = f"{parts.get('postal_code', '')} {parts.get('city', '')}".strip()
    lines = [*parts.get("street", "").splitlines(), town, parts.get("region", ""), parts.get("country", "")]
    return ", ".join(filter(None, (line.strip() for line in lines)))


# ---------------------------------------------------------------------------------------- names

_PARTICLES = {
    "von", "vom", "van", "de", "der", "den", "des", "del", "della", "di", "da", "do", "dos", "das", "du",
    "la", "le", "ten", "ter", "zu", "zur", "zum", "af", "av", "al", "el", "bin", "ibn", "ben", "bar", "san",
    "st.", "mac", "y", "e", "und",
}  # fmt: skip
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af・·]+")


def split_name(full: str) -> tuple[str, str, str]:
    """(first name, last name, the sentence that tells what was taken for what)."""
    if full.count(",") == 1 and all(part.strip() for part in full.split(",")):
        last, first = (part.strip() for part in full.split(","))
    else:
        words = full.split()
        if len(words) == 1:
            return full, "", ""
        if all(map(_CJK.fullmatch, words)) and len(words) == 2:
            last, first = words
        else:
            start = len(words) - 1
            while start > 1 and words[start - 1].casefold() in _PARTICLES:
                start -= 1
            first, last = " ".join(words[:start]), " ".join(words[start:])
    return first, last, f"“{full}” was split into first name “{first}” and last name “{last}”."


# ---------------------------------------------------------------------------------------- e-mail, phone, web


def split_emails(text: str) -> list[str]:
    """Several addresses in one cell, and the address out of ``Maren <maren@firm.example>``."""
    parts = [part.strip() for part in re.split(r" ::: |[;,\n\r]+", text)]
    if not all("@" in part for part in parts if part):
        parts = [text]
    if len(parts) == 1 and text.count("@") > 1 and all(map(mapping.is_email, text.split())):
        parts = text.split()
    return [_bare_email(part) for part in parts if part]


def _bare_email(text):
    inside = re.search(r"<([^<>]+)>\s*$", text)
    text = inside[1] if inside else text
    return re.sub(r"^mailto:", "", text.strip(), flags=re.IGNORECASE)


def _split_phones(text):
    return [part.strip() for part in re.split(r" ::: |[;\n\r]+", text) if part.strip()]


@functools.lru_cache(maxsize=4096)
def read_phone(text: str, region: str) -> tuple[str, str]:
    """(E.164 when it is a number we can dial, else as written; a sentence when it stays as written)."""
    if re.fullmatch(r"\d[.,]?\d*[eE]\+?\d+", text):
        told = f"The spreadsheet turned a phone number into “{text}”; it was kept as written. Look it up."
        return text, told
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return text, f"“{_short(text)}” does not read like a phone number; it was kept as written."
    if number.extension:
        return text, ""
    if not phonenumbers.is_valid_number(number):
        return text, f"“{_short(text)}” is not a phone number we can dial; it was kept as written."
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), ""


def domain_of(address: str) -> str:
    """The company's domain in a web address, or nothing for a profile on somebody else's site."""
    host = re.sub(r"^[a-z]+://", "", address.strip().lower()).split("/")[0].split("?")[0].split(":")[0]
    host = host.removeprefix("www.").rstrip(".")
    if not re.fullmatch(r"[^\s@]+\.[^\s@.]{2,}", host) or len(host) > 253:
        return ""
    is_profile = any(host == site or f".{host}".find(f".{site}") >= 0 for site in NOT_A_COMPANY_SITE)
    return "" if is_profile else host
