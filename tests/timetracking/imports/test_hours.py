"""Hours from files as Harvest, Toggl, Clockify and Kimai write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.utils import timezone

from accounts.models import Membership, User
from audit.models import Event, Payload
from crm.imports import steps as import_steps
from crm.models import Company, SearchToken, Tag
from demo import cast
from tests.timetracking.conftest import MONDAY
from timetracking import actions, summary
from timetracking.imports.forms import MeaningForm
from timetracking.imports.job import steps
from timetracking.models import HoursImport, Project, ProjectMember, Task, TimeEntry, TimeSettings


def said():
    rows = TimeEntry.objects.with_names().order_by("day", "started_at", "id")
    return [(row.day.isoformat(), str(row.project), str(row.task or ""), row.minutes, row.billable) for row in rows]


def test_harvest_writes_decimals_that_are_rounded_and_never_cut(upload, check, run, acme, bobs, website, inside):
    job = check(upload("harvest.csv"))
    assert (job.source, job.counts()) == ("harvest", {"stored": 2, "merged": 0, "skipped": 0, "rejected": 1})
    assert job.found["people"] == {
        "bob reyes": {"name": "Bob Reyes", "rows": 2, "is": str(bobs.public_id)},
        "julien roux": {"name": "Julien Roux", "rows": 1, "is": ""},
    }
    with inside(acme):
        assert job.rows.get().reason == "Nobody here is called Julien Roux. Say who it is, or leave their hours out."
        assert not TimeEntry.objects.exists()
    job = run(job, chosen={"people": {"julien roux": str(bobs.public_id)}})
    assert (job.stored, job.minutes) == (3, 492 + 20 + 120)
    with inside(acme):
        assert said() == [
            ("2026-11-02", "Website relaunch", "Design", 492, True),  # 8.2 hours
            ("2026-11-02", "Website relaunch", "Meetings", 20, False),  # 0.33 hours
            ("2026-11-03", "Timetable", "Programming", 120, True),
        ]
        assert Project.objects.get(name="Timetable").company.name == "Fjord Ferries"
        assert summary.differences() == []
        assert {entry.source for entry in TimeEntry.objects.all()} == {"import"}
        event = Event.objects.get(kind="hours.imported")
        assert (event.actor_kind, event.actor_id) == ("member", job.by_id)
        assert Payload.objects.get(event_id=event.pk).data["minutes"] == 632


def test_hours_of_who_has_left_are_theirs_and_a_name_of_two_is_asked(upload, check, run, acme, bobs, alices, inside):
    """By address, by a name that nobody else has, or by who is chosen; no team has to take them back for that."""
    with inside(acme):
        julien = cast.joins(acme, User.objects.create_user("julien@acme.example", None, first_name="Julien"), "member")
        User.objects.filter(pk=julien.user_id).update(last_name="Roux")
        Membership.objects.filter(pk=julien.pk).update(removed_at=timezone.now())
        ferries = Company.objects.create(name="Fjord Ferries")
        timetable = actions.create(Project(name="Timetable", company=ferries))
        ProjectMember.objects.create(project=timetable, person=alices)
    job = check(upload("harvest.csv"))
    assert job.found["people"]["julien roux"]["is"] == str(julien.public_id)
    assert run(job).stored == 3
    with inside(acme):
        assert TimeEntry.objects.get(project__name="Timetable").person == julien
    User.objects.filter(pk=bobs.user_id).update(first_name="Julien", last_name="Roux")
    again = check(upload("harvest.csv"), chosen={})
    assert again.found["people"]["julien roux"]["is"] == ""
    with inside(acme):
        [(_, asked, _), *_] = MeaningForm(job=again).people
        assert "Julien Roux (deactivated)" in str(asked)


def test_toggl_writes_times_of_the_clock(upload, run, acme, bobs, website, inside):
    job = run(upload("toggl.csv"))
    assert (job.source, job.counts()) == ("toggl", {"stored": 2, "merged": 0, "skipped": 1, "rejected": 1})
    with inside(acme):
        form, night = TimeEntry.objects.order_by("id")
        assert (form.minutes, form.tag_names) == (35, ["bugfix", "urgent"])
        assert form.started_at == datetime(2026, 11, 2, 8, 25, tzinfo=UTC)  # 9:25 in Berlin
        assert (night.day, night.minutes, night.clock_words) == (date(2026, 11, 2), 75, "23:30–00:45 +1")
        assert job.rows.get(outcome="rejected").reason.startswith("No project is named in this row.")
        assert job.rows.get(outcome="skipped").reason == "Less than half a minute."


def test_clockify_writes_months_first_and_a_sum_at_the_end(upload, run, acme, website, inside):
    job = run(upload("clockify.csv"))
    assert (job.source, job.days) == ("clockify", "month")
    assert job.counts() == {"stored": 2, "merged": 0, "skipped": 1, "rejected": 0}
    with inside(acme):
        assert said() == [
            ("2026-11-03", "Website relaunch", "Design", 20, False),  # 0:20 rather than 0.33 hours
            ("2026-11-13", "Website relaunch", "Design", 90, True),
        ]


def test_an_order_that_only_a_late_row_tells_is_seen(upload):
    rows = "Date,User,Project,Hours\n" + "01/02/2026,Bob Reyes,Website relaunch,1\n" * 300
    assert (upload(rows).days, upload(rows + "01/13/2026,Bob Reyes,Website relaunch,1\n").days) == ("day", "month")


def test_kimai_writes_in_german(upload, run, acme, website, inside):
    job = run(upload("kimai.csv"))
    assert (job.source, job.stored) == ("kimai", 1)
    with inside(acme):
        entry = TimeEntry.objects.with_names().get()
        assert (entry.day, entry.minutes, entry.note, entry.tag_names) == (
            date(2026, 11, 4),
            84,
            "Fotos",
            ["foto", "web"],
        )


def test_any_table_will_do_and_a_cell_that_cannot_be_read_says_so(upload, run, acme, website, inside):
    job = run(
        upload(
            "Day;Who;Project;Time spent;Billable\n"
            "20.11.2026;Reyes, Bob;Website relaunch;1,25;\n"
            "31/12/2026;bob reyes;Website relaunch;1h30;no\n"
            "12/31/2026;Bob Reyes;Website relaunch;1:30;\n"
            "2026-11-20;Bob Reyes;Website relaunch;25:00;\n"
            "2026-11-20;Bob Reyes;Website relaunch;soon;\n"
            "2026-11-20;Bob Reyes;Website relaunch;1:00;perhaps\n"
        )
    )
    assert (job.source, job.stored, job.rejected) == ("other", 2, 4)
    with inside(acme):
        assert [row[3:] for row in said()] == [(75, True), (90, False)]
        assert [row.reason for row in job.rows.filter(outcome="rejected").order_by("row")] == [
            "“12/31/2026” is not a day when the day comes first.",
            "“25:00”: One entry holds 24 hours at most. Type 7:30 or 450m.",
            "“soon”: That is not a length of time. Type 1:30 or 90m.",
            "“perhaps” is neither yes nor no.",
        ]


def test_the_same_file_twice_doubles_nothing_and_equal_rows_are_all_there(
    upload, run, acme, website, inside, monkeypatch
):
    monkeypatch.setattr(import_steps, "BATCH", 2)
    rows = "Date,User,Project,Hours\n" + "2026-11-20,Bob Reyes,Website relaunch,1.5\n" * 5
    assert run(upload(rows)).stored == 5
    again = run(upload(rows + "2026-11-20,Bob Reyes,Website relaunch,1.5\n"))
    assert again.counts() == {"stored": 1, "merged": 5, "skipped": 0, "rejected": 0}
    with inside(acme):
        assert TimeEntry.objects.count() == 6
        assert summary.differences() == []


def test_card_numbers_are_kept_by_their_last_four_digits(upload, check, run, acme, website, inside):
    job = upload(
        "Date,User,Project,Hours,Notes,Tags\n"
        "2026-11-20,Bob Reyes,Website relaunch,1,Paid with 4242-4242-4242-4242,5555555555554444\n"
        "2026-11-20,Nobody 4242424242424242,Website relaunch,1,Again 4242 4242 4242 4242,\n"
        "4242424242424242,Bob Reyes,Website relaunch,1,,\n"
    )
    checked = check(job)
    assert "4242424242424242" not in str([checked.preview, checked.found])
    with inside(acme):
        assert "4242 4242" not in str([(row.values, row.reason) for row in checked.rows.all()])
    run(checked)
    with inside(acme):
        entry = TimeEntry.objects.with_names().get()
        assert (entry.note, entry.tag_names) == ("Paid with ****4242", ["****4444"])
        stored, unknown, undated = job.rows.order_by("row")
        assert "card number in “Notes” is kept as its last four digits" in stored.reason
        assert unknown.reason.startswith("Nobody here is called Nobody ****4242.")
        assert unknown.values[4] == "Again ****4242"
        assert undated.values[0] == "****4242"
        assert "“****4242” is not a day" in undated.reason
        kept = b"".join(steps.rejected_rows(job)).decode()
        assert "4242 4242" not in kept and "4242424242424242" not in kept


def test_where_the_firm_asks_for_times_rows_without_are_turned_away(upload, run, acme, website, inside):
    with inside(acme):
        TimeSettings.objects.create(needs_clock=True)
    assert (run(upload("kimai.csv")).stored, run(upload("harvest.csv")).rejected) == (1, 3)


def test_closed_days_teams_and_archives_refuse_as_they_do_everywhere(
    upload, run, acme, alices, bobs, website, internal, inside
):
    with inside(acme):
        TimeSettings.objects.create(locked_through=date(2026, 11, 19))
        ProjectMember.objects.create(project=internal, person=alices)
        actions.archive(actions.create(Project(name="Old one")))
    job = run(
        upload(
            "Date,Email,Project,Hours\n"
            "2026-11-19,bob@acme.example,Website relaunch,1\n"
            "2026-11-20,bob@acme.example,Internal,1\n"
            "2026-11-20,alice@acme.example,Internal,1\n"
            "2026-11-20,bob@acme.example,Old one,1\n"
        )
    )
    with inside(acme):
        assert said() == [("2026-11-20", "Internal", "", 60, False)]
        first, second, third = [row.reason for row in job.rows.filter(outcome="rejected").order_by("row")]
    assert first.startswith("Locked up to")
    assert second == "Bob Reyes is not on the team of Internal. Add them there first."
    assert third == "Old one is archived. Restore it to log time on it."


def test_it_is_taken_back_but_for_what_somebody_built_on(upload, run, undo, acme, bobs, website, inside):
    job = run(
        upload(
            "Date,User,Client,Project,Task,Hours,Tags\n"
            "2026-11-20,Bob Reyes,Fjord Ferries,Timetable,Stops,1,ferry\n"
            "2026-11-20,Bob Reyes,Fjord Ferries,Posters,Print,2,\n"
            "2026-11-23,Bob Reyes,,Website relaunch,,3,\n"
        )
    )
    assert job.touched == ["1 client", "2 projects", "2 tasks", "1 tag"]
    with inside(acme):
        actions.change_entry(TimeEntry.objects.get(minutes=60), note="Mine")
        mine = actions.log_time(bobs, website, None, MONDAY, 5)
    job = undo(job)
    assert (job.state, job.undo) == ("undone", {"total": 9, "done": 9, "removed": 4, "put_back": 0, "kept": 4})
    with inside(acme):
        assert set(TimeEntry.objects.values_list("minutes", "note")) == {(60, "Mine"), (mine.minutes, "")}
        assert sorted(Project.objects.values_list("name", flat=True)) == ["Timetable", "Website relaunch"]
        assert Task.objects.get().name == "Stops"
        assert Company.objects.filter(name="Fjord Ferries").exists()
        assert Tag.objects.filter(name="ferry").exists()
        assert not SearchToken.objects.filter(kind="project", token__startswith="poster").exists()
        assert summary.differences() == []
        assert job.rows.get(entry__minutes=60).kept == "was changed since"


def test_a_worker_that_dies_in_a_piece_leaves_the_rows_before_it_once(
    upload, check, acme, website, inside, monkeypatch
):
    monkeypatch.setattr(import_steps, "BATCH", 2)
    lines = [f"2026-11-{day:02},Bob Reyes,Website relaunch,{day}:00\n" for day in range(1, 8)]
    job = check(upload("Date,User,Project,Duration\n" + "".join(lines)))
    with inside(acme):
        steps.start_run(job)
        steps.go_on(str(job.public_id))
    try:
        with inside(acme):
            steps.go_on(str(job.public_id))
            raise SystemExit
    except SystemExit:
        pass
    while job.state in ("checked", "running"):
        with inside(acme):
            steps.go_on(str(job.public_id))
            job = HoursImport.objects.get(pk=job.pk)
    with inside(acme):
        assert sorted(entry.minutes for entry in TimeEntry.objects.all()) == [day * 60 for day in range(1, 8)]
        assert job.rows.count() == job.rows_read == 7
        assert summary.differences() == []
