"""Numbers with their country are read by a short way, which must come to what the long one comes to."""

from random import Random

import phonenumbers

from lib import phones


def test_the_short_way_to_a_number_leads_where_the_long_one_does():
    """Numbers of every kind and country, as they are and with something changed, added or left out."""
    chance, short = Random(7), 0  # noqa: S311
    for number in _examples():
        for _ in range(4):
            text = _spoiled(number, chance)
            found, plain = phones._format.__wrapped__(text, "DE", phonenumbers.PhoneNumberFormat.E164), ""
            short += phones._plainly(text) is not None
            parsed = phones._parsed(text, "DE")
            if parsed and phonenumbers.is_valid_number(parsed):
                plain = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
            assert found == plain, text
    assert short > 1_000


def test_digits_that_are_left_out_from_abroad_are_left_out():
    assert phones.e164("+49 030 1234567") == phones.e164("+49 (0)30 1234567") == "+49301234567"
    assert phones.e164("+39 06 1234 5678") == "+390612345678"
    assert phones.e164("+49 30") == phones.e164("+999 1234567") == phones.e164("+") == ""


def _examples():
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE):
            if number := phonenumbers.example_number_for_type(region, kind):
                yield phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _spoiled(number, chance):
    signs = list(number)
    for _ in range(chance.randrange(3)):
        place = chance.randrange(1, len(signs) + 1)
        signs[place : place + chance.randrange(2)] = chance.choice(["", "0", "1", " 0", "7", ".", "/", "-"])
    return "".join(signs)
