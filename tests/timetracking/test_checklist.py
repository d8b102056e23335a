"""The first steps here tick themselves."""

from datetime import date
from decimal import Decimal

import pytest

from accounts import checklist
from accounts.models import Membership
from timetracking import actions
from timetracking.models import Project
from timetracking.rates.actions import set_rate


@pytest.fixture
def done(alice, in_acme):
    """``done("hour")``: whether Alice's step is ticked."""
    member = Membership.objects.select_related("account").get(user=alice, account=in_acme)
    return lambda word: next(step for step in checklist.steps(member) if word in step.words).is_done


def test_a_project_ticks_one_and_an_hour_of_ones_own_the_other(done, alice, bob, in_acme):
    assert not done("project") and not done("hour")
    project = actions.create(Project(name="Website"))
    assert not done("project")  # its rate is missing
    set_rate("bill", Decimal(95), project=project)
    assert done("project") and not done("hour")
    people = Membership.objects.filter(account=in_acme)
    actions.log_time(people.get(user=bob), project, None, date(2026, 11, 20), 60)
    assert not done("hour")
    actions.log_time(people.get(user=alice), project, None, date(2026, 11, 20), 60)
    assert done("hour")
