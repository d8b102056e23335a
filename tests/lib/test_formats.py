"""Dates, hours, numbers and money as different people read them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import engines
from django.utils import timezone

from lib import formats

NBSP = "\xa0"


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *args: date(2026, 11, 19))


@pytest.mark.parametrize(
    ("locale", "shown"),
    [("", "17 Nov"), ("en_US", "Nov 17"), ("da_DK", "17 Nov"), ("sv_SE", "17 Nov"), ("nonsense", "17 Nov")],
)
def test_days_follow_the_country_in_english_words(locale, shown):
    with formats.use(locale=locale):
        assert formats.day(date(2026, 11, 17)) == shown


def test_the_year_is_written_when_it_is_far():
    assert formats.day(date(2026, 1, 2)) == "2 Jan"
    assert formats.day(date(2025, 12, 31)) == "31 Dec 2025"
    assert formats.day(date(2026, 9, 3), "year") == "3 Sep 2026"
    assert formats.day(date(2027, 10, 19)) == "19 Oct 2027"


def test_weekdays():
    assert formats.day(date(2026, 11, 17), "weekday") == "Tue 17 Nov"
    assert formats.day(date(2026, 11, 19), "long") == "Thursday 19 November"
    assert formats.day(date(2024, 2, 29), "long") == "Thursday 29 February 2024"


def test_an_instant_is_shown_where_the_person_is():
    instant = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    with timezone.override("Europe/Copenhagen"):
        assert formats.moment(instant) == "00:30"
        assert formats.exact(instant) == "19 Nov 2026, 00:30:00"
    with timezone.override("America/New_York"):
        assert formats.moment(instant) == "Yesterday"


def test_the_clock_follows_the_country():
    with formats.use(locale="en_US"):
        assert formats.clock(datetime(2026, 11, 19, 14, 7, tzinfo=UTC)).replace("\u202f", " ") == "2:07 PM"


@pytest.mark.parametrize(
    ("minutes", "clock", "decimal"),
    [
        (390, "6:30", "6.50"),
        (0, "0:00", "0.00"),
        (None, "0:00", "0.00"),
        (7, "0:07", "0.12"),
        (6000, "100:00", "100.00"),
    ],
)
def test_hours(minutes, clock, decimal):
    assert formats.hours(minutes) == clock
    with formats.use(decimal_hours=True):
        assert formats.hours(minutes) == decimal


def test_hours_below_nothing_keep_their_sign():
    assert formats.hours(-75) == "−1:15"


@pytest.mark.parametrize(
    ("locale", "amount", "currency", "shown"),
    [
        ("", "18420", "EUR", "€18,420"),
        ("", "87.50", "EUR", "€87.50"),
        ("", "-12.50", "EUR", "-€12.50"),
        ("", "0.10", "EUR", "€0.10"),
        ("de_DE", "18420", "EUR", f"18.420{NBSP}€"),
        ("de_DE", "87.5", "EUR", f"87,50{NBSP}€"),
        ("en_US", "87.5", "USD", "$87.50"),
        ("ja_JP", "7900", "JPY", "￥7,900"),
        ("", "1.234", "KWD", f"KWD{NBSP}1.234"),
    ],
)
def test_money_never_loses_a_cent(locale, amount, currency, shown):
    with formats.use(locale=locale):
        assert formats.money(Decimal(amount), currency) == shown


def test_invoices_write_cents_always():
    assert formats.money(Decimal(7900), "EUR", cents=True) == "€7,900.00"
    assert formats.money(Decimal(7900), "JPY", cents=True).endswith("7,900")


def test_a_reader_ends_with_the_block():
    with formats.use(locale="de_DE"):
        assert formats.number(12345) == "12.345"
    assert formats.number(12345) == "12,345"


def test_filters_show_nothing_for_nothing():
    template = engines["django"].from_string('[{{ none|day }}{{ none|moment }}{{ none|exact }}{{ none|money:"EUR" }}]')
    assert template.render({"none": None}) == "[]"


def test_a_moment_tells_the_exact_instant_on_hover():
    template = engines["django"].from_string("{{ at|moment }}")
    markup = template.render({"at": datetime(2026, 11, 19, 9, 5, 1, tzinfo=UTC)})
    assert 'title="19 Nov 2026, 09:05:01"' in markup
    assert ">09:05</time>" in markup


def test_percent_does_not_break_from_its_sign():
    assert formats.percent(0.81) == "81\u202f%"
