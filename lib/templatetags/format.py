"""Filters for dates, hours, numbers and money, written as the reader wants them."""

import re
from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lib import formats
from lib.phones import readable

register = template.Library()

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


@register.filter
def day(value: date | None, style: str = "short") -> str:
    """``{{ entry.day|day }}`` 17 Nov · ``day:"year"`` · ``day:"weekday"`` · ``day:"long"``."""
    return formats.day(value, style) if value else ""


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """A ``<time>`` element: near instants by the clock, the exact one on hover."""
    if not value:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        formats.exact(value),
        formats.moment(value),
    )


@register.filter
def exact(value: datetime | None) -> str:
    """19 Nov 2026, 14:07:22, plain text."""
    return formats.exact(value) if value else ""


@register.filter
def with_times(sentence: str) -> SafeString:
    """A sentence that spells instants as programs do, with each as the reader writes it; the rest stays as it is."""
    found = list(INSTANT.finditer(sentence))
    ends = [0, *(match.end() for match in found)]
    before = zip(ends, [*(match.start() for match in found), len(sentence)], strict=True)
    texts = [sentence[start:end] for start, end in before]
    times = [*(_time(match[0]) for match in found), ""]
    return format_html_join("", "{}{}", zip(texts, times, strict=True))


def _time(instant: str) -> SafeString:
    return format_html('<time datetime="{0}" title="{0}">{1}</time>', instant, exact(datetime.fromisoformat(instant)))


@register.filter
def hours(minutes: int | None) -> str:
    """``{{ entry.minutes|hours }}`` 6:30."""
    return formats.hours(minutes)


@register.filter
def money(amount: Decimal | int | None, currency: str) -> str:
    """``{{ deal.value|money:deal.currency }}`` €18,420; never rounds a cent away."""
    return "" if amount is None else formats.money(amount, currency)


@register.filter
def money_exact(amount: Decimal | int | None, currency: str) -> str:
    """With cents always, as invoices and billing write it."""
    return "" if amount is None else formats.money(amount, currency, cents=True)


@register.filter
def cents(amount: int | None, currency: str) -> str:
    """``{{ invoice.total|cents:invoice.currency }}``: whole cents, as card processors count."""
    return "" if amount is None else formats.money(Decimal(amount) / 100, currency, cents=True)


@register.filter
def number(value: Decimal | int | None) -> str:
    """12,345"""
    return "" if value is None else formats.number(value)


@register.filter
def percent(share: Decimal | float | None) -> str:
    """0.81 as 81 %."""
    return "" if share is None else formats.percent(share)


@register.filter
def phone(number: str) -> str:
    """``+4520550177`` as +45 20 55 01 77; what can't be dialled stays as it is written."""
    return readable(number) if number else ""
