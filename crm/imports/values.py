"""Amounts, days, and values of the firm's own fields, out of the cells of a row."""

from __future__ import annotations

import re
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from django.core.exceptions import ValidationError

from accounts.choices import currencies
from crm.fields.registry import definitions
from crm.models import Activity, CustomField, Deal
from crm.models.contacts import LegalBasis
from crm.models.field_kinds import KINDS
from lib.text import fold

NOUNS = {"contact": "Contact", "company": "Company", "deal": "Deal"}
CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "zł": "PLN", "kr": ""}
ACTIVITY_KINDS = {
    Activity.Kind.CALL: "call phone anruf telefonat telefon appel llamada chiamata chamada",
    Activity.Kind.MEETING: "meeting termin besprechung treffen lunch demo reunion rendez-vous reunión riunione",
    Activity.Kind.EMAIL: "email e-mail mail courriel correo",
}
STATUSES = {
    Deal.Status.WON: "won closed won closedwon gewonnen gagne gagnee ganado vinto ganho",
    Deal.Status.LOST: "lost closed lost closedlost verloren perdu perdue perdido perso",
}


def own_fields() -> dict[str, CustomField]:
    """The firm's own fields, by what a mapping calls them."""
    return {f"{noun}.custom.{field.key}": field for noun in NOUNS for field in definitions(noun)}


def own_labels() -> dict[str, str]:
    """The same, as people read them."""
    return {name: f"{NOUNS[name.partition('.')[0]]}: {field.label}" for name, field in own_fields().items()}


def offered(candidate: Any, noun: str, record: Any = None) -> dict[str, Any]:
    """What the row says of these fields, without choices that are not offered any more, unless the record has them."""
    values, present = candidate.own.get(noun, {}), record.custom if record else {}
    known = {field.key: field for field in definitions(noun)} if values else {}
    found = {key: known[key].of_kind.offered(value, present.get(key)) for key, value in values.items() if key in known}
    return {key: value for key, value in found.items() if value is not None}


def read_amount(text: str, currency: str) -> tuple[str, str]:
    """(amount, currency) of “€ 12.500,00” or “12500 CHF”; raises ValidationError."""
    sign = re.search(r"[€$£¥]|zł|\b[A-Z]{3}\b", text)
    if sign:
        currency = read_currency(sign[0]) or currency
        text = text.replace(sign[0], "").strip()
    field: Any = SimpleNamespace(currency="", label="", choices=[])
    return KINDS["money"](field).parse(text) or "", currency


def read_currency(text: str) -> str:
    """The code of “€” or “chf”, nothing of nothing; raises ValidationError for what is no currency."""
    code = CURRENCIES.get(text.strip(), text.strip().upper())
    if code and code not in dict(currencies()):
        raise ValidationError(f"“{text}” is not a currency. Write its code, such as EUR.")
    return code


def read_day(text: str, *, month_first: bool) -> date:
    """A day as files write it: 2026-11-30, 30.11.2026, 30/11/2026, 11/30/2026 in America, 30 Nov 2026."""
    text = re.sub(r"[T ]\d{1,2}:\d{2}.*$", "", text.strip())
    parts = re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", text)
    if parts:
        first, second, year = map(int, parts.groups())
        day, month = (second, first) if (month_first and first <= 12) or second > 12 else (first, second)
        try:
            return date(year, month, day)
        except ValueError:
            raise ValidationError(f"“{text}” is not a day.") from None
    field: Any = SimpleNamespace(currency="", label="", choices=[])
    found = KINDS["date"](field).parse(text)
    return datetime.strptime(found, "%Y-%m-%d").date()  # noqa: DTZ007  (a day has no zone)


def read_kind(text: str) -> str:
    """The kind of activity that a word means; a task where it means none."""
    word = fold(text)
    return next((kind for kind, words in ACTIVITY_KINDS.items() if word and word in words.split()), Activity.Kind.TASK)


def read_basis(text: str) -> str:
    """The legal basis that begins a text, as we write it or as our API does; nothing where none does."""
    said = fold(text)
    names = ((name, fold(each)) for name, label in LegalBasis.choices for each in (label.split(",")[0], name))
    return next((name for name, each in names if said.startswith(each)), "")


def read_status(text: str) -> str:
    word = fold(text)
    return next((status for status, words in STATUSES.items() if word and word in words), Deal.Status.OPEN)
