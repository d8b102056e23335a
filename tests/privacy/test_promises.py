"""The file of promises: whole, and refused when it is not."""

from __future__ import annotations

import pytest

from privacy.policies import promises
from privacy.policies.promises import BOOK, PROMISES, BadLedger

TEXT = promises.FILE.read_text(encoding="utf-8")
FIRST = TEXT[TEXT.index("[[promise]]") : TEXT.index("[[promise]]", TEXT.index("[[promise]]") + 1)]


def test_there_are_150_and_each_says_what_it_has_to():
    assert list(PROMISES) == list(range(1, 151))
    for promise in PROMISES.values():
        assert promise.words.endswith("."), promise
        assert (promise.mechanism or promise.missing).endswith("."), promise
        assert len(promise.words) < 140, promise


def test_no_two_promises_say_the_same():
    assert len({promise.words for promise in PROMISES.values()}) == len(PROMISES)


def test_every_area_has_promises_and_they_stand_in_order():
    areas = [promise.area for promise in PROMISES.values()]
    assert areas == sorted(areas)
    assert list(dict.fromkeys(areas)) == list(BOOK.areas) == list("ABCDEFGHIJKL")


def test_the_points_of_disagreement_are_decided():
    assert [decision.name for decision in BOOK.decisions] == [f"M{number}" for number in range(1, 10)]
    for decision in BOOK.decisions:
        assert all(words.endswith(".") for words in (decision.decided, *dict(decision.said).values())), decision


def test_a_source_reads_as_a_place():
    assert str(PROMISES[14].sources[0]) == "BigTime 2020, line 13"
    assert str(PROMISES[119].sources[0]) == "BigTime 2020, lines 75–86"
    assert [str(source) for source in PROMISES[26].sources] == ["BigTime 2020, line 11", "BigContacts 2010, line 11"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("number = 2\n", "number = 3\n", r"missing \[2\], doubled \[3\]"),
        (FIRST, "", r"missing \[1\]"),
        (FIRST, FIRST + FIRST, r"doubled \[1\]"),
        ("number = 150\n", "number = 151\n", r"missing \[150\]"),
        ("Your name is yours, and kept apart from your firm’s.", " ", "2 has no words"),
        ('mechanism = "Every field shows its source."', "", "122 says neither how"),
        ('source = ["BT 7"]', "", "2 names neither a source"),
        ('source = ["BT 7"]', 'source = ["BT 119"]', "2 names lines that its source does not have"),
        ('source = ["BT 75-86"]', 'source = ["BT 86-75"]', "119 names lines that its source does not have"),
        ('source = ["BT 7"]', 'source = ["BT 0"]', "2 names lines that its source does not have"),
        ('source = ["BT 7"]', 'source = ["XY 7"]', '"XY 7" is no source'),
        ('source = ["BT 7"]', 'source = ["line 7"]', '"line 7" is no source'),
        ('area = "B"', 'area = "Z"', "26 has an unknown area"),
        ("implied_by = [8, 9]", "implied_by = [151]", "10 is implied by no other promise"),
        ("implied_by = [8, 9]", "implied_by = [10]", "10 is implied by no other promise"),
        ("promises = [57, 58]", "promises = [571]", "M4 names no promise"),
        ('decided = "Both work."', 'decided = ""', "M4 has an empty text"),
    ],
)
def test_a_fault_in_the_file_is_named(tmp_path, old, new, said):
    assert TEXT.count(old) >= 1
    (tmp_path / "promises.toml").write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadLedger, match=said):
        promises.load(tmp_path / "promises.toml")


def test_all_faults_are_named_at_once(tmp_path):
    text = TEXT.replace('source = ["BT 7"]', "").replace('area = "B"', 'area = "Z"', 1)
    (tmp_path / "promises.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadLedger) as trouble:
        promises.load(tmp_path / "promises.toml")
    assert len(str(trouble.value).splitlines()) == 2
