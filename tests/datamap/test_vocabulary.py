import pytest

from datamap import (
    Basis,
    Category,
    Erasure,
    Interest,
    Keep,
    Party,
    Reason,
    Retention,
    Source,
    Subject,
    Support,
)


@pytest.mark.parametrize(
    "vocabulary", [Basis, Category, Erasure, Interest, Party, Reason, Retention, Source, Subject, Support]
)
def test_every_word_says_what_it_means_in_one_line(vocabulary):
    for word in vocabulary:
        assert word.meaning.endswith((".", ")."))
        assert "\n" not in word.meaning
        assert vocabulary.of(str(word)) is word


@pytest.mark.parametrize("category", Category)
def test_every_category_answers_consistently(category):
    assert category.is_personal == (category.erase is not Erasure.UNTOUCHED)
    assert not (category.ccpa and not category.is_personal)
    if isinstance(category.erase, Keep):
        assert category.erase.reason.is_usable
        assert category.erase.why


def test_the_nine_reasons_of_the_law_are_all_there_in_order():
    assert [str(reason)[0] for reason in Reason] == list("123456789")


def test_nothing_typed_or_secret_is_shown_to_support_by_default():
    shown = {category for category in Category if category.support is Support.SHOWN}
    assert shown == {
        Category.LINK,
        Category.WORK,
        Category.PREFERENCE,
        Category.CONSENT,
        Category.ACTIVITY,
        Category.TECHNICAL,
    }


def test_only_masks_can_be_lifted():
    assert {support for support in Support if support.is_masked} == set(Support) - {
        Support.SHOWN,
        Support.HIDDEN,
    }


def test_a_meaning_is_read_without_the_numbers_of_our_promises():
    assert Retention.TWO_YEARS.in_words == "As long as rights requests must be provable."
    assert Subject.ACCOUNT_HOLDER.in_words == "Somebody who signs in: the person behind the password."
    assert Retention.THREE_DAYS.in_words == Retention.THREE_DAYS.meaning
