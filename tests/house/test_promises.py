"""The ledger of promises is one: the tests' marks, the page, the command and the file say the same."""

from __future__ import annotations

import io
import json
import re

from django.conf import settings
from django.core.management import call_command

from privacy.policies import ledger, proofs
from privacy.policies.promises import BOOK, PROMISES

MARKS = proofs.marks(settings.BASE_DIR / "tests")
# Promises that no test proves yet: this list only shrinks. While one is left, `manage.py verify_promises` exits 1.
UNTESTED: set[int] = set()


def test_what_pytest_sees_as_marked_is_what_stands_in_the_source(request):
    collected: dict[str, set[int]] = {}
    for item in request.session.items:
        numbers = {number for mark in item.iter_markers("promise") for number in mark.args}
        collected.setdefault(item.nodeid.partition("[")[0], set()).update(numbers)
    read = {test: set(MARKS.get(test, ())) for test in collected}
    assert {test: numbers for test, numbers in collected.items() if numbers != read[test]} == {}


def test_every_mark_names_a_promise():
    assert {number for numbers in MARKS.values() for number in numbers} <= PROMISES.keys()
    assert len(MARKS) > 50


def test_a_promise_without_a_test_says_what_is_missing():
    """Whoever takes the word “missing” away brings the test along."""
    tested = {number for numbers in MARKS.values() for number in numbers}
    assert [number for number, promise in PROMISES.items() if not promise.missing and number not in tested] == []


def test_no_promise_loses_its_test():
    tested = {number for numbers in MARKS.values() for number in numbers}
    assert PROMISES.keys() - tested <= UNTESTED


def test_every_source_has_the_lines_that_are_named():
    sources = [source for promise in PROMISES.values() for source in promise.sources]
    assert {source.document for source in sources} == set(BOOK.documents.values())
    assert [str(source) for source in sources if not 1 <= source.first <= source.last <= source.document.lines] == []


def test_the_page_and_the_command_say_the_same(client, db):
    out = io.StringIO()
    try:
        call_command("verify_promises", "--json", stdout=out)
    except SystemExit as end:
        assert end.code == 1
    told = {row["number"]: row for row in json.loads(out.getvalue())["ledger"]}
    page = client.get("/privacy/promises/").content.decode()
    shown = re.findall(r'id="promise-(\d+)".*?</article>', page, re.DOTALL)
    assert [int(number) for number in shown] == list(told) == list(PROMISES)
    for line in ledger.of_this_installation().lines:
        row = told[line.promise.number]
        assert (row["state"], row["words"]) == (line.state, line.promise.words)
        assert [test["test"] for test in row["tests"]] == [proof.test for proof in line.proofs]
    for state in ledger.State:
        address = f"/privacy/promises/?state={state.replace(' ', '-')}"
        listed = re.findall(r'id="promise-(\d+)"', client.get(address).content.decode())
        assert [int(number) for number in listed] == [number for number, row in told.items() if row["state"] == state]
