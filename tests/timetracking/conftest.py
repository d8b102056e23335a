"""Projects, tasks and hours of Acme, and one project of Globex."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.models import Membership
from crm.models import Company
from crm.search import reindex
from timetracking import actions
from timetracking.models import Project, Task

MONDAY = date(2026, 11, 16)
TUESDAY = date(2026, 11, 17)


@pytest.fixture
def bobs(acme, bob):
    """Bob's membership in Acme."""
    return Membership.objects.get(account_id=acme.pk, user_id=bob.pk)


@pytest.fixture
def alices(acme, alice):
    """Alice's membership in Acme."""
    return Membership.objects.get(account_id=acme.pk, user_id=alice.pk)


@pytest.fixture
def museum(acme, inside):
    """A company that Acme works for."""
    with inside(acme):
        company = Company.objects.create(name="Tidewater Museum")
        reindex([company])
        return company


@pytest.fixture
def website(acme, museum, inside):
    """A billable project with a rate."""
    with inside(acme):
        return actions.create(Project(name="Website relaunch", company=museum, hourly_rate=95, currency="EUR"))


@pytest.fixture
def design(acme, website, inside):
    """A task of the website."""
    with inside(acme):
        return Task.objects.create(project=website, name="Design")


@pytest.fixture
def internal(acme, inside):
    """Work for the firm itself, never billed."""
    with inside(acme):
        return actions.create(Project(name="Internal", billable=False))


@pytest.fixture
def entry(acme, bobs, website, design, inside):
    """An hour and a half that Bob designed on Monday."""
    with inside(acme):
        return actions.log_time(bobs, website, design, MONDAY, 90)


@pytest.fixture
def secret(globex, mallory, inside):
    """A project of Globex, which Acme must never see."""
    with inside(globex):
        return actions.create(Project(name="Death ray"))
