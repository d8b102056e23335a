"""What may stand in the way of an hour, asked at once."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.timetracking.statements import asked
from timetracking.first_look import FirstLook, look
from timetracking.models import ProjectMember, RunningTimer, Task, TimeEntry, TimeSettings, Timesheet
from timetracking.sheets import locks

TUESDAY = date(2026, 11, 17)
NOTHING = FirstLook(has_closed_sheet=False, has_timer=False, has_team=False, has_entries=False)


@pytest.fixture
def sheet(bobs):
    return Timesheet(person=bobs, first_day=TUESDAY, last_day=TUESDAY + timedelta(days=6))


def start_timer(person, project):
    now = timezone.now()
    RunningTimer.objects.create(
        person=person, project=project, started_at=now, seen_at=now, ask_at=now, time_zone="Europe/Copenhagen"
    )


def test_nothing_stands_in_the_way_of_most_hours(in_acme, bobs, website):
    assert look(bobs, website, None, TUESDAY) == NOTHING


@pytest.mark.parametrize("state", Timesheet.State)
def test_a_timesheet_that_closes_the_day_is_seen_and_no_other(in_acme, bobs, alices, website, sheet, state):
    sheet.state = state
    sheet.save()
    is_closed = state in Timesheet.CLOSED
    for day, person, expected in (
        (TUESDAY - timedelta(days=1), bobs, False),
        (TUESDAY, bobs, is_closed),
        (TUESDAY + timedelta(days=6), bobs, is_closed),
        (TUESDAY + timedelta(days=7), bobs, False),
        (TUESDAY, alices, False),
    ):
        assert look(person, website, None, day).has_closed_sheet is expected


def test_a_timer_and_a_team_are_seen(in_acme, bobs, alices, website, internal):
    start_timer(bobs, website)
    ProjectMember.objects.create(project=website, person=alices)
    seen = look(bobs, website, None, TUESDAY)
    assert (seen.has_timer, seen.has_team, seen.has_closed_sheet) == (True, True, False)
    assert look(alices, internal, None, TUESDAY) == NOTHING


def test_entries_of_this_very_work_and_day_are_seen(in_acme, bobs, alices, website, internal):
    design = Task.objects.create(project=website, name="Design")
    TimeEntry.objects.create(person=bobs, project=website, task=design, day=TUESDAY, minutes=30)
    TimeEntry.objects.create(person=bobs, project=internal, day=TUESDAY, minutes=30)
    assert look(bobs, website, design, TUESDAY).has_entries
    assert look(bobs, internal, None, TUESDAY).has_entries
    for nothing in (
        (bobs, website, None, TUESDAY),
        (bobs, internal, None, TUESDAY + timedelta(days=1)),
        (alices, internal, None, TUESDAY),
    ):
        assert not look(*nothing).has_entries


def test_the_settings_come_along_as_they_stand_or_as_they_come(in_acme, bobs, website):
    def settings():
        look(bobs, website, None, TUESDAY)
        names = [field.attname for field in TimeSettings._meta.concrete_fields]
        with CaptureQueriesContext(connection) as captured:
            found = TimeSettings.current()
        assert not captured.captured_queries
        return {name: getattr(found, name) for name in names if name not in ("id", "public_id")}

    assert settings()["smallest_group"] == TimeSettings().smallest_group


def test_changed_settings_come_along(acme, inside, bobs, website):
    with inside(acme):
        TimeSettings.objects.create(needs_clock=True, locked_through=TUESDAY, lock_reason="Invoiced")
    with inside(acme):
        look(bobs, website, None, TUESDAY)
        found = TimeSettings.current()
        assert found == TimeSettings.objects.get()
        assert (found.needs_clock, found.locked_through, found.lock_reason) == (True, TUESDAY, "Invoiced")
        assert (found.day_ends, found.version) == (TimeSettings().day_ends, 1)


def test_it_is_one_statement_once_the_person_is_held(in_acme, bobs, website):
    locks.hold(bobs)
    assert asked(lambda: look(bobs, website, None, TUESDAY)) == 1
