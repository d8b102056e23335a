"""Kinds of own fields: what a text means, and that nothing is lost on the way to a file and back."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import assume, given
from hypothesis import strategies as st

from crm.models import CustomField
from lib import formats

CHOICES = [
    {"key": "gold", "label": "Gold, the best", "is_retired": False},
    {"key": "silver", "label": "Silber (früher)", "is_retired": True},
    {"key": "bronze", "label": "Gold", "is_retired": False},
]


def field(kind):
    return CustomField(label="Level", kind=kind, currency="EUR", choices=CHOICES)


NUMBERS = st.one_of(
    st.integers(-(10**12) + 1, 10**12 - 1),
    st.decimals(Decimal(-(10**8)), Decimal(10**8), places=6).map(lambda number: field("number").parse(str(number))),
)
AMOUNTS = st.decimals(-(10**12) + 1, 10**12 - 1, places=2).map(lambda amount: f"{amount + 0:.2f}")
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)
KEYS = st.sampled_from(["gold", "silver", "bronze"])


def in_order(keys):
    return [choice["key"] for choice in CHOICES if choice["key"] in keys]


@given(kind_and_value=st.one_of(
    st.tuples(st.just("number"), NUMBERS),
    st.tuples(st.just("money"), AMOUNTS),
    st.tuples(st.just("date"), st.dates().map(date.isoformat)),
    st.tuples(st.just("yes_no"), st.booleans()),
    st.tuples(st.just("choice"), KEYS),
    st.tuples(st.just("choices"), st.sets(KEYS, min_size=1).map(in_order)),
), locale=st.sampled_from(["en-GB", "da-DK", "de-CH", "pl-PL"]))  # fmt: skip
def test_what_is_written_is_read_as_the_same(kind_and_value, locale):
    kind, value = kind_and_value
    with formats.use(locale=locale):
        assert field(kind).parse(field(kind).plain(value)) == value
        assert field(kind).accept(field(kind).told(value)) == value
        assert field(kind).show(value)


@given(kind=st.sampled_from(["text", "long_text"]), text=TEXTS)
def test_a_text_that_was_read_once_stays_as_it_is(kind, text):
    value = field(kind).parse(text)
    assert field(kind).parse(field(kind).plain(value)) == value
    assert field(kind).parse("") is None
    assert field(kind).plain(None) == field(kind).show(None) == ""


@given(a=NUMBERS, b=NUMBERS)
def test_keys_of_numbers_are_in_the_order_of_the_numbers(a, b):
    assume(a != b)
    kind = field("number").of_kind
    assert (kind.keys(a) < kind.keys(b)) == (a < b)


@pytest.mark.parametrize(
    ("kind", "typed", "meant"),
    [
        ("number", "1.234", 1.234), ("number", "1,234.5", 1234.5), ("number", "1.234,5", 1234.5),
        ("number", "12,5", 12.5), ("number", "1 234 567", 1234567), ("number", "−3", -3), ("number", "-0", 0),
        ("number", "0,125", 0.125), ("number", "1.234.567", 1234567), ("number", "2.0", 2),
        ("money", "€ 1,234.50", "1234.50"), ("money", "99 EUR", "99.00"), ("money", "-0.00", "0.00"),
        ("date", "20.11.2026", "2026-11-20"), ("date", "20 Nov 2026", "2026-11-20"),
        ("date", "November 20, 2026", "2026-11-20"),
        ("yes_no", "YES", True), ("yes_no", "false", False),
        ("choice", "gold", "bronze"), ("choice", "GOLD, the best", "gold"), ("choice", "silver", "silver"),
        ("choices", "gold; Silber (früher);gold", ["silver", "bronze"]),
        ("link", "tidewater.example/about", "https://tidewater.example/about"),
        ("text", "  two\n lines ", "two lines"), ("long_text", " a\r\nb ", "a\nb"),
    ],
)  # fmt: skip
def test_what_people_type_is_understood(kind, typed, meant):
    value = field(kind).parse(typed)
    assert value == meant
    assert type(value) is type(meant)


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("number", "1,234", "Write 1234 or 1.234"), ("number", "a lot", "is not a number"),
        ("number", "1e5", "is not a number"), ("number", "9" * 13, "twelve digits"),
        ("number", "0.1234567", "six of them"),
        ("number", "NaN", "not a number"), ("number", "1,2,3", "not a number"),
        ("money", "1.005", "two digits"), ("money", "$5", "is not a number"),
        ("date", "11/20/2026", "2026-11-20"), ("date", "2026-02-30", "2026-11-20"),
        ("yes_no", "perhaps", "yes or no"), ("choice", "platinum", "“platinum” is not one"),
        ("choices", "gold; tin", "“tin” is not one"),
        ("link", "javascript:alert(1)", "https://"), ("link", "not a page", "https://"),
        ("text", "x" * 501, "at most 500"), ("long_text", "x" * 10_001, "at most 10000"), ("text", "a\0b", "zero"),
    ],
)  # fmt: skip
def test_what_can_not_be_meant_gets_a_sentence(kind, typed, said):
    with pytest.raises(ValidationError) as refusal:
        field(kind).parse(typed)
    assert said in refusal.value.messages[0]


@pytest.mark.parametrize(
    ("kind", "sent"),
    [("text", 5), ("number", "5"), ("number", True), ("money", "5"), ("money", {"amount": "5", "currency": "USD"}),
     ("money", {"amount": 5, "currency": "EUR"}), ("yes_no", "yes"), ("choices", "gold"), ("choices", [1]),
     ("number", 1e300), ("date", 20261120), ("link", ["a"])],
)  # fmt: skip
def test_programs_send_the_right_kind_of_json(kind, sent):
    with pytest.raises(ValidationError):
        field(kind).accept(sent)


def test_people_read_values_as_they_write_them():
    with formats.use(locale="da-DK"):
        assert field("number").show(1234.5) == "1.234,5"
        assert field("date").show("2026-11-20") == "20 Nov 2026"
        assert field("money").show("1234.50") == "1.234,50\xa0€"
    assert field("choices").show(["gold", "bronze"]) == "Gold, the best, Gold"
    assert field("choice").show("gone") == "gone"
