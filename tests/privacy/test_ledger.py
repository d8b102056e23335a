"""When a promise is proven, as the page and the command both tell it."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from config.env import child_environ
from privacy.policies import ledger, proofs
from privacy.policies.ledger import Ledger, State
from privacy.policies.promises import PROMISES
from privacy.policies.proofs import Ending, Record
from tests import database

AT, CODE = "2026-11-20T10:00:00+00:00", "this code"
WHOLE = [1, 2, 3]
PARTLY = 147


@pytest.fixture(autouse=True)
def something_is_missing(monkeypatch):
    """Of one promise, whether or not that is so today; of three others nothing is."""
    for number in WHOLE:
        monkeypatch.setitem(PROMISES, number, replace(PROMISES[number], missing=""))
    monkeypatch.setitem(PROMISES, PARTLY, replace(PROMISES[PARTLY], missing="Half of it."))


def ended(outcome: str = "passed", code: str = CODE, held_at: str = AT, cases: int = 1) -> Record:
    endings = {f"[{n}]": Ending(outcome, code, "abc", AT, held_at if outcome == "passed" else "") for n in range(cases)}
    return Record(cases, endings)


def a_ledger(**tests: tuple[tuple[int, ...], Record | None]) -> Ledger:
    """``a_ledger(test_a=((2, 3), ended()))``"""
    marks = {f"tests/test_it.py::{name}": numbers for name, (numbers, _) in tests.items()}
    records = {f"tests/test_it.py::{name}": record for name, (_, record) in tests.items() if record}
    return ledger.ledger(marks, records, CODE)


def line(book: Ledger, number: int) -> ledger.Line:
    return book.lines[number - 1]


ONE, TWO, THREE = WHOLE


def test_a_promise_without_a_test_is_not_proven():
    book = a_ledger(test_a=((ONE,), ended()))
    assert line(book, TWO).state is State.NO_TEST
    assert (book.count(State.PROVEN), book.count(State.NO_TEST)) == (1, 149)


def test_one_test_may_prove_several():
    book = a_ledger(test_a=((ONE, TWO), ended()))
    assert line(book, ONE).state is line(book, TWO).state is State.PROVEN
    assert len(book.proofs) == 1


@pytest.mark.parametrize(
    ("record", "verdict"),
    [
        (ended("failed"), "Not proven: 1 of 2 tests failed"),
        (ended("error"), "Not proven: 1 of 2 tests failed"),
        (ended("xfailed"), "Not proven: 1 of 2 tests failed"),
        (ended("skipped"), "Not proven: 1 of 2 tests not passed on this code"),
        (ended(code="other code"), "Not proven: 1 of 2 tests not passed on this code"),
        (None, "Not proven: 1 of 2 tests not passed on this code"),
    ],
)
def test_all_of_its_tests_have_to_pass(record, verdict):
    book = a_ledger(test_a=((ONE,), ended()), test_b=((ONE,), record))
    assert (line(book, ONE).state, line(book, ONE).verdict) == (State.NOT_PROVEN, verdict)


def test_while_something_is_missing_no_test_proves_it():
    book = a_ledger(test_a=((PARTLY, ONE), ended()))
    assert line(book, PARTLY).state is State.NOT_PROVEN
    assert line(book, PARTLY).verdict == "Not proven: 1 test passed, but something is missing"
    assert line(book, PARTLY).held_at is None


def test_it_last_held_when_the_last_of_its_tests_did():
    book = a_ledger(
        test_a=((ONE,), ended()),
        test_b=((ONE, TWO), ended(held_at="2026-11-18T10:00:00+00:00", code="other code")),
        test_c=((TWO,), ended("failed")),
    )
    assert str(line(book, ONE).held_at) == "2026-11-18 10:00:00+00:00"
    assert line(book, TWO).held_at is None


def test_a_mark_without_a_promise_is_refused():
    with pytest.raises(proofs.BadMark, match=r"tests/test_it\.py::test_a: there is no promise 151"):
        a_ledger(test_a=((ONE, 151), ended()))


@pytest.fixture
def shown(monkeypatch) -> Callable[..., None]:
    """``shown(test_a=…)`` puts these tests in the place of ours."""

    def put(**tests: tuple[tuple[int, ...], Record | None]) -> None:
        for module in ("views", "management.commands.verify_promises"):
            monkeypatch.setattr(f"privacy.policies.{module}.of_this_installation", lambda: a_ledger(**tests))

    return put


def verify(*words: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("verify_promises", *words, stdout=out)
    except SystemExit as end:
        return int(end.code), out.getvalue()
    return 0, out.getvalue()


THREE_TESTS = {
    "test_a_day_has_24_hours": ((ONE,), ended(cases=3)),
    "test_nothing_is_lost": ((TWO,), ended("failed")),
    "test_later": ((PARTLY,), ended()),
}


def test_the_command_lists_every_promise_and_counts(shown):
    shown(**THREE_TESTS)
    code, text = verify()
    assert code == 1
    assert re.findall(r"^ *(\d+)  ", text, re.MULTILINE) == [str(number) for number in PROMISES]
    words = " ".join(text.split())
    for promise in PROMISES.values():
        assert all(each in words for each in (promise.words, promise.mechanism, promise.missing))
    assert f"{ONE:3}  PROVEN" in text and f"{TWO:3}  not proven" in text
    assert "passed     tests/test_it.py::test_a_day_has_24_hours (3 cases)" in text
    assert "1 of 150 promises are proven; 2 have tests and are not proven; 147 have no test." in words
    assert "1 of the 3 marked tests have not passed on this code. To run them: bin/test -m promise" in words


@pytest.mark.parametrize("columns", ["40", "80", "120", "300"])
def test_its_lines_fit_the_terminal(shown, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    shown(**THREE_TESTS)
    longest = max(len(row) for row in verify()[1].splitlines() if "::" not in row)
    assert longest <= max(80, min(int(columns), 120))


def test_json_says_the_same(shown):
    shown(**THREE_TESTS)
    code, text = verify("--json")
    given = json.loads(text)
    assert (code, given["promises"], given["proven"], given["not_proven"], given["no_test"]) == (1, 150, 1, 2, 147)
    row = given["ledger"][ONE - 1]
    assert (row["number"], row["state"], row["words"]) == (ONE, "proven", PROMISES[ONE].words)
    assert [(test["test"], test["state"], test["cases"]) for test in row["tests"]] == [
        ("tests/test_it.py::test_a_day_has_24_hours", "passed", 3)
    ]
    assert row["held_at"] == AT


def test_it_ends_well_when_all_are_proven(shown, monkeypatch):
    shown(test_a=(tuple(PROMISES), ended()))
    assert verify()[0] == 1  # something is missing to many
    monkeypatch.setattr(ledger.Line, "state", State.PROVEN)
    code, text = verify()
    assert code == 0
    assert "150 of 150 promises are proven" in text


def test_bad_usage_ends_with_2():
    ended = subprocess.run(
        [sys.executable, "manage.py", "verify_promises", "--nonsense"], cwd=database.PROJECT, capture_output=True
    )
    assert ended.returncode == 2
    with pytest.raises(CommandError):
        call_command("verify_promises", "14")


def test_it_needs_neither_a_database_nor_the_packages_of_tests(tmp_path):
    """As it runs where a release was put: only what running needs is there, and no server answers."""
    blocked = "import sys; sys.modules.update(dict.fromkeys(['pytest', 'xdist', 'playwright', 'hypothesis']));"
    program = f"{blocked} sys.argv = ['manage.py', 'verify_promises']; import manage; manage.main()"
    settings = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "PROMISES_FILE": str(tmp_path / "none")}
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=database.PROJECT,
        env=child_environ({**settings, "DEBUG": "0", "SECRET_KEY": "x" * 50}),
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "0 of 150 promises are proven" in ended.stdout


URL = "/privacy/promises/"


@pytest.fixture
def page(shown) -> Callable[..., str]:
    """``page("?state=proven", test_a=…)``: what a browser without cookies is shown."""

    def ask(query: str = "", **tests: tuple[tuple[int, ...], Record | None]) -> str:
        shown(**tests)
        response = Client().get(URL + query)
        assert response.status_code == 200
        assert not response.cookies
        return response.content.decode()

    return ask


def promises_on(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<article class="promise" id="promise-(\d+)"', page)]


def of(number: int, page: str) -> str:
    """The part of the page about one promise, as words."""
    part = page.partition(f'id="promise-{number}"')[2].partition("</article>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


def test_the_page_shows_every_promise_with_words_mechanism_and_proof(page, monkeypatch):
    monkeypatch.setitem(PROMISES, 104, replace(PROMISES[104], mechanism="", missing="All of it."))
    shown = page(**THREE_TESTS)
    assert promises_on(shown) == list(PROMISES)
    for text in (PROMISES[ONE].words, PROMISES[ONE].mechanism, "Proven by 1 test", "last on 20 Nov 2026"):
        assert text in of(ONE, shown)
    assert "A day has 24 hours tests/test_it.py · 3 cases" in of(ONE, shown)
    assert "Not proven: 1 test failed" in of(TWO, shown)
    assert "Nothing is lost failed · tests/test_it.py" in of(TWO, shown)
    assert f"Missing {PROMISES[PARTLY].missing}" in of(PARTLY, shown)
    assert "Not built yet All of it." in of(104, shown)
    assert "No test yet" in of(THREE, shown)
    assert "From BigTime 2020, line 13" in of(14, shown)
    assert "needed for promise 8 , promise 9" in of(10, shown)


@pytest.mark.parametrize(
    ("state", "numbers"),
    [("proven", [ONE]), ("not-proven", sorted([TWO, PARTLY])), ("odd", list(PROMISES)), ("", list(PROMISES))],
)
def test_it_is_narrowed_to_a_state(page, state, numbers):
    assert promises_on(page(f"?state={state}", **THREE_TESTS)) == numbers


def test_a_state_that_no_promise_is_in_says_so(page):
    assert "No promise is in this state." in page("?state=proven")


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        ({}, "It came without the tests"),
        ({"test_a": ((ONE,), None)}, "none has been run on this code"),
        ({"test_a": ((ONE,), ended(code="other")), "test_b": ((TWO,), ended())}, "1 of 2 tests have not passed"),
        ({"test_a": ((ONE,), ended("failed")), "test_b": ((TWO,), None)}, "1 of 2 tests failed"),
        ({"test_a": ((ONE,), ended()), "test_b": ((ONE,), ended())}, "All 2 tests passed on this code"),
    ],
)
def test_its_head_says_what_was_checked(page, tests, said):
    shown = page(**tests)
    assert said in " ".join(re.sub(r"<[^>]+>", "", shown).split())
    assert ("at abc" in shown) == any(record for _, record in tests.values())


def test_the_points_of_disagreement_stand_on_it(page):
    shown = page()
    assert re.findall(r'id="decision-(M\d)"', shown) == [f"M{number}" for number in range(1, 10)]


def test_it_is_linked_from_the_other_public_pages(client, db):
    for path in ("/", "/privacy/", "/login/"):
        assert f'href="{URL}"' in client.get(path).content.decode(), path


def test_it_asks_the_database_nothing(page):
    page(**THREE_TESTS)  # without the mark for a database, a query raises
