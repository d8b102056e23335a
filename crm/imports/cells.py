"""What one cell of a file says: a name, e-mail addresses, phone numbers, a web address."""

import functools
import re

import phonenumbers

from crm.imports import mapping
from lib import cards
from lib.phones import e164

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


def short(text: str) -> str:
    """What fits into a sentence."""
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:57]}…"


def without_cards(text: str, header: str, told: list[str]) -> str:
    """What looks like the number of a card is kept as its last four digits, and ``told``."""
    if (clean := cards.hide(text)) != text:
        told.append(f"What looks like a card number in “{header}” is kept as its last four digits.")
    return clean


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


def split_phones(text: str) -> list[str]:
    """Several numbers in one cell."""
    return [part.strip() for part in re.split(r" ::: |[;\n\r]+", text) if part.strip()]


_DIGITS_ALONE = re.compile(r"\+?[\d\s()./-]+")  # no extension


@functools.lru_cache(maxsize=4096)
def read_phone(text: str, region: str) -> tuple[str, str]:
    """(E.164 when it is a number we can dial, else as written; a sentence when it stays as written)."""
    if re.fullmatch(r"\d[.,]?\d*[eE]\+?\d+", text):
        told = f"The spreadsheet turned a phone number into “{text}”; it was kept as written. Look it up."
        return text, told
    if _DIGITS_ALONE.fullmatch(text) and (dialled := e164(text, region)):
        return dialled, ""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return text, f"“{short(text)}” does not read like a phone number; it was kept as written."
    if number.extension:
        return text, ""
    if dialled := e164(text, region):
        return dialled, ""
    if text.isdecimal() and len(text) > 9 and (dialled := e164(f"+{text}")):
        return dialled, f"The spreadsheet dropped the plus of a phone number: {text} was read as {dialled}."
    return text, f"“{short(text)}” is not a phone number we can dial; it was kept as written."


def domain_of(address: str) -> str:
    """The company's domain in a web address, or nothing for a profile on somebody else's site."""
    host = re.sub(r"^[a-z]+://", "", address.strip().lower()).split("/")[0].split("?")[0].split(":")[0]
    host = host.removeprefix("www.").rstrip(".")
    if not re.fullmatch(r"[^\s@]+\.[^\s@.]{2,}", host) or len(host) > 253:
        return ""
    is_profile = any(host == site or f".{host}".find(f".{site}") >= 0 for site in NOT_A_COMPANY_SITE)
    return "" if is_profile else host
