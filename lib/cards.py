"""Card numbers: found in any text, and kept nowhere. A safety net for what people type or paste by mistake.

Cards are entered on the processor's own page. Whatever looks like the number of one is refused by every form, and
hidden from every line of the log. Texts about a firm's own work may hold a reference number that only looks like
one: there its writer is asked once, and may keep it.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList

CODE = "card_number"
KEEP = "keep_numbers"  # the tick with which a writer says: this is no card number
KEEP_HEADER = "Keep-Numbers"  # the same from a program
REFUSED = "This looks like the number of a card. None is kept here: take it out."
ASKED = "This looks like the number of a card, and none is kept here. Take it out, unless it is something else."
HIDDEN = "****"

# Fourteen to nineteen digits, in one piece or in the groups that stand on cards, with one kind of gap.
_FOURS = r"\d{4}(?P<gap>[ .\-])\d{4}(?P=gap)\d{4}(?P=gap)\d{4}(?:(?P=gap)\d{3})?"
_FOUR_SIX = r"\d{4}(?P<wide>[ .\-])\d{6}(?P=wide)\d{4,5}"
_FOUND = re.compile(rf"(?<![0-9A-Za-z])(?=({_FOURS}|{_FOUR_SIX}|\d{{14,19}})(?![0-9A-Za-z]))", re.ASCII)
_ENOUGH_DIGITS = re.compile(r"\d{4}[ .\-]?\d{4}")
# How the numbers of cards begin: the networks that issue them, and how long theirs are.
_ISSUED = re.compile(
    r"4\d{15}(?:\d{3})?"  # Visa
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|(?:6011|64[4-9]\d|65\d\d)\d{12,15}"  # Discover
    r"|(?:30[0-5]\d|3095|36\d\d|3[89]\d\d)\d{10,15}"  # Diners Club
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"  # JCB
    r"|(?:62|81)\d{14,17}"  # UnionPay
    r"|(?:50|5[6-8]|6\d)\d{12,17}"  # Maestro
)


def has_one(text: str) -> bool:
    """Whether something in the text looks like a card number."""
    return next(_spans(unicodedata.normalize("NFKC", text)), None) is not None


def hide(text: str) -> str:
    """The text with ****1111 for each card number; the very same text where there is none."""
    if text.isascii() and not _ENOUGH_DIGITS.search(text):
        return text
    plain = unicodedata.normalize("NFKC", text)
    parts, end = [], 0
    for start, stop in _spans(plain):
        if start >= end:
            parts += [plain[end:start], HIDDEN, plain[stop - 4 : stop]]
            end = stop
    return "".join([*parts, plain[end:]]) if parts else text


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for match in _FOUND.finditer(text):
        digits = re.sub(r"\D", "", match[1])
        if _ISSUED.fullmatch(digits) and _adds_up(digits):
            yield match.span(1)


def _adds_up(digits: str) -> bool:
    """The check digit of cards (Luhn)."""
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


# --- forms ----------------------------------------------------------------------------------------


@dataclass
class Manners:
    """How the forms of one request treat what looks like a card number."""

    may_keep: bool = False  # the writer is asked, and may say that it is none
    keeps: bool = False  # and said so
    hidden: set[str] = field(default_factory=set)  # what was hidden before any form saw it


_manners: ContextVar[Manners | None] = ContextVar("card_manners", default=None)


@contextmanager
def manners() -> Iterator[Manners]:
    """Strict ones, until somebody changes them; for the time of one request."""
    token = _manners.set(found := Manners())
    try:
        yield found
    finally:
        _manners.reset(token)


def present() -> Manners:
    """Outside a request forms are strict."""
    return _manners.get() or Manners()


def refuse(value: object) -> None:
    """A validator: raises where a card number was typed, as the manners of this request want it."""
    text, here = str(value), present()
    if here.keeps:
        return
    if text.strip() in here.hidden or has_one(text):
        raise ValidationError(ASKED if here.may_keep else REFUSED, code=CODE)


def has_refused(errors: ErrorList) -> bool:
    """Whether a field was refused for a card number."""
    return any(error.code == CODE for error in errors.as_data())


def guard_forms() -> None:
    """Before any field is made: each one that takes words or digits asks ``refuse``."""
    for kind in (forms.CharField, forms.EmailField, forms.URLField, forms.DecimalField):
        kind.default_validators = [*kind.default_validators, refuse]


# --- the log --------------------------------------------------------------------------------------


class Formatter(logging.Formatter):
    """Writes a line of the log, with its traceback, without card numbers and without the rows of a refused statement.

    Of a table outside the fence PostgreSQL names the values of the row that it refuses.
    """

    def format(self, record: logging.LogRecord) -> str:
        return hide(super().format(record))

    def formatException(self, ei: Any) -> str:
        text, error, seen = super().formatException(ei), ei[1], set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            told = getattr(error, "diag", None)
            for values in (getattr(told, "message_detail", None), getattr(told, "context", None)):
                text = text.replace(values, HIDDEN) if values else text
            error = error.__cause__ or error.__context__
        return text
