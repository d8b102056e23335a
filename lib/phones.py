"""Phone numbers: one spelling to look them up by, one to read them by."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumber, PhoneNumberFormat

MOST_REMEMBERED = 50_000
FEWEST_DIGITS = 7  # that tell one number from others
_e164: dict[tuple[str, str], str] = {}
_WITH_COUNTRY = re.compile(r"\+[1-9][0-9 ./-]{5,24}")
_BETWEEN = str.maketrans("", "", "+ ./-")


@lru_cache(maxsize=4096)
def _format(text: str, region: str, form: int) -> str:
    number = _plainly(text) or _parsed(text, region)
    return phonenumbers.format_number(number, form) if number and phonenumbers.is_valid_number(number) else ""


def _plainly(text: str) -> PhoneNumber | None:
    """``+49 30 1000000`` says all by itself: half of the time that `phonenumbers.parse` takes to find that out."""
    if not _WITH_COUNTRY.fullmatch(text):
        return None
    digits = text.translate(_BETWEEN)
    size = _length_of_code(digits)
    code, national = int(digits[:size] or 0), digits[size:]
    region = COUNTRY_CODE_TO_REGION_CODE.get(code, ("",))[0]
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    prefix = metadata and metadata.national_prefix_for_parsing
    if metadata is None or national[:1] in ("", "0") or (prefix and re.match(prefix, national)):
        return None  # with digits that are left out from abroad, or a zero that is not
    return PhoneNumber(country_code=code, national_number=int(national))


def _parsed(text: str, region: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return None


def e164(text: str, region: str = "") -> str:
    """``+4520550177``, or nothing if it is no number that can be dialled. Extensions are left out."""
    asked = (text.strip(), region)
    found = _e164.get(asked)
    if found is None:
        if len(_e164) > MOST_REMEMBERED:
            _e164.clear()
        found = _e164[asked] = _format(*asked, PhoneNumberFormat.E164) if asked[0] else ""
        _e164[found, ""] = found  # what it is written as now is asked next
    return found


def digits(text: str) -> str:
    """What spellings of a number have in common that can't be dialled from here; nothing of too few to tell."""
    found = "".join(sign for sign in text if sign.isdecimal())
    return found if len(found) >= FEWEST_DIGITS else ""


def readable(text: str, region: str = "") -> str:
    """``+45 20 55 01 77``; what can't be dialled stays as it is written."""
    return _format(text.strip(), region, PhoneNumberFormat.INTERNATIONAL) or text


def national_digits(number: str) -> str:
    """``20550177`` of ``+4520550177``: what people in that country dial, without a leading zero."""
    digits = number.lstrip("+")
    return digits[_length_of_code(digits) :].lstrip("0")


def _length_of_code(digits: str) -> int:
    """How many of the first digits are a country's code."""
    return next((size for size in (1, 2, 3) if int(digits[:size] or 0) in COUNTRY_CODE_TO_REGION_CODE), 0)
