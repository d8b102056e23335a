"""Changing and deleting one entry, on its page and in the panel of its cell."""

import json
from datetime import date

import pytest
from django.utils import timezone

from audit.models import Event, Payload
from tenancy.errors import Conflict
from tests.promises import promise
from timetracking import actions
from timetracking.models import TimeEntry
from timetracking.queries import cell_of

MONDAY = date(2026, 11, 16)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def bobs_client(client, bob):
    client.force_login(bob)
    return client


@pytest.fixture
def now(acme, entry, inside):
    """The entry as it is stored, or None."""

    def read():
        with inside(acme):
            return TimeEntry.objects.filter(pk=entry.pk).with_names().first()

    return read


def page(entry, end=""):
    return f"/a/acme/time/entries/{entry.public_id}/{end}"


def panel(entry):
    return f"/a/acme/time/cell/entries/{entry.public_id}/"


def typed(entry, **changes):
    work = f"{entry.project.public_id}.{entry.task.public_id}"
    said = {"work": work, "time": "1:30", "day": "2026-11-16", "note": "", "billable": "on", "version": entry.version}
    return said | changes


def lock(acme, entry, inside):
    with inside(acme):
        TimeEntry.objects.filter(pk=entry.pk).update(locked_at=timezone.now(), lock_reason="Invoiced on 1041.")


@pytest.mark.parametrize("meanwhile", [{"version": 2}, {"locked_at": timezone.now()}])
def test_what_changed_or_was_locked_since_it_was_read_is_not_deleted(meanwhile, entry, acme, inside):
    with inside(acme):
        read = TimeEntry.objects.with_names().get(pk=entry.pk)
        TimeEntry.objects.filter(pk=entry.pk).update(**meanwhile)
        with pytest.raises(Conflict):
            actions.delete_entries([read])
        assert TimeEntry.objects.filter(pk=entry.pk).exists()
        assert not Event.objects.filter(kind="time_entry.deleted").exists()


def test_everything_of_an_entry_can_change(bobs_client, entry, internal, now, acme, inside):
    data = typed(entry, work=internal.public_id, time="2h", day="2026-11-17", note="Moved")
    data.pop("billable")
    answer = bobs_client.post(page(entry), data)
    assert answer["Location"] == "/a/acme/time/day/?day=2026-11-17"
    stored = now()
    assert (stored.project, stored.task, stored.minutes, stored.note) == (internal, None, 120, "Moved")
    assert (stored.day, stored.billable, stored.version) == (date(2026, 11, 17), False, 2)
    with inside(acme):
        event = Event.objects.get(kind="time_entry.changed")
        changes = Payload.objects.get(event_id=event.pk).data["changes"]
    assert changes["minutes"] == [90, 120]
    assert set(changes) == {"project", "project_name", "task", "task_name", "minutes", "day", "note", "billable"}


def test_adding_minutes_starts_from_what_is_stored(bobs_client, entry, now):
    bobs_client.post(page(entry), typed(entry, time="+15m"))
    assert now().minutes == 105


@promise(79)
def test_an_older_version_shows_both_values(bobs_client, entry, now, acme, inside):
    with inside(acme):
        actions.change_entry(TimeEntry.objects.with_names().get(), note="Theirs")
    answer = bobs_client.post(page(entry), typed(entry, note="Mine"))
    assert answer.status_code == 422
    assert "Theirs" in answer.content.decode()
    assert "Mine" in answer.content.decode()
    assert now().note == "Theirs"


def test_a_locked_entry_stays_as_it_is(bobs_client, entry, now, acme, inside):
    lock(acme, entry, inside)
    for url in (page(entry), panel(entry)):
        answer = bobs_client.post(url, typed(entry, time="2h"))
        assert answer.status_code == 422
        assert "Invoiced on 1041." in answer.content.decode()
    assert bobs_client.post(page(entry, "delete/")).status_code == 422
    assert now().minutes == 90


def test_an_entry_does_not_move_to_archived_work(bobs_client, entry, internal, now, acme, inside):
    with inside(acme):
        actions.archive(internal)
    assert bobs_client.post(page(entry), typed(entry, work=internal.public_id)).status_code == 422
    assert now().project_id == entry.project_id


def test_an_entry_on_archived_work_can_still_be_corrected(bobs_client, entry, now, acme, inside):
    with inside(acme):
        actions.archive(entry.project)
    assert bobs_client.post(page(entry), typed(entry, time="2h")).status_code == 302
    assert now().minutes == 120


def test_deleting_offers_the_way_back_once(bobs_client, entry, now):
    answer = bobs_client.post(page(entry, "delete/"), follow=True)
    assert now() is None
    words = answer.content.decode()
    assert "Deleted 1:30: Website relaunch, Monday 16 November." in words
    token = words.split('name="token" value="')[1].split('"')[0]
    bobs_client.post("/a/acme/time/undo/", {"token": token})
    assert now() is None  # a new row …
    assert "1:30" in bobs_client.get("/a/acme/time/day/?day=2026-11-16").content.decode()


def test_the_panel_lists_what_is_in_a_cell(bobs_client, entry, acme, bobs, inside):
    with inside(acme):
        actions.log_time(bobs, entry.project, entry.task, MONDAY, 15, note="Call")
    work = f"{entry.project.public_id}.{entry.task.public_id}"
    words = bobs_client.get("/a/acme/time/cell/entries/", {"work": work, "day": "2026-11-16"}).content.decode()
    assert 'value="1:30"' in words
    assert 'value="Call"' in words


def test_the_panel_saves_and_tells_the_grid(bobs_client, entry, now):
    answer = bobs_client.post(panel(entry), typed(entry, time="2h", note="Workshop"), headers=HTMX)
    told = json.loads(answer["HX-Trigger"])["time:cell"]
    assert (told["cell"]["minutes"], told["cell"]["note"], told["totals"]["week"]) == (120, True, "2:00")
    assert now().note == "Workshop"


def test_the_panel_adds_another_entry(bobs_client, entry, acme, inside):
    work = f"{entry.project.public_id}.{entry.task.public_id}"
    data = {"work": work, "day": "2026-11-16", "time": "15m", "note": "Call"}
    answer = bobs_client.post("/a/acme/time/cell/entries/add/", data, headers=HTMX)
    assert json.loads(answer["HX-Trigger"])["time:cell"]["cell"]["count"] == 2
    with inside(acme):
        assert list(TimeEntry.objects.order_by("id").values_list("minutes", "note")) == [(90, ""), (15, "Call")]


def test_the_panel_deletes_and_hands_over_the_way_back(bobs_client, entry, now):
    told = json.loads(bobs_client.post(page(entry, "delete/"), headers=HTMX)["HX-Trigger"])
    assert told["time:cell"]["cell"]["count"] == 0
    assert told["time:deleted"]["undo"]
    assert now() is None


@pytest.mark.parametrize(("who", "status"), [("carol", 403), ("mallory", 404)])
def test_others_are_turned_away(request, client, entry, now, who, status):
    client.force_login(request.getfixturevalue(who))
    for url in (page(entry), panel(entry), page(entry, "delete/"), "/a/acme/time/cell/entries/add/"):
        assert client.post(url, typed(entry, time="2h")).status_code == status
    assert (now().minutes, now().version) == (90, 1)


def test_bob_cannot_reach_alices_entry(bobs_client, acme, alices, website, design, inside):
    with inside(acme):
        hers = actions.log_time(alices, website, design, MONDAY, 60)
    for url in (page(hers), panel(hers), page(hers, "delete/")):
        assert bobs_client.post(url, typed(hers, time="2h")).status_code == 404
    assert bobs_client.get(page(hers)).status_code == 404
    with inside(acme):
        assert TimeEntry.objects.get().minutes == 60


def test_alice_can_correct_bobs_entry(client, alice, bobs, entry, now):
    client.force_login(alice)
    answer = client.post(page(entry), typed(entry, time="2h"))
    assert answer["Location"] == f"/a/acme/time/day/?day=2026-11-16&person={bobs.public_id}"
    assert (now().minutes, now().person_id) == (120, bobs.pk)


def test_globex_cannot_reach_it_through_its_own_door(client, mallory, globex, entry, now):
    client.force_login(mallory)
    assert client.post(f"/a/globex/time/entries/{entry.public_id}/delete/").status_code == 404
    assert now() is not None


def test_billing_is_switched_for_a_whole_cell(bobs_client, entry, now, acme, inside):
    work = f"{entry.project.public_id}.{entry.task.public_id}"
    with inside(acme):
        version = cell_of(entry.person, entry.project, entry.task, MONDAY).version
    data = {"work": work, "day": "2026-11-16", "version": version}
    answer = bobs_client.post("/a/acme/time/cell/billable/", data)
    assert answer.json()["cell"]["billable"] is False
    assert now().billable is False
    assert bobs_client.post("/a/acme/time/cell/billable/", data).status_code == 409
