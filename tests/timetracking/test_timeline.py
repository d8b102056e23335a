"""Hours in a company's timeline: own ones for a member, all for who may see them; page by page by the day."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership
from crm.models import Company
from crm.timeline.sources import Before
from timetracking.models import Project, TimeEntry
from timetracking.timeline import hours


@pytest.fixture
def worked(in_acme, alice, bob):
    company = Company.objects.create(name="Tidewater")
    project = Project.objects.create(name="Website", company=company)
    people = {user: Membership.objects.get(account=in_acme, user=user) for user in (alice, bob)}
    for day in range(5):
        for user in (alice, bob):
            TimeEntry.objects.create(
                project=project, person=people[user], day=timezone.localdate() - timedelta(days=day), minutes=day + 1
            )
    TimeEntry.objects.create(
        project=Project.objects.create(name="Elsewhere"), person=people[bob], day=timezone.localdate(), minutes=9
    )
    return company, people


def test_a_member_sees_own_hours_and_an_owner_all(worked, alice, bob):
    company, people = worked
    assert len(hours(company, people[alice], None, 50)) == 10
    lines = hours(company, people[bob], None, 50)
    assert [line.it.minutes for line in lines] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("size", [1, 3, 4])
def test_pages_hold_each_once(worked, alice, size):
    company, people = worked
    seen, before = [], None
    while found := hours(company, people[alice], before, size):
        seen += [line.id for line in found]
        before = Before(found[-1].at, found[-1].id)
    assert len(seen) == len(set(seen)) == 10


def test_what_is_older_than_a_moment_between_two_noons(worked, alice):
    company, people = worked
    noon = hours(company, people[alice], None, 1)[0].at
    for moment, number in ((noon + timedelta(minutes=1), 10), (noon - timedelta(minutes=1), 8), (noon, 8)):
        assert len(hours(company, people[alice], Before(moment, 0), 50)) == number


def test_the_page_tells_them(client, worked, acme, bob):
    client.force_login(bob)
    page = client.get(f"/a/acme/companies/{worked[0].public_id}/?show=hours").content.decode()
    assert "logged <b" in page and "Website" in page
