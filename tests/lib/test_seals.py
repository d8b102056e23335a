"""Seals open what was closed here, for the same purpose, and nothing else."""

from datetime import timedelta

import pytest

from lib.seals import Seal, marks


@pytest.mark.parametrize("text", ["", "alice@acme.example", "æøå 李", "x" * 5000, "\x00"])
def test_a_seal_opens_what_it_closed_and_shows_none_of_it(text):
    seal = Seal("toy")
    sealed = seal.close(text)
    assert seal.open(sealed) == text
    assert sealed.replace("-", "").replace("_", "").isalnum()
    assert seal.close(text) != sealed
    assert not text or text not in sealed


def test_another_purpose_another_secret_or_one_changed_letter_opens_nothing(settings):
    sealed = Seal("toy").close("duck")
    assert Seal("game").open(sealed) is None
    for at in (0, 30, len(sealed) - 2):
        letter = "A" if sealed[at] != "A" else "B"
        assert Seal("toy").open(sealed[:at] + letter + sealed[at + 1 :]) is None
    for odd in ("", "é", "\ud800", "\x00", sealed[:-4], "=" * 8):
        assert Seal("toy").open(odd) is None
    settings.SEAL_SECRETS = ["another"]
    assert Seal("toy").open(sealed) is None


def test_a_former_secret_still_opens_and_no_longer_seals(settings):
    settings.SEAL_SECRETS = ["old"]
    sealed, mark = Seal("toy").close("duck"), marks("toy", "duck")
    settings.SEAL_SECRETS = ["new", "old"]
    assert Seal("toy").open(sealed) == "duck"
    assert marks("toy", "duck")[1:] == mark
    fresh = Seal("toy").close("duck")
    settings.SEAL_SECRETS = ["old"]
    assert Seal("toy").open(fresh) is None


def test_a_seal_may_be_too_old(monkeypatch):
    sealed = Seal("toy").close("duck")
    assert Seal("toy").open(sealed, timedelta(days=1)) == "duck"
    monkeypatch.setattr("time.time", lambda: 4_000_000_000)
    assert Seal("toy").open(sealed) == "duck"
    assert Seal("toy").open(sealed, timedelta(days=1)) is None


def test_a_mark_recognises_and_tells_nothing():
    assert marks("toy", "duck") == marks("toy", "duck")
    assert len({*marks("toy", "duck"), *marks("toy", "dock"), *marks("game", "duck")}) == 3
    assert all(len(mark) == 40 for mark in marks("toy", "duck"))
