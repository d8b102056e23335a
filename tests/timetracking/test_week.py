"""The weekly grid's page: whose hours, which rows, which sums."""

from datetime import date, timedelta

import pytest

from tests.timetracking.statements import asked
from timetracking import actions
from timetracking.errors import NeedsConfirmation
from timetracking.models import Project, Task, TimeEntry
from timetracking.queries import SHORT_SHEET, week_of

WEEK = "/a/acme/time/?week=2026-11-18"
MONDAY = date(2026, 11, 16)
TODAY = date(2026, 11, 19)


def week(bobs, acme, day=MONDAY):
    return week_of(bobs, day, account=acme, today=TODAY)


def names(shown):
    return [(str(row.project), str(row.task or "")) for row in shown.rows]


def test_bob_sees_his_hours_with_their_place_in_words(client, bob, entry):
    client.force_login(bob)
    page = client.get(WEEK).content.decode()
    assert 'aria-label="Tidewater Museum, Website relaunch, Design, Monday 16 November, 1 hour 30 minutes"' in page
    assert 'aria-label="Tidewater Museum, Website relaunch, Design, Tuesday 17 November, empty"' in page


def test_without_scripts_a_cell_leads_to_the_days_form(client, bob, entry):
    client.force_login(bob)
    work = f"{entry.project.public_id}.{entry.task.public_id}"
    assert f'href="/a/acme/time/day/?work={work}&amp;day=2026-11-17"' in client.get(WEEK).content.decode()


def test_mallory_finds_nothing(client, mallory, entry):
    client.force_login(mallory)
    assert client.get(WEEK).status_code == 404


def test_carol_reads_but_gets_nothing_to_write_with(client, carol, entry):
    client.force_login(carol)
    page = client.get(WEEK).content.decode()
    assert "data-writable" not in page
    assert "Copy last week" not in page
    assert "1:30" not in page


def test_bob_may_not_look_at_alices_week(client, bob, alices):
    client.force_login(bob)
    assert client.get(f"{WEEK}&person={alices.public_id}").status_code == 403


def test_alice_may_look_at_bobs_week(client, alice, bobs, entry):
    client.force_login(alice)
    assert "1 hour 30 minutes" not in client.get(WEEK).content.decode()
    page = client.get(f"{WEEK}&person={bobs.public_id}").content.decode()
    assert "1 hour 30 minutes" in page
    assert f'data-person="{bobs.public_id}"' in page


@pytest.mark.parametrize("person", ["nobody", "00000000-0000-4000-8000-000000000000"])
def test_somebody_unknown_is_not_found(client, alice, acme, person):
    client.force_login(alice)
    assert client.get(f"{WEEK}&person={person}").status_code == 404


@pytest.mark.parametrize("query", ["week=soon", "week=2026-13-45", "week=2026-11-18&day=1999-01-01"])
def test_a_day_that_nobody_knows_shows_a_week_all_the_same(client, bob, acme, query):
    client.force_login(bob)
    assert client.get(f"/a/acme/time/?{query}").status_code == 200


def test_a_new_member_is_told_what_to_do(client, bob, acme):
    client.force_login(bob)
    page = client.get(WEEK).content.decode()
    assert "there is none yet" in page
    assert "Create a project" not in page


def test_rows_of_the_last_two_weeks_come_along_greyed(in_acme, bobs, website, design, internal):
    actions.log_time(bobs, website, design, MONDAY - timedelta(days=14), 60)
    actions.log_time(bobs, internal, None, MONDAY - timedelta(days=15), 60)
    actions.log_time(bobs, website, None, MONDAY, 30)
    shown = week(bobs, in_acme)
    assert names(shown) == [("Website relaunch", ""), ("Website relaunch", "Design")]
    assert [row.is_idle for row in shown.rows] == [False, True]


def test_a_sheet_is_filled_up_with_what_was_worked_on_last(in_acme, bobs, internal):
    projects = [Project.objects.create(name=f"Project {number:02}") for number in range(SHORT_SHEET + 2)]
    for number, project in enumerate(projects):
        actions.log_time(bobs, project, None, MONDAY - timedelta(days=1 + number % 14), 60)
    shown = week(bobs, in_acme)
    assert len(shown.rows) == SHORT_SHEET
    missing = {f"Project {number}" for number in (12, 13)}  # of the two earliest days
    assert {name for name, _ in names(shown)} == {project.name for project in projects} - missing
    actions.log_time(bobs, internal, None, MONDAY, 60)
    shown = week(bobs, in_acme)
    assert [row.is_idle for row in shown.rows] == [False, *[True] * (SHORT_SHEET - 1)]


def test_hours_are_all_there_however_many_rows_they_fill(in_acme, bobs, website):
    for number in range(SHORT_SHEET + 2):
        actions.log_time(bobs, Project.objects.create(name=f"Project {number:02}"), None, MONDAY, 60)
    actions.log_time(bobs, website, None, MONDAY - timedelta(days=1), 60)
    shown = week(bobs, in_acme)
    assert len(shown.rows) == SHORT_SHEET + 2
    assert shown.minutes == (SHORT_SHEET + 2) * 60


def test_rows_of_archived_work_do_not_come_along(in_acme, bobs, website, design, internal):
    actions.log_time(bobs, website, design, MONDAY - timedelta(days=7), 60)
    actions.log_time(bobs, internal, None, MONDAY - timedelta(days=7), 60)
    actions.archive(design)
    actions.archive(internal)
    assert names(week(bobs, in_acme)) == []


def test_a_row_can_be_added_and_hidden(in_acme, bobs, website, internal):
    actions.log_time(bobs, website, None, MONDAY - timedelta(days=7), 60)
    actions.keep_row(bobs, MONDAY, internal, None)
    actions.remove_row(bobs, MONDAY, website, None)
    shown = week(bobs, in_acme)
    assert names(shown) == [("Internal", "")]
    assert not shown.rows[0].is_idle
    assert names(week(bobs, in_acme, MONDAY + timedelta(days=7))) == []


def test_a_hidden_row_comes_back_once_it_is_worked_on_again(in_acme, bobs, website):
    actions.log_time(bobs, website, None, MONDAY - timedelta(days=7), 60)
    actions.remove_row(bobs, MONDAY, website, None)
    actions.log_time(bobs, website, None, MONDAY, 60)
    assert names(week(bobs, in_acme, MONDAY + timedelta(days=7))) == [("Website relaunch", "")]


def test_hours_are_never_hidden(in_acme, bobs, website):
    actions.log_time(bobs, website, None, MONDAY, 60)
    with pytest.raises(NeedsConfirmation, match="its entry"):
        actions.remove_row(bobs, MONDAY, website, None)
    assert names(week(bobs, in_acme)) == [("Website relaunch", "")]
    back = actions.remove_row(bobs, MONDAY, website, None, confirmed=True)
    assert names(week(bobs, in_acme)) == []
    actions.undo(bobs, back)
    assert names(week(bobs, in_acme)) == [("Website relaunch", "")]


def test_a_favourite_stands_on_every_week(in_acme, bobs, website, design, internal):
    actions.star_row(bobs, website, design, True)
    actions.star_row(bobs, internal, None, True)
    for day in (MONDAY, MONDAY + timedelta(days=70)):
        shown = week(bobs, in_acme, day)
        assert names(shown) == [("Website relaunch", "Design"), ("Internal", "")]
        assert all(row.is_starred and not row.is_idle for row in shown.rows)
    actions.remove_row(bobs, MONDAY, website, design)
    assert names(week(bobs, in_acme)) == [("Internal", "")]
    actions.archive(design)
    actions.star_row(bobs, internal, None, False)
    assert names(week(bobs, in_acme, MONDAY + timedelta(days=70))) == []


def test_colleagues_hours_are_not_in_the_sums(in_acme, alices, bobs, website):
    actions.log_time(alices, website, None, MONDAY, 60)
    actions.log_time(bobs, website, None, MONDAY, 45)
    actions.log_time(bobs, website, None, MONDAY + timedelta(days=6), 15)
    shown = week(bobs, in_acme)
    assert [column.minutes for column in shown.columns] == [45, 0, 0, 0, 0, 0, 15]
    assert (shown.minutes, shown.target) == (60, 40 * 60)


def test_only_days_that_are_over_are_short(in_acme, bobs):
    columns = week(bobs, in_acme).columns
    assert [column.missing for column in columns] == [480, 480, 480, 0, 0, 0, 0]


def test_the_week_begins_when_the_firm_says(in_acme, bobs):
    in_acme.first_weekday = 6
    assert [day.isoformat() for day in week(bobs, in_acme, date(2026, 11, 21)).days][::6] == [
        "2026-11-15",
        "2026-11-21",
    ]


def test_the_week_asks_no_more_for_more_rows(client, bob, bobs, acme, inside, museum):
    def log(first, last):
        with inside(acme):
            for number in range(first, last):
                project = Project.objects.create(name=f"Project {number}", company=museum)
                task = Task.objects.create(project=project, name="Work")
                for day in range(3):
                    TimeEntry.objects.create(
                        person=bobs, project=project, task=task, day=MONDAY + timedelta(days=day), minutes=30
                    )

    client.force_login(bob)
    log(0, 2)
    client.get(WEEK)
    with_two = asked(lambda: client.get(WEEK))
    log(2, 12)
    assert asked(lambda: client.get(WEEK)) == with_two
