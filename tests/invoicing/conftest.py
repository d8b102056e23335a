"""A client of Acme's with hours at a rate."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.models import Membership
from crm.models import Company
from timetracking import actions
from timetracking.models import Project, Task, TimeEntry

MONDAY = date(2026, 11, 16)


@pytest.fixture
def alices(acme, alice):
    return Membership.objects.select_related("account", "user").get(account_id=acme.pk, user_id=alice.pk)


@pytest.fixture
def bobs(acme, bob):
    return Membership.objects.select_related("account", "user").get(account_id=acme.pk, user_id=bob.pk)


@pytest.fixture
def museum(in_acme):
    return Company.objects.create(name="Tidewater Museum", street="Havnegade 14", postal_code="1058", city="Copenhagen")


@pytest.fixture
def website(museum):
    return actions.create(Project(name="Website", company=museum, hourly_rate=95, currency="EUR"))


@pytest.fixture
def design(website):
    return Task.objects.create(project=website, name="Design")


@pytest.fixture
def worked(website, alices):
    """``worked(90, task=design)``: so many minutes on the website."""

    def worked(minutes, *, day=MONDAY, person=alices, project=website, **more):
        return TimeEntry.objects.create(project=project, person=person, day=day, minutes=minutes, **more)

    return worked
