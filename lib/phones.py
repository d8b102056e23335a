"""Phone numbers: one spelling to look them up by, one to read them by."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberFormat


@lru_cache(maxsize=4096)
def _format(text: str, region: str, form: int) -> str:
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, form) if phonenumbers.is_valid_number(number) else ""


def e164(text: str, region: str = "") -> str:
    """``+4520550177``, or nothing if it is no number that can be dialled. Extensions are left out."""
    return _format(text.strip(), region, PhoneNumberFormat.E164)


def readable(text: str, region: str = "") -> str:
    """``+45 20 55 01 77``; what can't be dialled stays as it is written."""
    return _format(text.strip(), region, PhoneNumberFormat.INTERNATIONAL) or text


def national_digits(number: str) -> str:
    """``20550177`` of ``+4520550177``: what people in that country dial, without a leading zero."""
    return str(phonenumbers.parse(number).national_number) if number else ""
