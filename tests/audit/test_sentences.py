"""An event as a sentence: what it says, what it leaves out, and what it never mixes up."""

from uuid import uuid4

import pytest

from audit import words
from audit.sentences import tell
from audit.words import Field, Kind, Noun, Ref


@pytest.fixture(autouse=True)
def toys(monkeypatch):
    monkeypatch.setattr(words, "_kinds", {})
    monkeypatch.setattr(words, "_nouns", {})
    words.register(
        "Toys",
        Kind("toy.made", "Toy made", "made {record}[ for {child}]"),
        Kind("toy.changed", "Toy changed", "changed {changes}[ of {record}]"),
        Kind("toy.sold", "Toy sold", "sold {record} for {price}", details=lambda data: {"price": f"{data['cents']} c"}),
    )
    fields = {
        "colour": Field("Colour"),
        "story": Field("Story", is_long=True),
        "cost": Field("Cost", needs="cost.view"),
        "size": Field("Size", lambda value: f"{value:.1f} cm"),
    }
    words.register_noun(Noun("shop.toy", "toy", fields, left_out=frozenset({"secret"})))


@pytest.fixture
def bear():
    return Ref("shop.toy", uuid4(), "Bear")


def changed(bear, changes, **given):
    return tell("toy.changed", {"changes": changes}, bear, **given)


def test_record_and_payload_fill_the_sentence(bear):
    told = tell("toy.made", {"child": "Ida"}, bear)
    assert told.text == "made Bear for Ida"
    assert [part.ref for part in told.parts] == [None, bear, None, None]


def test_what_people_typed_is_marked_apart_from_our_words(bear):
    told = tell("toy.made", {"child": "Ida"}, bear)
    assert [(part.text, part.style) for part in told.parts] == [
        ("made ", "plain"), ("Bear", "value"), (" for ", "plain"), ("Ida", "value"),
    ]  # fmt: skip


def test_on_its_own_page_a_record_is_this_one_and_no_link(bear):
    told = tell("toy.made", {"child": "Ida"}, bear, page_of=bear.public_id)
    assert told.text == "made this toy"
    assert not any(part.ref for part in told.parts)


def test_a_part_keeps_its_name_on_the_page_of_the_whole(bear):
    assert tell("toy.made", {"child": "Ida"}, bear, page_of=uuid4()).text == "made Bear"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (["red", "blue"], "changed the colour of Bear from red to blue"),
        (["", "blue"], "changed the colour of Bear to blue"),
        (["red", ""], "changed the colour of Bear from red to nothing"),
        (["red", None], "changed the colour of Bear from red to nothing"),
        ([False, True], "changed the colour of Bear from no to yes"),
        (["<b>", "{record}"], "changed the colour of Bear from <b> to {record}"),
        (["x" * 61, "y"], "changed the colour of Bear"),
    ],
)
def test_one_short_change_stands_in_the_sentence(bear, values, text):
    assert changed(bear, {"colour": values}).text == text


def test_several_changes_are_named_and_listed(bear):
    told = changed(bear, {"colour": ["red", "blue"], "story": ["", "Once"], "made_in": ["", "Aarhus"]})
    assert told.text == "changed the colour, the story and the made in of Bear"
    assert [(change.label, change.old, change.new) for change in told.changes] == [
        ("Colour", "red", "blue"), ("Story", "", "Once"), ("Made in", "", "Aarhus"),
    ]  # fmt: skip
    assert not told.says_all


def test_very_many_changes_are_counted(bear):
    told = changed(bear, {f"field_{number}": ["", "x"] for number in range(9)})
    assert told.text == "changed the field 0, the field 1, the field 2 and 6 more fields of Bear"
    assert len(told.changes) == 9


def test_a_long_text_never_stands_in_the_sentence(bear):
    assert changed(bear, {"story": ["", "Once"]}).text == "changed the story of Bear"


def test_what_says_nothing_to_people_is_left_out(bear):
    assert changed(bear, {"secret": ["1", "2"]}).text == "saved Bear"


def test_what_needs_a_right_is_shown_to_those_who_have_it(bear):
    changes = {"cost": ["1", "2"], "colour": ["red", "blue"]}
    without = changed(bear, changes, may=lambda action: action != "cost.view")
    assert without.text == "changed the colour of Bear from red to blue"
    assert changed(bear, changes, may=lambda action: True).text == "changed the colour and the cost of Bear"


def test_a_value_of_another_time_stands_as_it_is(bear):
    assert changed(bear, {"size": [1, "huge"]}).text == "changed the size of Bear from 1.0 cm to huge"


def test_an_erased_payload_leaves_the_kind(bear):
    assert tell("toy.made", None, bear).text == "Toy made"


def test_details_come_from_the_payload_and_may_be_missing(bear):
    assert tell("toy.sold", {"cents": 250}, bear).text == "sold Bear for 250 c"
    assert tell("toy.sold", {}, bear).text == "sold Bear for …"


def test_a_kind_and_a_record_that_nobody_declared_are_told_by_their_names():
    ref = Ref("shop.old_engine", uuid4(), "")
    told = tell("engine.taken_apart", {}, ref)
    assert (told.kind.label, told.text) == ("Engine taken apart", "taken apart an old_engine")
    assert tell("engine.sold", {}, None).text == "sold this record"
