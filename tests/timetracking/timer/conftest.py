"""A clock that the test moves, for whoever works by the timer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from tests.timetracking.conftest import *  # noqa: F403  (the projects and hours of Acme)
from timetracking.timer import actions


class MovingClock:
    """Stands still until it is told to go on."""

    def __init__(self, *modules):
        self.moment = datetime(2026, 11, 18, 9, 0, 42, tzinfo=UTC)

    def now(self):
        return self.moment

    def goes_on(self, **time):
        self.moment += timedelta(**time)


@pytest.fixture
def moving_clock(monkeypatch):
    """Wednesday, 18 November 2026, 9:00:42 UTC, and no second more until the test says so."""
    clock = MovingClock()
    monkeypatch.setattr(actions, "timezone", SimpleNamespace(now=clock.now))
    return clock
