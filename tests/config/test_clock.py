"""The scheduler: all at once when it starts, then each as often as it says, whatever the clock on the wall does."""

from datetime import UTC, datetime, timedelta

import pytest
from celery.utils.imports import symbol_by_name

from config.celery import BEAT, app
from config.clock import Clock


@pytest.fixture
def passed(monkeypatch):
    """``passed(60)``: so many seconds have passed since the test began."""
    seconds = [1000.0]
    monkeypatch.setattr("config.clock.time.monotonic", lambda: seconds[0])

    def pass_by(more: float) -> None:
        seconds[0] += more

    return pass_by


@pytest.fixture
def sent(monkeypatch):
    names = []
    monkeypatch.setattr(Clock, "apply_entry", lambda self, entry, producer: names.append(entry.name))
    monkeypatch.setattr(Clock, "producer", None)
    return names


def test_what_starts_sends_everything_once(passed, sent):
    clock = Clock(app)
    clock.tick()
    clock.tick()
    assert sorted(sent) == sorted(BEAT)


def test_each_is_sent_as_often_as_it_says(passed, sent):
    clock = Clock(app)
    for _ in range(600):
        clock.tick()
        passed(1)
    assert (sent.count("waiting mail"), sent.count("alarms"), sent.count("old mail")) == (10, 40, 1)


@pytest.mark.parametrize("jump", [timedelta(days=-1), timedelta(days=1)])
def test_a_clock_that_jumps_changes_nothing(passed, sent, monkeypatch, jump):
    clock = Clock(app)
    clock.tick()
    sent.clear()
    monkeypatch.setattr(type(app), "now", lambda self: datetime.now(UTC) + jump)
    clock.tick()
    assert sent == []
    passed(60)
    clock.tick()
    assert sorted(sent) == sorted(name for name, entry in BEAT.items() if entry["schedule"] <= timedelta(seconds=60))


def test_a_broker_that_is_away_does_not_stop_it(passed, monkeypatch):
    def is_away(*given, **words):
        raise OSError

    monkeypatch.setattr(Clock, "producer", None)
    monkeypatch.setattr(Clock, "apply_async", is_away)
    assert Clock(app).tick() <= 1


def test_it_is_the_scheduler_that_runs():
    assert symbol_by_name(app.conf.beat_scheduler) is Clock


def test_what_runs_by_the_clock_exists_and_says_how_often():
    app.loader.import_default_modules()
    assert {entry["task"] for entry in BEAT.values()} <= set(app.tasks)
    assert all(isinstance(entry["schedule"], timedelta) for entry in BEAT.values())
