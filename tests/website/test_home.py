"""The front page, for strangers and for those who are signed in."""

from __future__ import annotations

import json
import re

import pytest
from django.utils.html import escape

from privacy.policies import ledger
from privacy.policies.promises import PROMISES
from tests.promises import promise
from website import features
from website.features import Feature


@pytest.fixture(autouse=True)
def _fresh_promises():
    ledger._in_minute.cache_clear()
    yield
    ledger._in_minute.cache_clear()


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_stranger_is_offered_the_trial_and_the_database_is_asked_nothing(client):
    """No database is asked for here, so any statement would fail."""
    response = client.get("/")
    assert "Start free trial (no card)" in words(response) and "Open Candor" not in words(response)
    assert not response.cookies


def test_who_is_signed_in_is_offered_the_way_in(client, alice):
    client.force_login(alice)
    page = client.get("/").content.decode()
    assert "Start free trial" not in page and "Sign in" not in page
    assert page.count("Open Candor") == 2


def test_the_number_of_proven_promises_is_that_of_the_last_run(client, settings, tmp_path, monkeypatch):
    settings.PROMISES_FILE = tmp_path / "promises.json"
    page = words(client.get("/"))
    assert f"{len(PROMISES)} promises, each with what keeps it" in page
    assert "the tests have not run yet" in page and "proven by tests" not in page
    eighth = [line for line in ledger.of_this_installation().lines if line.promise.number == 8]
    ending = {"outcome": "passed", "code": ledger._source()[1], "commit": "abc", "at": "2026-11-22T06:00:00+00:00"}
    ran = {proof.test: {"cases": 1, "endings": {"only": ending}} for line in eighth for proof in line.proofs}
    settings.PROMISES_FILE.write_text(json.dumps({"tests": ran}))
    ledger._in_minute.cache_clear()
    proven = ledger.of_this_installation().count(ledger.State.PROVEN)
    assert proven >= 1
    page = words(client.get("/"))
    assert f"{len(PROMISES)} promises, {proven} proven by tests" in page
    assert f"Proven by {len(eighth[0].proofs)} test" in page


def test_a_promise_that_is_not_kept_in_full_says_so(client):
    page = client.get("/").content.decode()
    shown = {int(number) for number in re.findall(r"#promise-(\d+)", page)}
    assert len(shown) == 6
    for number in shown:
        assert escape(PROMISES[number].words) in page or PROMISES[number].words in page
        assert not PROMISES[number].missing or f"Missing: {PROMISES[number].missing}" in page


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("2h15", "= 2 h 15 min"),
        ("1,25", "= 1 h 15 min"),
        ("45", "45 hours? Type 45m for minutes."),
        ("<b>soon</b>", "That is not a length of time."),
        ("9" * 500, "Type "),
    ],
)
def test_hours_are_read_as_the_weekly_grid_reads_them(client, typed, answer):
    page = client.get("/", {"typed": typed})
    assert answer in page.content.decode()
    assert b"<b>soon" not in page.content


def test_the_examples_of_the_log_are_sentences_that_the_log_writes(client):
    page = words(client.get("/"))
    assert "Bob Reyes logged 3:30 on Website relaunch (Build) for" in page
    assert "Alice Novak changed the role of Carol Lindqvist from Member to Reader" in page


@promise(40)
@pytest.mark.parametrize(
    "path", ["/", "/pricing/", "/trial/", "/privacy/", "/privacy/promises/", "/terms/", "/cookies/"]
)
def test_a_public_page_sets_no_cookie(client, db, path):
    response = client.get(path)
    assert response.status_code == 200
    assert not response.cookies


def test_nothing_is_said_of_looks_and_exports_that_their_promises_do_not_hold(client, monkeypatch):
    here, missing = Feature("It", promise=8), Feature("It", "no/such/page/")
    for export, looks in ((here, missing), (missing, here)):
        monkeypatch.setattr(features, "EXPORT", export)
        monkeypatch.setattr(features, "LOOKS", looks)
        page = words(client.get("/"))
        assert ("One button makes an archive" in page) is export.is_here
        assert ("Our support sees a record only where you allow it" in page) is looks.is_here
        assert ("We don’t look" in page) is not looks.is_here
