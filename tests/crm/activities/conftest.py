"""Bob's Sunday noon in Copenhagen, and how he plans."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from crm.activities import actions
from crm.models import Activity

NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)
TODAY = date(2026, 11, 22)


@pytest.fixture
def noon(monkeypatch):
    """It is noon of 22 November 2026 in Copenhagen."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def plan(acme, bob, inside, member_of):
    """``plan("Call", due_on=…)``: an activity of Bob's."""

    def plan(subject="Send the quote", **facts):
        with inside(acme):
            facts = {"owner": member_of(bob), "time_zone": "Europe/Copenhagen", **facts}
            return actions.add(Activity(subject=subject, **facts))

    return plan


@pytest.fixture
def open_ones(acme, inside):
    """What is open, as (subject, day)."""

    def found(**filters):
        with inside(acme):
            rows = Activity.objects.open().filter(**filters).order_by("due_on", "id")
            return [(each.subject, str(each.due_on)) for each in rows]

    return found
