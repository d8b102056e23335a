"""Saving one cell of the week."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from audit.models import Event, Payload
from lib.weeks import instant_at
from tests.promises import promise
from tests.statements import behind_the_door
from tests.timetracking.statements import asked
from timetracking import actions
from timetracking.models import Project, TimeEntry
from timetracking.queries import cell_of

URL = "/a/acme/time/cell/"
TUESDAY = "2026-11-17"


@pytest.fixture
def bobs_client(client, bob):
    client.force_login(bob)
    return client


def cell(project, task=None, *, day=TUESDAY, version="", text="1:30", **more):
    work = f"{project.public_id}.{task.public_id}" if task else str(project.public_id)
    return {"work": work, "day": day, "version": version, "text": text, **more}


@pytest.fixture
def stored(acme, inside):
    """What is stored of the entries, oldest first."""

    def read(*names):
        with inside(acme):
            return list(TimeEntry.objects.order_by("id").values_list(*names))

    return read


def kinds(acme, inside):
    with inside(acme):
        return list(Event.objects.filter(kind__startswith="time_entry").order_by("id").values_list("kind", flat=True))


def test_an_empty_cell_becomes_one_entry_without_clock_times(bobs_client, bobs, website, design, stored):
    answer = bobs_client.post(URL, cell(website, design))
    assert answer.status_code == 200
    assert answer.json()["cell"]["text"] == "1:30"
    assert stored("person_id", "project_id", "task_id", "minutes", "started_at", "billable", "source") == [
        (bobs.pk, website.pk, design.pk, 90, None, True, "typed")
    ]


def test_the_answer_carries_every_sum_it_changed(bobs_client, website, internal, design):
    bobs_client.post(URL, cell(internal, text="2"))
    bobs_client.post(URL, cell(website, design, day="2026-11-16", text="1"))
    totals = bobs_client.post(URL, cell(website, design, text="0:30")).json()["totals"]
    assert (totals["row"], totals["week"]) == ("1:30", "3:30")
    assert [day["text"] for day in totals["days"]] == ["1:00", "2:30", "0:00", "0:00", "0:00", "0:00", "0:00"]


def test_one_entry_changes_its_length(bobs_client, website, stored):
    version = bobs_client.post(URL, cell(website)).json()["cell"]["version"]
    answer = bobs_client.post(URL, cell(website, text="2h", version=version)).json()
    assert answer["cell"]["minutes"] == 120
    assert answer["cell"]["version"] != version
    assert stored("minutes", "version") == [(120, 2)]


def test_what_is_there_can_be_added_to(bobs_client, website, stored):
    version = bobs_client.post(URL, cell(website)).json()["cell"]["version"]
    bobs_client.post(URL, cell(website, text="+15m", version=version))
    assert stored("minutes") == [(105,)]


def test_an_entry_with_clock_times_keeps_its_start(bobs_client, acme, bobs, website, inside, stored):
    with inside(acme):
        zone, day = ZoneInfo("Europe/Copenhagen"), date(2026, 11, 17)
        clock = (instant_at(day, 540, zone), instant_at(day, 600, zone), zone)
        actions.log_time(bobs, website, None, day, 60, clock=clock)
        version = cell_of(bobs, website, None, date(2026, 11, 17)).version
    bobs_client.post(URL, cell(website, text="2", version=version))
    [(minutes, started, stopped)] = stored("minutes", "started_at", "stopped_at")
    assert (minutes, started.hour, stopped.hour) == (120, 8, 10)


def test_the_same_time_again_stores_nothing(bobs_client, acme, website, stored, inside):
    version = bobs_client.post(URL, cell(website)).json()["cell"]["version"]
    assert bobs_client.post(URL, cell(website, text="90m", version=version)).status_code == 200
    assert stored("version") == [(1,)]
    assert kinds(acme, inside) == ["time_entry.created"]


@pytest.mark.parametrize("nothing", ["", "0", "-1:30"])
def test_nothing_deletes_and_can_be_taken_back(bobs_client, acme, website, stored, inside, nothing):
    first = bobs_client.post(URL, cell(website)).json()["cell"]
    before = stored("public_id", "minutes")
    answer = bobs_client.post(URL, cell(website, text=nothing, version=first["version"])).json()
    assert (answer["cell"]["text"], answer["cell"]["version"]) == ("", "")
    assert stored("id") == []
    back = bobs_client.post("/a/acme/time/undo/", {"token": answer["undo"]}, headers={"Accept": "application/json"})
    assert back.json()["cells"][0]["cell"]["minutes"] == 90
    assert stored("public_id", "minutes") == before
    assert kinds(acme, inside) == ["time_entry.created", "time_entry.deleted", "time_entry.restored"]


def test_the_log_keeps_what_was_deleted(bobs_client, acme, website, inside):
    version = bobs_client.post(URL, cell(website)).json()["cell"]["version"]
    bobs_client.post(URL, cell(website, text="0", version=version))
    with inside(acme):
        event = Event.objects.get(kind="time_entry.deleted")
        data = Payload.objects.get(event_id=event.pk).data
    assert data["entry"]["minutes"] == 90
    assert data["entry"]["project"] == str(website.public_id)


def test_a_note_does_not_go_without_asking(bobs_client, acme, bobs, website, inside, stored):
    with inside(acme):
        actions.log_time(bobs, website, None, date(2026, 11, 17), 60, note="Kick-off")
        version = cell_of(bobs, website, None, date(2026, 11, 17)).version
    asked_first = bobs_client.post(URL, cell(website, text="0", version=version))
    assert asked_first.status_code == 422
    assert asked_first.json() == {"confirm": "This time has a note. Delete it all the same?"}
    assert stored("note") == [("Kick-off",)]
    assert bobs_client.post(URL, cell(website, text="0", version=version, confirmed="1")).status_code == 200
    assert stored("id") == []


def test_several_entries_are_never_guessed_at(bobs_client, acme, bobs, website, inside, stored):
    with inside(acme):
        actions.log_time(bobs, website, None, date(2026, 11, 17), 60)
        actions.log_time(bobs, website, None, date(2026, 11, 17), 30)
        version = cell_of(bobs, website, None, date(2026, 11, 17)).version
    answer = bobs_client.post(URL, cell(website, text="2", version=version))
    assert (answer.status_code, answer.json()["panel"]) == (422, True)
    assert stored("minutes") == [(60,), (30,)]


@promise(79)
def test_two_people_at_the_same_cell_see_both_values(bobs_client, client, alice, bobs, website, stored):
    version = bobs_client.post(URL, cell(website)).json()["cell"]["version"]
    bobs_client.post(URL, cell(website, text="2", version=version))
    answer = bobs_client.post(URL, cell(website, text="3", version=version))
    assert answer.status_code == 409
    assert answer.json()["theirs"]["text"] == "2:00"
    assert stored("minutes") == [(120,)]
    again = bobs_client.post(URL, cell(website, text="3", version=answer.json()["theirs"]["version"]))
    assert again.status_code == 200


def test_two_first_entries_in_an_empty_cell_are_a_conflict(bobs_client, website, stored):
    bobs_client.post(URL, cell(website, text="1"))
    assert bobs_client.post(URL, cell(website, text="2")).status_code == 409
    assert stored("minutes") == [(60,)]


def test_a_locked_entry_refuses_and_says_why(bobs_client, acme, website, inside, stored):
    version = bobs_client.post(URL, cell(website)).json()["cell"]["version"]
    with inside(acme):
        TimeEntry.objects.update(locked_at=timezone.now(), lock_reason="Invoiced on 1041. Alice can void it.")
    for text in ("2", "0"):
        answer = bobs_client.post(URL, cell(website, text=text, version=version, confirmed="1"))
        assert (answer.status_code, answer.json()) == (422, {"error": "Invoiced on 1041. Alice can void it."})
    assert stored("minutes") == [(90,)]


def test_an_archived_project_takes_no_more_time(bobs_client, acme, website, inside, stored):
    with inside(acme):
        actions.archive(website)
    answer = bobs_client.post(URL, cell(website))
    assert answer.json() == {"error": "Website relaunch is archived. Restore it to log time on it."}
    assert stored("id") == []


def test_an_unreadable_time_is_answered_with_examples(bobs_client, website, stored):
    answer = bobs_client.post(URL, cell(website, text="45"))
    assert (answer.status_code, answer.json()) == (422, {"error": "45 hours? Type 45m for minutes."})
    assert stored("id") == []


def test_a_plain_number_means_what_the_firm_says(bobs_client, acme, website, stored):
    acme.plain_number_unit = "minutes"
    acme.save()
    bobs_client.post(URL, cell(website, text="45"))
    assert stored("minutes") == [(45,)]


def test_a_task_says_whether_it_is_billed(bobs_client, acme, website, design, inside, stored):
    design.billable = False
    with inside(acme):
        design.save_checked(1)
    bobs_client.post(URL, cell(website, design))
    assert stored("billable") == [(False,)]


def test_alice_may_log_for_bob_but_bob_not_for_alice(bobs_client, client, alice, alices, bobs, website, stored):
    assert bobs_client.post(URL, cell(website, person=alices.public_id)).status_code == 403
    assert stored("id") == []
    client.force_login(alice)
    assert client.post(URL, cell(website, person=bobs.public_id)).status_code == 200
    assert stored("person_id") == [(bobs.pk,)]


def test_carol_may_not_log(client, carol, website, stored):
    client.force_login(carol)
    assert client.post(URL, cell(website)).status_code == 403
    assert stored("id") == []


def test_mallory_finds_nothing(client, mallory, website, stored):
    client.force_login(mallory)
    assert client.post(URL, cell(website)).status_code == 404
    assert stored("id") == []


def test_a_project_of_another_account_is_not_there(bobs_client, secret, stored):
    assert bobs_client.post(URL, cell(secret)).status_code == 404
    assert stored("id") == []


def test_a_task_of_another_project_is_not_there(bobs_client, internal, design, stored):
    assert bobs_client.post(URL, cell(internal, design)).status_code == 404
    assert stored("id") == []


@pytest.mark.parametrize("broken", [{"work": "x"}, {"work": ""}, {"day": "soon"}, {"version": "x" * 99}])
def test_what_is_no_cell_is_a_mistake(bobs_client, website, broken):
    assert bobs_client.post(URL, cell(website) | broken).status_code == 400


def test_saving_asks_no_more_for_a_fuller_week(bobs_client, acme, bobs, website, museum, inside):
    def fill(first, last):
        with inside(acme):
            for number in range(first, last):
                project = Project.objects.create(name=f"Project {number}", company=museum)
                actions.log_time(bobs, project, None, date(2026, 11, 16), 30)

    bobs_client.post(URL, cell(website, day="2026-11-18"))
    fill(0, 2)
    with_two = asked(lambda: bobs_client.post(URL, cell(website, day="2026-11-19")))
    fill(2, 12)
    assert asked(lambda: bobs_client.post(URL, cell(website, day="2026-11-20"))) == with_two


def test_a_time_is_stored_with_seven_statements(bobs_client, website):
    bobs_client.post(URL, cell(website, day="2026-11-18"))
    asked = behind_the_door(lambda: bobs_client.post(URL, cell(website, day="2026-11-19")))
    # work, locks, what may be in the way, entry, summary, log, sums
    assert len(asked) == 7, asked


def test_an_undo_is_worth_nothing_elsewhere(bobs_client, client, mallory, globex, website, stored):
    version = bobs_client.post(URL, cell(website)).json()["cell"]["version"]
    token = bobs_client.post(URL, cell(website, text="0", version=version)).json()["undo"]
    json = {"Accept": "application/json"}
    assert bobs_client.post("/a/acme/time/undo/", {"token": token + "x"}, headers=json).status_code == 422
    client.force_login(mallory)
    assert client.post("/a/globex/time/undo/", {"token": token}, headers=json).status_code == 422
    page = client.post("/a/globex/time/undo/", {"token": token}, follow=True).content.decode()
    assert "taken back any more" in page
    assert stored("id") == []


def test_an_undo_twice_restores_once(bobs_client, website, stored):
    version = bobs_client.post(URL, cell(website)).json()["cell"]["version"]
    token = bobs_client.post(URL, cell(website, text="0", version=version)).json()["undo"]
    for _ in range(2):
        bobs_client.post("/a/acme/time/undo/", {"token": token, "back": "https://evil.example/"})
    assert stored("minutes") == [(90,)]


def test_an_undo_leads_nowhere_else(bobs_client, website):
    version = bobs_client.post(URL, cell(website)).json()["cell"]["version"]
    token = bobs_client.post(URL, cell(website, text="0", version=version)).json()["undo"]
    answer = bobs_client.post("/a/acme/time/undo/", {"token": token, "back": "https://evil.example/"})
    assert answer["Location"] == "/a/acme/time/"
