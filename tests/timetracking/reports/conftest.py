"""Three people's hours on two projects, and the rates that they are billed at."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import User
from demo import cast
from timetracking import actions
from timetracking.rates.actions import set_rate


@pytest.fixture
def cara(acme, inside):
    """A third person in Acme, so that a report may compare."""

    user = User.objects.create_user("cara@acme.example", first_name="Cara", last_name="Acme")
    return cast.joins(acme, user, "member")


@pytest.fixture
def hours(acme, alices, bobs, cara, website, design, internal, inside):
    """In October and November: Alice 1:00 and 2:00, Bob 3:00 of design, Cara 0:30 of the firm's own work."""
    with inside(acme):
        set_rate("cost", Decimal(40), currency="EUR")
        return [
            actions.log_time(alices, website, None, date(2026, 10, 14), 60),
            actions.log_time(alices, website, None, date(2026, 11, 3), 120),
            actions.log_time(bobs, website, design, date(2026, 11, 4), 180, note="Sketches"),
            actions.log_time(cara, internal, None, date(2026, 11, 5), 30),
        ]


NOVEMBER = {"period": "days", "from": "2026-11-01", "to": "2026-11-30"}
