"""The day list: no script needed."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from tests.timetracking.statements import asked
from timetracking import actions
from timetracking.models import TimeEntry

URL = "/a/acme/time/day/?day=2026-11-16"
LOG = "/a/acme/time/entries/"
MONDAY = date(2026, 11, 16)


@pytest.fixture
def bobs_client(client, bob):
    client.force_login(bob)
    return client


def typed(project, task=None, *, time="1:30", day="2026-11-16", note="", **more):
    work = f"{project.public_id}.{task.public_id}" if task else str(project.public_id)
    return {"work": work, "time": time, "day": day, "note": note, **more}


@pytest.fixture
def stored(acme, inside):
    """What is stored of the entries, oldest first."""

    def read(*names):
        with inside(acme):
            return list(TimeEntry.objects.order_by("id").values_list(*names))

    return read


def test_a_day_shows_its_entries_and_their_sum(bobs_client, entry, acme, bobs, internal, inside):
    with inside(acme):
        actions.log_time(bobs, internal, None, MONDAY, 45, note="Invoices", billable=False)
    page = bobs_client.get(URL).content.decode()
    assert "Monday 16 November" in page
    assert "2:15" in page
    assert "of 8:00" in page
    assert "Invoices" in page
    assert "day=2026-11-15" in page
    assert "day=2026-11-17" in page


def test_an_entry_is_logged_by_a_plain_form(bobs_client, bobs, website, design, stored):
    answer = bobs_client.post(LOG, typed(website, design, note="Kick-off"))
    assert (answer.status_code, answer["Location"]) == (302, "/a/acme/time/day/?day=2026-11-16")
    assert stored("person_id", "task_id", "minutes", "note") == [(bobs.pk, design.pk, 90, "Kick-off")]


def test_a_clock_range_keeps_its_ends(bobs_client, website, stored):
    bobs_client.post(LOG, typed(website, time="9-12:30"))
    [(minutes, started, stopped, zone)] = stored("minutes", "started_at", "stopped_at", "time_zone")
    assert (minutes, zone) == (210, "Europe/Copenhagen")
    assert (started.isoformat(), stopped.isoformat()) == ("2026-11-16T08:00:00+00:00", "2026-11-16T11:30:00+00:00")
    assert "9:00–12:30" in bobs_client.get(URL).content.decode().replace("09:00", "9:00")


def test_a_range_across_midnight_counts_on_its_first_day(bobs_client, website, stored):
    bobs_client.post(LOG, typed(website, time="22-1"))
    assert stored("day", "minutes") == [(MONDAY, 180)]
    assert "+1" in bobs_client.get(URL).content.decode()


@pytest.mark.parametrize(
    ("time", "words"),
    [
        ("45", "45 hours? Type 45m for minutes."),
        ("abc", "That is not a length of time."),
        ("0", "An entry is at least a minute."),
        ("", "Fill this in."),
        ("25:00", "One entry holds 24 hours at most."),
    ],
)
def test_what_cannot_be_stored_comes_back_with_a_sentence(bobs_client, website, stored, time, words):
    answer = bobs_client.post(LOG, typed(website, time=time, note="kept"))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'value="kept"' in answer.content.decode()
    assert stored("id") == []


def test_a_cell_of_the_week_leads_to_a_filled_in_form(bobs_client, website, design):
    work = f"{website.public_id}.{design.public_id}"
    page = bobs_client.get(f"{URL}&work={work}").content.decode()
    assert f'value="{work}" selected' in page


def test_archived_work_is_not_offered(bobs_client, acme, website, internal, inside, stored):
    with inside(acme):
        actions.archive(website)
    assert str(website.public_id) not in bobs_client.get(URL).content.decode()
    assert bobs_client.post(LOG, typed(website)).status_code == 422
    assert stored("id") == []


def test_another_accounts_project_is_not_offered(bobs_client, secret, stored):
    assert bobs_client.post(LOG, typed(secret)).status_code == 422
    assert stored("id") == []


def test_alice_logs_for_bob(client, alice, bobs, website, stored):
    client.force_login(alice)
    client.post(LOG, typed(website, person=bobs.public_id))
    assert stored("person_id") == [(bobs.pk,)]


def test_bob_cannot_log_for_alice(bobs_client, alices, website, stored):
    assert bobs_client.post(LOG, typed(website, person=alices.public_id)).status_code == 403
    assert bobs_client.get(f"{URL}&person={alices.public_id}").status_code == 403
    assert stored("id") == []


def test_carol_sees_an_empty_day_without_a_form(client, carol, website, stored):
    client.force_login(carol)
    assert "Log time" not in client.get(URL).content.decode()
    assert client.post(LOG, typed(website)).status_code == 403
    assert stored("id") == []


def test_mallory_finds_nothing(client, mallory, website, stored):
    client.force_login(mallory)
    assert client.get(URL).status_code == 404
    assert client.post(LOG, typed(website)).status_code == 404
    assert stored("id") == []


def test_a_read_only_account_shows_but_does_not_store(bobs_client, acme, website, stored):
    acme.past_due_since = timezone.now() - timedelta(days=15)
    acme.save()
    assert bobs_client.get(URL).status_code == 200
    assert bobs_client.post(LOG, typed(website)).status_code == 402
    assert stored("id") == []


def test_the_day_asks_no_more_for_more_entries(bobs_client, acme, bobs, website, design, inside):
    def fill(count):
        with inside(acme):
            for _ in range(count):
                actions.log_time(bobs, website, design, MONDAY, 10)

    fill(2)
    bobs_client.get(URL)  # what is noted at the first visit is not counted
    with_two = asked(lambda: bobs_client.get(URL))
    fill(10)
    assert asked(lambda: bobs_client.get(URL)) == with_two
