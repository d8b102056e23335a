"""Which column of a file is which of our fields: guessed from the header and the values, changed by a person.

A header is taken apart into words. What only says *which* phone or *whose* street (business, privat,
domicile, 2) is set aside; the words left over are looked up. So one entry serves every variant.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from crm.imports.header_words import HEADERS, PLACE_WORDS, SET_ASIDE
from crm.imports.values import own_labels

FIELDS = {
    "first_name": "First name",
    "middle_name": "Middle name",
    "last_name": "Last name",
    "full_name": "Full name (split into first and last)",
    "email": "E-mail",
    "phone": "Phone",
    "company": "Company",
    "title": "Job title",
    "street": "Address: street",
    "postal_code": "Address: postal code",
    "city": "Address: city",
    "region": "Address: state or region",
    "country": "Address: country",
    "website": "Website",
    "tags": "Tags",
    "note": "Note",
    "source": "Source",
    "legal_basis": "Legal basis",
    "owner": "Owner (a member’s name or e-mail)",
    "deal_name": "Deal: name",
    "deal_value": "Deal: value",
    "deal_currency": "Deal: currency",
    "deal_stage": "Deal: stage",
    "deal_status": "Deal: open, won or lost",
    "deal_close": "Deal: expected close",
    "activity_subject": "Activity: what is to be done",
    "activity_kind": "Activity: task, call, meeting or e-mail",
    "activity_due": "Activity: due",
}
SOMEBODY = frozenset({"first_name", "last_name", "full_name", "email", "company"})
REASON_COLUMN = "Why this row was not imported"  # ours, in the file of rejected rows
_OF_A_PERSON = frozenset({"first_name", "last_name", "email", "company", "title"})
PLACES = ("work", "", "home", "other")  # which of several addresses is taken first

_JOB_OR_ADDRESSING = {"title", "titel", "titre", "titolo", "titulo", "tittel"}
_BARE_NAME = {"name", "nom", "nome", "nombre", "naam", "navn", "namn", "nimi", "jmeno", "nev"}


def words_of(header: str) -> str:
    """Lower case, without accents, punctuation or doubled spaces; ß stays ss."""
    header = unicodedata.normalize(
        "NFKD", header.replace("ß", "ss").replace("æ", "ae").replace("ø", "o").replace("Ø", "o")
    )
    header = "".join(c for c in header if not unicodedata.combining(c)).casefold()
    return " ".join(re.findall(r"[^\W_]+", header))


_OUR_OWN = {words_of(label): field for field, label in FIELDS.items()}  # in the template, and in our own exports
_SET_ASIDE = frozenset(SET_ASIDE.split())
_FIELD_OF = {words_of(name): field for field, names in HEADERS.items() for name in re.split(r"[|\n]", names)}
_FIELD_OF.pop("", None)
_PLACE_OF = {word: place for place, words in PLACE_WORDS.items() for word in words.split()}


def _core(header):
    """(the words that say what it is, the place it belongs to)"""
    words = words_of(header).split()
    places = [_PLACE_OF[word] for word in words if word in _PLACE_OF]
    core = " ".join(word for word in words if word not in _PLACE_OF and word not in _SET_ASIDE)
    return core, places[0] if places else ""


_FIELD_OF_CORE = {_core(words)[0]: field for words, field in _FIELD_OF.items()} | _FIELD_OF
_FIELD_OF_CORE.pop("", None)


def _known_exactly(header: str) -> str:
    words = words_of(header)
    return _OUR_OWN.get(words, "") or _FIELD_OF.get(words, "")


def field_for_header(header: str) -> str:
    """The field a header names when it stands alone, or nothing. Ambiguous words are settled in ``guess``."""
    words = words_of(header)
    if words in _OUR_OWN:
        return _OUR_OWN[words]
    if words in _JOB_OR_ADDRESSING:
        return "title"
    if words in _BARE_NAME:
        return "full_name"
    if field := _FIELD_OF.get(words):
        return field
    core, _ = _core(header)
    if not core and words.split()[:1] in (["ufficio"], ["abitazione"], ["particular"]):
        return "phone"  # so Outlook calls them in Italian and Spanish
    return "" if core in _BARE_NAME else _FIELD_OF_CORE.get(core, "")


def place_of(header: str) -> str:
    """The address a column belongs to: work, home, other or none told; Google numbers hers."""
    number = re.search(r"address (\d+) ", words_of(header) + " ")
    if number:
        return "" if number[1] == "1" else f"address {number[1]}"
    return _core(header)[1]


def fields() -> dict[str, str]:
    """What a column may become: our fields, and the firm's own."""
    return FIELDS | own_labels()


def guess(header: Sequence[str], samples: Sequence[Sequence[str]], own: Mapping[str, str] | None = None) -> list[str]:
    """A field for every column, or an empty string where we would not dare. ``own``: the firm's, with their names."""
    header = [re.sub(r" \(\d+\)$", "", name) for name in header]  # the count given to a repeated one
    named = {words_of(label.partition(": ")[2]): name for name, label in reversed((own or {}).items())}
    named |= {words_of(label): name for name, label in (own or {}).items()}
    fields = [_known_exactly(name) or _own(name, named) or field_for_header(name) for name in header]
    words = [words_of(name) for name in header]
    _settle_title(fields, words)
    _settle_bare_names(fields, words)
    for index in range(len(fields)):
        values = [row[index].strip() for row in samples if index < len(row) and row[index].strip()]
        if not fields[index] and header[index] != REASON_COLUMN:
            is_unnamed = words[index] == f"column {index + 1}"
            fields[index] = _field_for_values(values, is_unnamed=is_unnamed)
    _settle_formatted_address(fields, words)
    return fields


def _own(header: str, named: Mapping[str, str]) -> str:
    """The firm's own field of this name; our exports write an amount's currency behind it."""
    bare = re.sub(r" \([A-Z]{3}\)$", "", header)
    return named.get(words_of(header)) or named.get(words_of(bare)) or ""


def _settle_title(fields, words):
    """Outlook's Title is Dr or Mrs and stands before the first name; others mean the job."""
    has_job = any(
        field == "title" and word not in _JOB_OR_ADDRESSING for field, word in zip(fields, words, strict=True)
    )
    for index, word in enumerate(words):
        if word in _JOB_OR_ADDRESSING and (has_job or fields[index + 1 : index + 2] == ["first_name"]):
            fields[index] = ""


def _settle_bare_names(fields, words):
    """A column just called Name is whatever the other name columns leave over; beside a domain, and where nothing
    else is a person's, it is a company's.
    """
    is_of_companies = not _OF_A_PERSON & set(fields) and any("domain" in word.split() for word in words)
    for index, word in enumerate(words):
        if word not in _BARE_NAME:
            continue
        if "last_name" in fields and "first_name" not in fields:
            fields[index] = "first_name"
        elif "first_name" in fields and "last_name" not in fields:
            fields[index] = "last_name"
        elif is_of_companies:
            fields[index] = "company"


def _settle_formatted_address(fields, words):
    if not {"street", "city"} & set(fields):
        for index, word in enumerate(words):
            if re.fullmatch(r"address( \d+)? formatted", word):
                fields[index] = "street"


_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\/]+\.[^\s@<>,;:\"()\[\]\\/.]{2,}")
_PHONE = re.compile(r"(?=(?:\D*\d){6})[+(0][\d\s()./+-]{5,24}")


def is_email(text: str) -> bool:
    text = text.strip()
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        return False
    name, _, domain = text.rpartition("@")
    return len(name) <= 64 and ".." not in text and not name.startswith(".") and not domain.startswith((".", "-"))


def _field_for_values(values, *, is_unnamed):
    def share(test):
        return sum(1 for value in values if test(value)) / len(values)

    if not values:
        return ""
    if share(lambda value: len(value.split()) < 5 and any(map(is_email, re.split(r"[\s,;<>]+", value)))) > 0.6:
        return "email"
    if is_unnamed and share(_PHONE.fullmatch) > 0.8:
        return "phone"
    if is_unnamed and share(lambda value: value.lower().startswith(("http://", "https://", "www."))) > 0.6:
        return "website"
    return ""
