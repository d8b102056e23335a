"""Names that are spelled differently and mean the same share a key; others do not."""

import pytest

from lib.likeness import company_sound, person_sound


@pytest.mark.parametrize(
    "others",
    [
        ("Maren Holt", "Holt, Maren", "maren HOLDT", "Maréne Holt", "Mraen Hotl", "Maren A. Holt"),
        ("Jørgen Møller", "Jorgen Moller", "Jørgen Moeller"),
        ("Philipp Schmidt", "Filip Schmitt"),
        ("Li Wei", "Wei Li"),
        ("山田 太郎", "太郎 山田"),
    ],
)
def test_spellings_of_one_name_share_a_key(others):
    assert len({person_sound(name) for name in others}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Jan Smith", "Jane Smith"), ("Maren Holt", "Maren Halt"), ("Anna Berg", "Anna Borg Lund"), ("Li Wei", "Lu Wa")],
)
def test_two_names_do_not(one, other):
    assert person_sound(one) != person_sound(other)


def test_one_word_says_too_little_about_a_person():
    assert person_sound("Maren") == person_sound("") == person_sound("M. Holt") == ""


def test_a_company_is_known_without_its_legal_form():
    same = ("Tidewater Museum", "The Tidewatter Musuem", "tidewater museums GmbH", "Tidewater Museum A/S")
    assert len({company_sound(name) for name in same}) == 1
    assert company_sound("Fjord & Co") == company_sound("Fjord und Co. KG")
    assert company_sound("AG") != company_sound("Co") != ""
