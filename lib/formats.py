"""Dates, hours, numbers and money as the person reads them.

The words stay English, the shape follows the person's locale: someone in Copenhagen reads
``17 Nov 2026`` and ``1.234,50``. Whoever settles who is asking (the door, a task) says so once:

    with formats.use(locale="da-DK", decimal_hours=True):
        ...

Times of day follow ``django.utils.timezone``: activate the person's time zone there.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
    get_currency_symbol,
)
from django.utils import timezone

DEFAULT_LOCALE = "en-GB"
LETTER_AT_DIGIT = re.compile(r"([^\W\d_])(?=\d)")  # DKK7,900 needs a space


@dataclass(frozen=True)
class Reader:
    """How one person wants figures written."""

    locale: str = DEFAULT_LOCALE
    decimal_hours: bool = False


_reader: ContextVar[Reader] = ContextVar("reader", default=Reader())  # noqa: B039 (frozen)


def activate(locale: str = "", decimal_hours: bool = False) -> Token[Reader]:
    """Set the reader for the rest of this request or task; keep the token to ``reset``."""
    return _reader.set(Reader(locale or DEFAULT_LOCALE, decimal_hours))


def locale() -> str:
    """The reader's, as browsers name it: en-GB."""
    return _reader.get().locale.replace("_", "-")


def reset(token: Token[Reader]) -> None:
    _reader.reset(token)


@contextmanager
def use(locale: str = "", decimal_hours: bool = False) -> Iterator[None]:
    token = activate(locale, decimal_hours)
    try:
        yield
    finally:
        reset(token)


@lru_cache(maxsize=256)
def numbers_locale(code: str) -> Locale:
    """The locale that shapes numbers, or the default for one nobody knows."""
    try:
        return Locale.parse(code, sep="-" if "-" in code else "_")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(DEFAULT_LOCALE, sep="-")


@lru_cache(maxsize=256)
def dates_locale(code: str) -> Locale:
    """English as it is written in the person's country, so that words stay English."""
    try:
        return Locale.parse(f"en_{numbers_locale(code).territory or '150'}")
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_150")


# style: day before month, month before day
PATTERNS = {
    "short": ("d MMM", "MMM d"),
    "year": ("d MMM y", "MMM d, y"),
    "weekday": ("EEE d MMM", "EEE, MMM d"),
    "weekday year": ("EEE d MMM y", "EEE, MMM d, y"),
    "long": ("EEEE d MMMM", "EEEE, MMMM d"),
    "long year": ("EEEE d MMMM y", "EEEE, MMMM d, y"),
}


def _write(value: date, style: str) -> str:
    return _written_day(value.year, value.month, value.day, style, _reader.get().locale)


def _time(value: datetime, style: Literal["short", "medium"]) -> str:
    here = timezone.localtime(value) if timezone.is_aware(value) else value
    return _written_time(here.hour, here.minute, here.second, style, _reader.get().locale)


# Following CLDR's patterns is dear, and a list writes the same few days and times fifty times over.
@lru_cache(maxsize=2048)
def _written_day(year: int, month: int, number: int, style: str, code: str) -> str:
    locale = dates_locale(code)
    month_first = locale.date_formats["short"].pattern.startswith("M")
    text: str = format_date(date(year, month, number), PATTERNS[style][month_first], locale=locale)
    return text.replace("Sept ", "Sep ")


@lru_cache(maxsize=8192)
def _written_time(hour: int, minute: int, second: int, style: Literal["short", "medium"], code: str) -> str:
    text: str = format_time(time(hour, minute, second), style, locale=dates_locale(code))
    return text


def plain_day(value: date) -> date:
    """The calendar day of an instant where the person is; a plain day stays as it is."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def needs_year(value: date, today: date) -> bool:
    """Within eleven months the year goes without saying."""
    months = (value.year - today.year) * 12 + value.month - today.month
    return abs(months) >= 11


def day(value: date, style: str = "short") -> str:
    """17 Nov, or 17 Nov 2026 when it is far. Styles: short, year, weekday, long."""
    value = plain_day(value)
    if style != "year" and needs_year(value, timezone.localdate()):
        style = f"{style} year".removeprefix("short ")
    return _write(value, style)


def clock(value: datetime) -> str:
    """14:07, or 2:07 PM where people write it so."""
    return _time(value, "short")


def moment(value: datetime) -> str:
    """Today's instants by the clock, yesterday's by name, older ones by the day."""
    when = plain_day(value)
    passed = (timezone.localdate() - when).days
    if passed == 0:
        return clock(value)
    return "Yesterday" if passed == 1 else day(when)


def exact(value: datetime) -> str:
    """19 Nov 2026, 14:07:22: what a log and a tooltip say."""
    return f"{day(value, 'year')}, {_time(value, 'medium')}"


def hours(minutes: int | None) -> str:
    """390 as 6:30, or as 6.50 for who reads decimals."""
    minutes = minutes or 0
    if _reader.get().decimal_hours:
        return number(Decimal(minutes) / 60, places=2)
    sign, minutes = ("−", -minutes) if minutes < 0 else ("", minutes)
    return f"{sign}{minutes // 60}:{minutes % 60:02}"


def number(value: Decimal | int, places: int | None = None) -> str:
    pattern = None if places is None else "#,##0." + "0" * places if places else "#,##0"
    text: str = format_decimal(value, format=pattern, locale=numbers_locale(_reader.get().locale))
    return text


def money(amount: Decimal | int, currency: str, cents: bool = False) -> str:
    """€18,420 when it is round, €87.50 when it is not; ``cents`` writes them always."""
    return _money(Decimal(amount), currency, cents, numbers_locale(_reader.get().locale))


@lru_cache(maxsize=4096)
def _money(amount: Decimal, currency: str, cents: bool, locale: Locale) -> str:
    places = get_currency_precision(currency)
    digits = cents or amount != amount.to_integral_value()
    rounded = amount if digits and places else amount.quantize(Decimal(1))
    pattern = locale.currency_formats["standard"].pattern
    if not digits:
        pattern = pattern.replace(".00", "")
    text: str = format_currency(rounded, currency, format=pattern, locale=locale, currency_digits=digits)
    return LETTER_AT_DIGIT.sub("\\1\u00a0", text)


def currency_symbol(currency: str) -> str:
    """€ for EUR; the code itself where there is no sign."""
    text: str = get_currency_symbol(currency, locale=numbers_locale(_reader.get().locale))
    return text


def percent(share: Decimal | float) -> str:
    """0.81 as 81 %, the space being one that does not break."""
    text: str = format_percent(Decimal(str(share)), locale=numbers_locale(_reader.get().locale))
    return text.replace("%", "").strip().replace("\xa0", "") + "\u202f%"
