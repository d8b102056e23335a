"""What looks like a card number, and what only has as many digits."""

from __future__ import annotations

import logging
import random
import time
import uuid

import pytest
from django import forms
from django.core.exceptions import ValidationError

from lib import cards

# The numbers that processors publish for trying things out.
VISA, MASTERCARD, AMEX, DINERS, JCB, UNIONPAY = (
    "4242424242424242",
    "5555555555554444",
    "378282246310005",
    "30569309025904",
    "3566002020360505",
    "6200000000000005",
)


def test_card_numbers_are_found_however_they_are_written():
    ways = [VISA, MASTERCARD, AMEX, DINERS, JCB, UNIONPAY, "2223003122003222", "6011111111111117", "6759649826438453"]
    ways += ["4242 4242 4242 4242", "4242-4242-4242-4242", "4242.4242.4242.4242", "3782 822463 10005"]
    ways += ["４２４２４２４２４２４２４２４２", "4242\u00a04242\u00a04242\u00a04242"]
    ways += [f"My card is {VISA}, to 12/28.", f"1234 {VISA}", "nr. 1234 4242 4242 4242 4242"]
    ways += [f"({AMEX})", f"PAN:{VISA}"]
    assert [way for way in ways if not cards.has_one(way)] == []
    assert [way for way in ways if VISA in cards.hide(way) or cards.hide(way) == way] == []


def test_a_hidden_number_shows_its_last_four_digits_and_the_words_around_it():
    assert cards.hide(f"Pay with {VISA} or 3782-822463-10005.") == "Pay with ****4242 or ****0005."
    for text in ("", "Nothing here", "Année 2026", "ref 1234 5678", "４２"):
        assert cards.hide(text) is text


def test_other_long_numbers_are_left_alone():
    dice = random.Random(7)  # noqa: S311  (no secret, and the same every time)
    others = ["4242424242424241", "1234567890123456", "20261122164728", "x4242424242424242", "42" * 13]
    others += ["DE89 3704 0044 0532 0130 00", "+49 151 23456789", "4242 4242-4242 4242", "978-3-16-148410-0"]
    others += [str(uuid.UUID(int=dice.getrandbits(128), version=4)) for _ in range(20_000)]
    others += [str(1_760_000_000_000_000 + dice.randrange(10**14)) for _ in range(20_000)]
    assert [text for text in others if cards.has_one(text)] == []


def test_a_long_text_is_read_in_a_moment():
    text = "4242 is a number, 4242-4242 another; " * 30_000
    start = time.process_time()
    assert cards.hide(text) is text
    assert time.process_time() - start < 2


class Words(forms.Form):
    text = forms.CharField(required=False)
    email = forms.EmailField(required=False)
    site = forms.URLField(required=False, assume_scheme="https")
    amount = forms.DecimalField(required=False)


def refused(**typed):
    found = Words(typed)
    found.is_valid()
    return [(name, error.code) for name, errors in found.errors.as_data().items() for error in errors]


def test_every_field_of_every_form_refuses_one():
    assert refused(text=f"It is {VISA}") == [("text", cards.CODE)]
    assert refused(email=f"{VISA}@acme.example") == [("email", cards.CODE)]
    assert refused(site=f"https://acme.example/{VISA}") == [("site", cards.CODE)]
    assert refused(amount=VISA) == [("amount", cards.CODE)]
    assert refused(text="It ends in ****4242", email="a@acme.example", amount="42") == []


def test_a_writer_who_was_asked_may_keep_it_and_what_was_hidden_before_is_refused():
    with cards.manners() as manners:
        manners.hidden = {"It is ****4242"}
        with pytest.raises(ValidationError, match="take it out"):
            cards.refuse("It is ****4242 ")
        manners.may_keep = True
        with pytest.raises(ValidationError, match="unless"):
            cards.refuse(VISA)
        manners.keeps = True
        cards.refuse(VISA)
    with pytest.raises(ValidationError):
        cards.refuse(VISA)


def test_no_line_of_the_log_holds_one(settings):
    made = settings.LOGGING["formatters"]["line"]["class"]
    assert made == "lib.cards.Formatter"
    try:
        raise ValueError(f"Key (note)=({VISA}) is there already")
    except ValueError as error:
        trouble = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "Not %s", ("5555 5555 5555 4444",), trouble)
    line = cards.Formatter("{message}", style="{").format(record)
    assert VISA not in line.replace(" ", "") and "4444" in line and "Not ****4444" in line
