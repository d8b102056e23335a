"""Rows, favourites, a copied week, reminders and the settings of time, for programs."""

import pytest

from timetracking.models import ReminderWishes, SheetRow, TimeEntry, TimeSettings


@pytest.fixture
def bobs_program(program_of, acme, bob):
    return program_of(acme, bob)


@pytest.fixture
def work(alices):
    project = alices.post("projects/", {"name": "Website"}).data["id"]
    return {"project": project, "task": alices.post("tasks/", {"project": project, "name": "Copy"}).data["id"]}


def test_a_program_keeps_rows_and_favourites(bobs_program, alices, work, acme, inside):
    favourite = bobs_program.post("sheet-rows/", work)
    assert (favourite.status_code, favourite.data["week"], favourite.data["task"]) == (201, None, work["task"])
    assert bobs_program.post("sheet-rows/", work).data == favourite.data  # said twice, it stands there once
    row = bobs_program.post("sheet-rows/", {"project": work["project"], "week": "2026-11-18"}).data
    assert row["week"] == "2026-11-16"
    assert bobs_program.get("sheet-rows/?favourite=true").data["results"] == [favourite.data]
    assert bobs_program.get("sheet-rows/?week=2026-11-16").data["results"] == [row]
    assert bobs_program.get(f"sheet-rows/{row['id']}/").data == row
    assert bobs_program.post("sheet-rows/", {"project": work["task"]}).status_code == 422
    other = alices.post("projects/", {"name": "Poster"}).data["id"]
    assert "another project" in str(bobs_program.post("sheet-rows/", work | {"project": other}).data["errors"])
    alices.patch(f"projects/{other}/", {"status": "archived"})
    assert bobs_program.post("sheet-rows/", {"project": other}).status_code == 422
    assert bobs_program.delete(f"sheet-rows/{favourite.data['id']}/").status_code == 204
    with inside(acme):
        assert [str(each.public_id) for each in SheetRow.objects.all()] == [row["id"]]


def test_a_row_with_hours_goes_only_without_them(bobs_program, work):
    row = bobs_program.post("sheet-rows/", work | {"week": "2026-11-16"}).data["id"]
    entry = bobs_program.post("time-entries/", work | {"day": "2026-11-18", "minutes": 90}).data["id"]
    refused = bobs_program.delete(f"sheet-rows/{row}/")
    assert (refused.status_code, "Delete its entries first" in str(refused.data["errors"])) == (422, True)
    assert bobs_program.get(f"time-entries/{entry}/").status_code == 200
    bobs_program.delete(f"time-entries/{entry}/")
    assert bobs_program.delete(f"sheet-rows/{row}/").status_code == 204
    assert bobs_program.get("sheet-rows/").data["results"] == []


def test_nobody_keeps_rows_for_others_without_the_right(bobs_program, alices, work, alice, acme):
    own = acme.memberships.get(user=alice).public_id
    assert bobs_program.post("sheet-rows/", work | {"person": str(own)}).status_code == 422
    alices.post("sheet-rows/", work)
    assert bobs_program.get("sheet-rows/").data["results"] == []
    copied = {"from": "2026-11-09", "to": "2026-11-16", "person": str(own)}
    assert bobs_program.post("weeks/copy/", copied).status_code == 422


@pytest.mark.parametrize(
    ("what", "minutes", "notes"), [({}, [], []), ("hours", [90], [""]), ("notes", [90], ["Sketches"])]
)
def test_a_program_copies_a_week(bobs_program, work, acme, inside, what, minutes, notes):
    for day in ("2026-11-11", "2026-11-12"):
        bobs_program.post("time-entries/", work | {"day": day, "minutes": 90, "note": "Sketches"})
    bobs_program.post("time-entries/", work | {"day": "2026-11-18", "minutes": 5})
    asked = {"from": "2026-11-11", "to": "2026-11-16"} | ({"what": what} if what else {})
    answer = bobs_program.post("weeks/copy/", asked)
    assert answer.status_code == 200, answer.data
    said = answer.data
    assert (said["from"], said["to"], said["rows"], said["rows_there"]) == ("2026-11-09", "2026-11-16", [], 1)
    assert (len(said["entries"]), said["cells_skipped"]) == (len(minutes), 1 if what else 0)
    with inside(acme):
        made = TimeEntry.objects.filter(public_id__in=said["entries"])
        assert ([each.minutes for each in made], [each.note for each in made]) == (minutes, notes)
        assert {str(each.day) for each in made} == ({"2026-11-19"} if what else set())


def test_a_copied_week_that_cannot_be_meant_is_refused_by_name(bobs_program):
    assert bobs_program.post("weeks/copy/", {"from": "2026-11-11"}).data["errors"] == {"to": ["This is needed."]}
    long_ago = bobs_program.post("weeks/copy/", {"from": "1812-11-11", "to": "2026-11-16"})
    assert list(long_ago.data["errors"]) == ["from"]
    assert bobs_program.post("weeks/copy/", {"from": "2026-11-11", "to": "x"}).status_code == 422


def test_each_person_chooses_their_reminders(bobs_program, alices, acme, bob, inside):
    first = bobs_program.get("reminders/")
    assert first.data == {
        "version": 1, "to_log": True, "to_submit": True, "to_approve": True, "at": "09:00",
        "weekdays": ["monday", "tuesday", "wednesday", "thursday", "friday"],
    }  # fmt: skip
    chosen = {"to_log": False, "at": "15:30", "weekdays": ["friday", "monday"]}
    changed = bobs_program.patch("reminders/", chosen, if_match=first.headers["ETag"])
    assert changed.status_code == 200, changed.data
    assert changed.data == first.data | chosen | {"version": 2, "weekdays": ["monday", "friday"]}
    assert bobs_program.patch("reminders/", {"to_log": True}, if_match=first.headers["ETag"]).status_code == 412
    assert bobs_program.patch("reminders/", {"weekdays": []}).data["version"] == 3
    for wrong in ({"at": "25:00"}, {"at": None}, {"weekdays": ["someday"]}, {"person": "x"}, {"version": 9}):
        assert bobs_program.patch("reminders/", wrong).status_code == 422
    assert alices.get("reminders/").data == first.data
    with inside(acme):
        assert ReminderWishes.objects.get().person.user == bob


def test_the_settings_of_time_are_for_those_who_make_them(bobs_program, alices, acme, inside):
    first = alices.get("time-settings/")
    assert (first.data["version"], first.data["approval"], first.data["locked_through"]) == (1, "off", None)
    assert [bobs_program.get("time-settings/").status_code, bobs_program.patch("time-settings/", {}).status_code] == [
        403, 403,
    ]  # fmt: skip
    assert alices.patch("time-settings/", {"approval": "off"}).data["version"] == 1  # nothing changed
    refused = alices.patch("time-settings/", {"period": "two_weeks"})
    assert (refused.status_code, "Two weeks need a beginning" in str(refused.data["errors"])) == (422, True)
    chosen = {"approval": "manager", "period": "two_weeks", "period_starts_on": "2026-11-16", "day_ends": "18:00"}
    changed = alices.patch("time-settings/", chosen, if_match=first.headers["ETag"])
    assert (changed.status_code, changed.data) == (200, first.data | chosen | {"version": 2})
    assert alices.patch("time-settings/", {"levels": 2}, if_match='"1"').status_code == 412
    locked = alices.patch("time-settings/", {"locked_through": "2026-11-15", "lock_reason": "Books closed"}).data
    assert (locked["version"], locked["period"], locked["levels"]) == (3, "two_weeks", 1)
    for wrong in ({"levels": 4}, {"smallest_group": 2}, {"approval": "chance"}, {"locked_through": "1812-01-01"}):
        assert alices.patch("time-settings/", wrong).status_code == 422
    with inside(acme):
        assert TimeSettings.objects.get().lock_reason == "Books closed"
