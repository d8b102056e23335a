"""Copying an earlier week."""

from datetime import date, timedelta

import pytest

from audit.models import Event
from demo import cast
from timetracking import actions
from timetracking.models import Project, SheetRow, TimeEntry

URL = "/a/acme/time/copy/"
LAST = date(2026, 11, 9)
THIS = date(2026, 11, 16)


@pytest.fixture
def last_week(acme, bobs, website, design, internal, inside):
    """Two rows, three entries, a note."""
    with inside(acme):
        actions.log_time(bobs, website, design, LAST, 60, note="Sketches")
        actions.log_time(bobs, website, design, LAST, 30)
        actions.log_time(bobs, internal, None, LAST + timedelta(days=1), 45)


@pytest.fixture
def copy(client, bob):
    """Bob presses one of the buttons; answers the page he lands on."""
    client.force_login(bob)

    def press(what, **more):
        answer = client.post(URL, {"what": what, "week": "2026-11-18", **more}, follow=True)
        assert answer.redirect_chain == [("/a/acme/time/?week=2026-11-16", 302)]
        return answer.content.decode()

    return press


@pytest.fixture
def copied(acme, bobs, inside):
    """What stands in this week now."""

    def read():
        with inside(acme):
            entries = TimeEntry.objects.of(bobs).between(THIS, THIS + timedelta(days=6)).order_by("id")
            return [(str(e.project), str(e.task or ""), e.day.day, e.minutes, e.note) for e in entries.with_names()]

    return read


def test_rows_only(copy, copied, last_week):
    page = copy("rows")
    assert "2 rows added." in page
    assert page.count("data-work=") == 2
    assert copied() == []


def test_rows_and_hours(copy, copied, last_week):
    assert "2 rows added, 3 entries copied." in copy("hours")
    assert copied() == [
        ("Website relaunch", "Design", 16, 60, ""),
        ("Website relaunch", "Design", 16, 30, ""),
        ("Internal", "", 17, 45, ""),
    ]


def test_notes_come_along_when_asked(copy, copied, last_week):
    copy("notes")
    assert copied()[0] == ("Website relaunch", "Design", 16, 60, "Sketches")


def test_nothing_is_doubled(copy, copied, last_week, acme, bobs, website, design, inside):
    with inside(acme):
        actions.log_time(bobs, website, design, THIS, 15)
    assert "1 row added, 1 already there, 1 entry copied, 1 cell skipped (they hold time)." in copy("hours")
    assert copied() == [("Website relaunch", "Design", 16, 15, ""), ("Internal", "", 17, 45, "")]
    assert "0 rows added, 2 already there, 2 cells skipped" in copy("hours")
    assert len(copied()) == 2


def test_archived_work_stays_behind(copy, copied, last_week, acme, internal, inside):
    with inside(acme):
        actions.archive(internal)
    assert "1 row added, 2 entries copied, 1 row skipped (closed to new time)." in copy("hours")
    assert {line[0] for line in copied()} == {"Website relaunch"}


def test_any_earlier_week_can_be_the_source(copy, copied, acme, bobs, website, inside):
    with inside(acme):
        actions.log_time(bobs, website, None, date(2026, 10, 7), 60)
    copy("hours", source="2026-10-05")
    assert copied() == [("Website relaunch", "", 18, 60, "")]


def test_it_can_be_taken_back(copy, copied, last_week, client, acme, inside):
    page = copy("hours")
    token = page.split('name="token" value="')[1].split('"')[0]
    answer = client.post("/a/acme/time/undo/", {"token": token, "back": "/a/acme/time/?week=2026-11-16"})
    assert answer["Location"] == "/a/acme/time/?week=2026-11-16"
    assert copied() == []
    with inside(acme):
        assert not SheetRow.objects.exists()
        assert TimeEntry.objects.count() == 3


def test_what_was_changed_since_stays(copy, copied, last_week, client, acme, inside):
    page = copy("hours")
    token = page.split('name="token" value="')[1].split('"')[0]
    with inside(acme):
        actions.change_entry(TimeEntry.objects.get(day=THIS, minutes=60), minutes=75)
    client.post("/a/acme/time/undo/", {"token": token})
    assert copied() == [("Website relaunch", "Design", 16, 75, "")]


def test_the_offer_to_undo_shows_once(copy, last_week, client):
    assert "Undo" in copy("rows")
    assert "Undo" not in client.get("/a/acme/time/?week=2026-11-16").content.decode()


def test_one_line_in_the_log(copy, last_week, acme, inside):
    copy("hours")
    with inside(acme):
        assert Event.objects.filter(kind="time_week.copied").count() == 1


@pytest.mark.parametrize(("who", "status"), [("carol", 403), ("mallory", 404)])
def test_others_are_turned_away(request, client, copied, last_week, who, status):
    client.force_login(request.getfixturevalue(who))
    assert client.post(URL, {"what": "hours", "week": "2026-11-18"}).status_code == status
    assert copied() == []


def test_many_entries_take_no_more_statements(client, bob, acme, bobs, museum, inside):
    from tests.timetracking.statements import asked

    def fill(week, count):
        with inside(acme):
            for number in range(count):
                project = Project.objects.create(name=f"Project {number}", company=museum)
                actions.log_time(bobs, project, None, week, 30)

    def press(source, target):
        return lambda: client.post(URL, {"what": "hours", "source": source, "week": target})

    client.force_login(bob)
    fill(date(2026, 3, 2), 2)
    fill(date(2026, 4, 6), 12)
    client.get("/a/acme/time/")  # what is noted at the first visit is not counted
    assert asked(press("2026-03-02", "2026-03-09")) == asked(press("2026-04-06", "2026-04-13"))


def test_what_was_done_in_one_account_is_not_told_in_another(client, alice, acme, globex, inside):
    cast.joins(globex, alice, "owner")
    client.force_login(alice)
    client.post("/a/acme/time/copy/", {"what": "rows", "week": "2026-11-16"})
    assert "added" not in client.get("/a/globex/time/").content.decode()
    assert "0 rows added" in client.get("/a/acme/time/").content.decode()
