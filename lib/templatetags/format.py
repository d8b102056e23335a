"""Filters for dates, hours, numbers and money, written as the reader wants them."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lib import formats
from lib.phones import readable

register = template.Library()


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
