"""The timer on pages: without scripts, in the bar, and what was pressed without a connection."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from accounts.models import Membership, OutgoingMail
from audit.models import Event
from tests.days import live_where_it_is_noon
from tests.statements import behind_the_door
from timetracking.actions import archive
from timetracking.models import RunningTimer, TimeEntry, work_value
from timetracking.queries import zone_of
from timetracking.tasks import ask_about_timers
from timetracking.timer import actions

TIMER = "/a/acme/timer/"
IN_BAR = {"HX-Request": "true", "HX-Current-URL": "http://testserver/a/acme/contacts/"}


@pytest.fixture
def bobs_browser(client, bob):
    client.force_login(bob)
    return client


@pytest.fixture
def stored(acme, inside):
    """The running project and the logged ones, with minutes."""

    def read():
        with inside(acme):
            running = RunningTimer.objects.select_related("project").first()
            entries = TimeEntry.objects.with_names().order_by("started_at")
            return running and str(running.project), [(str(entry.project), entry.minutes) for entry in entries]

    return read


@pytest.fixture
def went_on(acme, inside):
    """``went_on(minutes=5)``: the timer has run for so long."""

    def move(**time):
        with inside(acme):
            timer = RunningTimer.objects.get()
            at = timer.started_at - timedelta(**time)
            RunningTimer.objects.update(started_at=at, seen_at=at, ask_at=at + timedelta(hours=10))

    return move


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_without_scripts(bobs_browser, website, design, internal, stored, went_on):
    live_where_it_is_noon()
    page = bobs_browser.get(TIMER).content.decode()
    assert "Website relaunch · Design" in page
    answer = bobs_browser.post(f"{TIMER}start/", {"work": work_value(website, design), "note": "Sketches"})
    assert (answer.status_code, answer["Location"]) == (302, TIMER)
    went_on(minutes=42)
    page = bobs_browser.get("/a/acme/contacts/").content.decode()
    assert re.search(r"<b data-clock>\s*0:42", page)
    from_contacts = {"Referer": "http://testserver/a/acme/contacts/"}
    answer = bobs_browser.post(f"{TIMER}start/", {"work": work_value(internal, None)}, headers=from_contacts)
    assert (answer["Location"], said(answer)) == ("/a/acme/contacts/", ["Stopped Website relaunch · Design (0:42)."])
    assert stored() == ("Internal", [("Website relaunch", 42)])
    elsewhere = {"Referer": "http://testserver//somewhere.example/a/acme/"}
    assert bobs_browser.post(f"{TIMER}keep/", headers=elsewhere)["Location"] == TIMER
    bobs_browser.post(f"{TIMER}undo/")
    assert stored() == ("Website relaunch", [])
    assert bobs_browser.post(f"{TIMER}undo/").status_code == 422
    bobs_browser.post(f"{TIMER}discard/")
    assert stored() == (None, [])


def test_under_a_minute_it_asks_and_runs_on(bobs_browser, website, stored):
    bobs_browser.post(f"{TIMER}start/", {"work": work_value(website, None)})
    answer = bobs_browser.post(f"{TIMER}stop/", headers=IN_BAR)
    assert answer.status_code == 422
    assert b"Keep 1 min" in answer.content
    assert answer["HX-Retarget"] == "#timer"
    assert stored() == ("Website relaunch", [])
    bobs_browser.post(f"{TIMER}stop/", {"keep": "yes"}, headers=IN_BAR)
    assert stored() == (None, [("Website relaunch", 1)])


def test_what_runs_is_changed_in_place(bobs_browser, website, internal, stored, went_on):
    zone = live_where_it_is_noon()

    def typed(**difference):
        return (timezone.now() + timedelta(**difference)).astimezone(zone).strftime("%Y-%m-%dT%H:%M")

    bobs_browser.post(f"{TIMER}start/", {"work": work_value(website, None)})
    went_on(minutes=20)
    with_form = bobs_browser.get(f"{TIMER}panel/").content.decode()
    version = re.search(r'name="version" value="(\d+)"', with_form)[1]
    changed = {"work": work_value(internal, None), "note": "Post", "started": typed(minutes=-10), "version": version}
    assert bobs_browser.post(f"{TIMER}change/", changed, headers=IN_BAR).status_code == 200
    assert bobs_browser.post(f"{TIMER}change/", changed, headers=IN_BAR).status_code == 422
    for odd in ("0001-01-01T00:00", "9999-12-31T23:59"):
        assert bobs_browser.post(f"{TIMER}stop/", {"until": odd}).status_code == 422
    assert b"choose a moment" in bobs_browser.post(f"{TIMER}stop/", {"until": typed(days=1)}).content
    bobs_browser.post(f"{TIMER}stop/", {"until": typed(minutes=-2)})
    [(project, minutes)] = stored()[1]
    assert (project, minutes in (7, 8)) == ("Internal", True)


def test_a_forgotten_one_is_asked_about_and_never_stopped(bobs_browser, website, stored, went_on):
    bobs_browser.post(f"{TIMER}start/", {"work": work_value(website, None)})
    went_on(hours=9)
    assert b"Still working" not in bobs_browser.get("/a/acme/contacts/").content  # which shows that he is here
    went_on(hours=11)
    assert b"Still working on Website relaunch?" in bobs_browser.get("/a/acme/contacts/").content
    assert b"Still working on Website relaunch?" in bobs_browser.get("/a/acme/contacts/").content
    bobs_browser.post(f"{TIMER}keep/")
    assert b"Still working" not in bobs_browser.get("/a/acme/contacts/").content
    assert stored()[0] == "Website relaunch"


def test_a_forgotten_one_rings_once_and_by_mail_where_that_is_wished(
    acme, bobs, bobs_browser, website, went_on, inside, stored
):
    bobs_browser.post(f"{TIMER}start/", {"work": work_value(website, None)})
    Membership.objects.filter(pk=bobs.pk).update(mails_notices=True)
    OutgoingMail.objects.all().delete()
    ask_about_timers(account_id=acme.pk)
    assert not OutgoingMail.objects.exists()
    went_on(hours=11)
    for _ in range(2):
        ask_about_timers(account_id=acme.pk)
    [letter] = OutgoingMail.objects.all()
    assert (letter.to, "still run" in letter.text, "Website" in letter.text) == (bobs.user.email, True, False)
    assert "still working on Website relaunch?" in bobs_browser.get("/a/acme/notices/").content.decode()
    assert stored() == ("Website relaunch", [])


def test_an_entry_is_gone_on_with(bobs_browser, entry, website, stored):
    assert f"/timer/resume/{entry.public_id}/" in bobs_browser.get("/a/acme/time/day/?day=2026-11-16").content.decode()
    bobs_browser.post(f"{TIMER}resume/{entry.public_id}/")
    assert stored()[0] == "Website relaunch"
    bobs_browser.post(f"{TIMER}discard/")
    bobs_browser.post(f"{TIMER}again/")
    assert stored()[0] == "Website relaunch"


def test_an_archived_project_says_so(acme, bobs_browser, website, stored, inside):
    with inside(acme):
        archive(website)
    typed = {"work": work_value(website, None), "note": "Header", "tags": "bugfix"}
    answer = bobs_browser.post(f"{TIMER}start/", typed)
    assert (answer.status_code, b"Website relaunch is archived." in answer.content) == (422, True)
    assert b'value="Header"' in answer.content and b'value="bugfix"' in answer.content  # what was typed stays
    assert stored() == (None, [])


def test_a_page_asks_one_statement_more(client, bob, bobs, carol, website, acme, inside):
    client.force_login(bob)
    page = "/a/acme/projects/"
    client.get(page)
    idle = behind_the_door(lambda: client.get(page))
    assert sum("runningtimer" in sql for sql in idle) == 1
    with inside(acme):
        actions.start(bobs, website)
    client.get(page)
    assert len(behind_the_door(lambda: client.get(page))) == len(idle) + 1  # what it runs for
    client.force_login(carol)
    assert not any("runningtimer" in sql for sql in behind_the_door(lambda: client.get(page)))
    assert client.get(TIMER).status_code == 403


def test_the_week_shows_where_it_runs(client, bob, alice, bobs, website, design, acme, inside):
    with inside(acme):
        actions.start(bobs, website, design)
    for person in (bob, alice):
        client.force_login(person)
        page = client.get("/a/acme/time/", {"person": str(bobs.public_id)} if person == alice else {}).content.decode()
        [cell] = re.findall(r"<td[^>]*data-running[^>]*>.*?</td>", page)
        assert "timer running: stop it to edit" in cell
        assert 'class="pulse"' in cell


def test_strangers_and_their_projects_are_not_there(client, mallory, bobs_browser, secret, stored):
    assert bobs_browser.post(f"{TIMER}start/", {"work": str(secret.public_id)}).status_code == 422
    client.force_login(mallory)
    assert client.get(TIMER).status_code == 404
    assert stored() == (None, [])


def press(kind, at, **more):
    return {"kind": kind, "at": int(at.timestamp() * 1000), **more}


def tell(browser, now, *presses):
    body = {"now": int(now.timestamp() * 1000), "presses": list(presses)}
    answer = browser.post(f"{TIMER}presses/", body, "application/json")
    assert answer.status_code == 200
    return answer.json()["words"]


def test_what_was_pressed_without_a_connection_counts_once(bobs_browser, website, stored):
    wrong_clock = datetime(2031, 1, 1, 12, tzinfo=UTC)  # years fast: what counts is how long ago
    number = str(uuid4())
    start = press("start", wrong_clock - timedelta(minutes=30), id=number, work=work_value(website, None), note="x")
    assert "Started Website relaunch" in tell(bobs_browser, wrong_clock, start)[0]
    assert tell(bobs_browser, wrong_clock, start) == []  # the answer was lost
    stop = press("stop", wrong_clock - timedelta(minutes=10), id=number)
    [words] = tell(bobs_browser, wrong_clock, start, stop)
    assert "0:20" in words
    assert "had been stopped before" in tell(bobs_browser, wrong_clock, start, stop)[0]
    assert stored() == (None, [("Website relaunch", 20)])


def test_a_timer_of_another_window_ends_what_was_pressed_before_it(bobs_browser, website, internal, stored, went_on):
    live_where_it_is_noon()
    bobs_browser.post(f"{TIMER}start/", {"work": work_value(internal, None)})
    went_on(minutes=20)
    now = timezone.now()
    start = press("start", now - timedelta(minutes=50), id=str(uuid4()), work=work_value(website, None))
    assert "0:30 logged" in tell(bobs_browser, now, start)[0]
    assert stored() == ("Internal", [("Website relaunch", 30)])
    gone = press("start", now, id=str(uuid4()), work=str(uuid4()))
    assert "not there any more" in tell(bobs_browser, now, gone)[0]
    assert bobs_browser.post(f"{TIMER}presses/", b"{", "application/json").status_code == 400


def test_the_log_tells_of_it(acme, bobs_browser, website, inside):
    bobs_browser.post(f"{TIMER}start/", {"work": work_value(website, None)})
    bobs_browser.post(f"{TIMER}discard/")
    with inside(acme):
        kinds = list(Event.objects.filter(kind__startswith="timer.").order_by("id").values_list("kind", flat=True))
    assert kinds == ["timer.started", "timer.discarded"]


def test_a_cell_under_the_timer_is_closed_to_whoever_asks(bobs_browser, acme, bobs, website, internal, inside):
    with inside(acme):
        day = actions.start(bobs, website).timer.started_at.astimezone(zone_of(bobs)).date()
    typed = {"day": day.isoformat(), "version": "", "text": "2"}
    refused = bobs_browser.post("/a/acme/time/cell/", {**typed, "work": work_value(website, None)})
    assert (refused.status_code, refused.json()["error"]) == (422, "Stop the timer to edit.")
    before = {**typed, "day": (day - timedelta(days=1)).isoformat(), "work": work_value(website, None)}
    for free in (before, {**typed, "work": work_value(internal, None)}):
        assert bobs_browser.post("/a/acme/time/cell/", free).status_code == 200
