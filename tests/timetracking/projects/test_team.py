"""Who may log time on a project: its team, on every way there is; without a team, everybody."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership
from tests.api.conftest import key_for, program_of  # noqa: F401
from timetracking import actions
from timetracking.access import can_log_on
from timetracking.errors import NotOnTheTeam, Refused
from timetracking.finding import find_work
from timetracking.models import Project, ProjectMember, RunningTimer, SheetRow, TimeEntry
from timetracking.timer import actions as timer

REFUSED = "You are not on the team of Website relaunch. Whoever manages it can add you."
DAY = {"day": "2026-11-16"}


@pytest.fixture
def closed(website, alices, acme, inside):
    """The website has a team, and Bob is not on it."""
    with inside(acme):
        ProjectMember.objects.create(project=website, person=alices)
    return website


def test_a_project_is_everybodys_until_it_has_a_team(website, alices, bobs, in_acme):
    assert can_log_on(bobs, website) and can_log_on(alices, website)
    ProjectMember.objects.create(project=website, person=alices)
    assert can_log_on(alices, website) and not can_log_on(bobs, website)
    ProjectMember.objects.create(project=website, person=bobs)
    assert can_log_on(bobs, website)


def test_no_way_leads_past_the_team(client, bob, closed, internal, acme, inside, program_of):  # noqa: F811
    work, one = {"work": str(closed.public_id)}, closed.public_id
    client.force_login(bob)
    cell = {**work, **DAY, "version": "", "text": "1:00"}
    ways = {
        "time/cell/": cell,
        "time/cell/entries/add/": {**work, **DAY, "time": "1:00"},
        "time/rows/": {**work, "week": "2026-11-16"},
        "time/entries/": {**work, **DAY, "time": "1:00"},
        "timer/": work,
        "timer/start/": work,
    }
    for path, form in ways.items():
        said = client.post(f"/a/acme/{path}", form)
        assert said.status_code in (404, 405, 422), path
    assert json.loads(client.post("/a/acme/time/cell/", cell).content)["error"] == REFUSED
    program = program_of(acme, bob)
    entry = {"project": str(one), "minutes": 5, **DAY}
    answers = [program.post("time-entries/", entry), program.post("timer/start/", {"project": str(one)})]
    assert [answer.status_code for answer in answers] == [422, 422]
    own = program.post("time-entries/", {**entry, "project": str(internal.public_id)}).data
    moved = program.patch(f"time-entries/{own['id']}/", {"project": str(one)})
    assert moved.data["errors"] == {"record": [REFUSED]}
    with inside(acme):
        assert not TimeEntry.objects.filter(project=closed).exists()
        assert not RunningTimer.objects.exists() and not SheetRow.objects.exists()


def test_what_was_logged_before_stays_and_goes_no_further(client, bob, bobs, alices, website, design, entry, in_acme):
    website.refresh_from_db()
    ProjectMember.objects.create(project=website, person=alices)
    assert TimeEntry.objects.get() == entry
    assert actions.change_entry(entry, note="Sketches").note == "Sketches"
    week = entry.day - timedelta(days=entry.day.weekday())
    copied = actions.copy_week(bobs, week, week + timedelta(days=7), hours=True)
    assert (copied.rows, copied.rows_closed, copied.entries) == (0, 1, 0)
    assert find_work(bobs, "website") == [] and find_work(bobs, "") == []
    assert [work[1] for work in find_work(alices, "website")] == [None, design]


def test_a_timer_of_whom_the_team_lost_goes_on_until_it_is_moved(website, internal, alices, bobs, in_acme):
    timer.start(bobs, website, at=timezone.now() - timedelta(minutes=5))
    ProjectMember.objects.create(project=website, person=alices)
    with pytest.raises(NotOnTheTeam, match="The timer goes on: choose something else for its 0:05"):
        timer.stop(bobs)
    timer.change(bobs, expected=1, project=internal, task=None)
    assert timer.stop(bobs).entries[0].project == internal
    timer.start(bobs, internal)
    with pytest.raises(Refused):
        timer.change(bobs, expected=1, project=website)


def test_members_see_what_they_may_log_on_and_managers_see_all(client, acme, alice, bob, carol, closed, inside):
    one, seen = f"/a/acme/projects/{closed.public_id}/", "Website relaunch"
    pages = {"/a/acme/projects/": 200, one: 200, "/a/acme/search/?q=relaunch": 200, "/a/acme/": 200}
    for person, sees in ((alice, True), (carol, True), (bob, False)):
        client.force_login(person)
        for page in pages:
            answer = client.get(page)
            assert (seen in answer.content.decode()) is sees, (person, page)
        assert client.get(one).status_code == (200 if sees else 404)
    Membership.objects.filter(account=acme, user=bob).update(role="manager", sees_only_own_records=True)
    assert client.post(f"{one}archive/").status_code == 404
    with inside(acme):
        assert Project.objects.get(pk=closed.pk).is_active
        ProjectMember.objects.create(project=closed, person=Membership.objects.get(account=acme, user=bob))
    assert client.get(one).status_code == 200
