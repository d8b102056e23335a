"""The week along the clock: the entries that week and day show, made, moved and copied where they stand."""

import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from lib.weeks import instant_at
from tests.statements import behind_the_door
from timetracking import actions
from timetracking.calendar.queries import Block, beside
from timetracking.models import TimeEntry, work_value

CALENDAR = "/a/acme/time/calendar/"
MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)
ZONE = ZoneInfo("Europe/Copenhagen")


def at(day, start, minutes):
    """Clock times: from that minute of the day on."""
    begins = instant_at(day, start, ZONE)
    return {"minutes": minutes, "clock": (begins, begins + timedelta(minutes=minutes), ZONE)}


@pytest.fixture
def bobs_client(client, bob):
    client.force_login(bob)
    return client


@pytest.fixture
def morning(acme, bobs, website, design, inside):
    """Tuesday, 9:00–10:30."""
    with inside(acme):
        return actions.log_time(
            bobs, website, design, TUESDAY, **at(TUESDAY, 540, 90), note="Sketches", tags=["on site"]
        )


@pytest.fixture
def stored(acme, inside):
    """Each entry: day, start on Bob's wall, minutes, version."""

    def read():
        with inside(acme):
            entries = TimeEntry.objects.order_by("day", "started_at")
            clock = (entry.started_at and entry.started_at.astimezone(ZONE).strftime("%H:%M") for entry in entries)
            return [(e.day.day, start, e.minutes, e.version) for e, start in zip(entries, clock, strict=True)]

    return read


def test_week_day_and_calendar_show_the_same_entries(bobs_client, acme, bobs, website, internal, morning, inside):
    with inside(acme):
        actions.log_time(bobs, internal, None, MONDAY, 45)
        actions.log_time(bobs, website, None, MONDAY, **at(MONDAY, 22 * 60, 240))
        actions.log_time(bobs, internal, None, MONDAY + timedelta(days=7), 60)
    week = bobs_client.get("/a/acme/time/?week=2026-11-16").context["week"]
    calendar = bobs_client.get(f"{CALENDAR}?week=2026-11-16").context["calendar"]
    days = [bobs_client.get(f"/a/acme/time/day/?day=2026-11-{day}").context for day in range(16, 23)]
    in_week = {entry.public_id for row in week.rows for cell in row.cells for entry in cell.entries}
    in_calendar = [
        entry.public_id for day in calendar.days for entry in [*day.untimed, *(block.work for block in day.blocks)]
    ]
    in_days = [entry.public_id for day in days for entry, _ in day["lines"]]
    assert in_week == set(in_calendar) == set(in_days)
    assert len(in_calendar) == len(in_days) == 3
    sums = [day.column.minutes for day in calendar.days]
    assert sums == [column.minutes for column in week.columns] == [day["total"] for day in days]
    assert (sums, calendar.minutes) == ([285, 90, 0, 0, 0, 0, 0], week.minutes)


def test_an_entry_stands_where_the_clock_stood(bobs_client, acme, bobs, website, morning, inside):
    with inside(acme):
        actions.log_time(bobs, website, None, MONDAY, **at(MONDAY, 22 * 60, 240))
    page = bobs_client.get(f"{CALENDAR}?week=2026-11-16").content.decode()
    assert 'class="tcal-block h-9 m-0 lh-1 lm-30 lane-0 of-1"' in page
    assert 'class="tcal-block h-22 m-0 lh-2 lm-0 lane-0 of-1"' in page
    assert "22:00–2:00 +1" in page.replace("02:00", "2:00")
    assert "from-7 to-24" in page
    assert "style=" not in page[page.index("tcal") :]


@pytest.mark.parametrize(
    ("spans", "lanes"),
    [
        ([(540, 600), (600, 660)], [(0, 1), (0, 1)]),  # half open: neighbours don't touch
        ([(540, 660), (600, 630), (630, 700)], [(0, 2), (1, 2), (1, 2)]),
        ([(540, 600), (540, 660), (700, 720)], [(1, 2), (0, 2), (0, 1)]),
        ([(540, 541), (545, 600)], [(0, 2), (1, 2)]),  # what is short is drawn long enough to be pressed
    ],
)
def test_what_overlaps_stands_side_by_side(spans, lanes):
    placed = {(block.start, block.end): (block.lane, block.lanes) for block in beside([Block(None, *s) for s in spans])}
    assert [placed[span] for span in spans] == lanes


def test_an_entry_is_made_where_it_was_pressed(bobs_client, acme, website, stored, inside):
    address = f"{CALENDAR}new/?day=2026-11-17&time=13:15-14:00"
    assert 'value="13:15-14:00"' in bobs_client.get(address).content.decode()
    form = {"work": work_value(website, None), "time": "13:15-14:00", "day": "2026-11-17"}
    assert "calendar/?week=2026-11-17" in bobs_client.post(address, form)["Location"]
    part = {"HX-Request": "true"}
    refused = bobs_client.post(address, {**form, "time": ""}, headers=part)
    assert refused.status_code == 422 and "<html" not in refused.content.decode()
    assert stored() == [(17, "13:15", 45, 1)]
    unbilled = {**form, "time": "15:00-16:00", "billable": "False"}
    assert bobs_client.post(address, unbilled, headers=part)["HX-Trigger"] == '{"time:logged": {}}'
    with inside(acme):
        assert list(TimeEntry.objects.order_by("started_at").values_list("billable", flat=True)) == [True, False]


def test_it_is_moved_stretched_and_refused(bobs_client, client, mallory, acme, morning, stored, inside):
    url = f"/a/acme/time/entries/{morning.public_id}/move/"
    moved = bobs_client.post(url, {"day": "2026-11-19", "start": 615, "version": 1})
    assert (moved.json()["version"], "10:15–11:45" in moved.json()["words"]) == (2, True)
    bobs_client.post(url, {"day": "2026-11-19", "start": 615, "minutes": 15, "version": 2})
    assert stored() == [(19, "10:15", 15, 3)]
    stale = bobs_client.post(url, {"day": "2026-11-20", "start": 0, "version": 1})
    assert (stale.status_code, "Somebody else" in stale.json()["error"]) == (409, True)
    assert bobs_client.post(url, {"day": "2026-11-20", "start": 1440, "version": 3}).status_code == 400
    with inside(acme):
        TimeEntry.objects.update(locked_at=timezone.now(), lock_reason="Invoiced.")
    assert bobs_client.post(url, {"day": "2026-11-20", "version": 3}).json() == {"error": "Invoiced."}
    client.force_login(mallory)
    assert client.post(url, {"day": "2026-11-20"}).status_code == 404
    assert stored() == [(19, "10:15", 15, 3)]


def test_without_clock_times_it_changes_its_day_alone(bobs_client, entry, stored):
    bobs_client.post(f"/a/acme/time/entries/{entry.public_id}/move/", {"day": "2026-11-18", "version": 1})
    assert stored() == [(18, None, 90, 2)]


def test_it_is_copied_to_another_day_and_that_is_taken_back(bobs_client, acme, morning, stored, inside):
    url = f"/a/acme/time/entries/{morning.public_id}/copy/"
    page = bobs_client.post(url, {"day": "2026-11-20"}, follow=True).content.decode()
    assert stored() == [(17, "09:00", 90, 1), (20, "09:00", 90, 1)]
    with inside(acme):
        copied = TimeEntry.objects.with_tags().get(day="2026-11-20")
        assert (copied.note, copied.tag_names, copied.source) == ("Sketches", ["on site"], "typed")
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    bobs_client.post("/a/acme/time/undo/", {"token": token})
    assert stored() == [(17, "09:00", 90, 1)]


def test_who_only_reads_moves_nothing(client, carol, alice, bobs, morning, stored):
    client.force_login(carol)
    assert client.get(CALENDAR).status_code in (200, 403)
    assert client.post(f"/a/acme/time/entries/{morning.public_id}/move/", {"day": "2026-11-20"}).status_code == 403
    client.force_login(alice)
    page = client.get(f"{CALENDAR}?week=2026-11-16&person={bobs.public_id}").content.decode()
    assert "Sketches" in page
    assert stored() == [(17, "09:00", 90, 1)]


def test_it_asks_no_more_for_more_entries(bobs_client, acme, bobs, website, morning, inside):
    few = len(behind_the_door(lambda: bobs_client.get(f"{CALENDAR}?week=2026-11-16")))
    with inside(acme):
        for hour in range(10, 20):
            actions.log_time(bobs, website, None, TUESDAY, **at(TUESDAY, hour * 60, 30))
    assert len(behind_the_door(lambda: bobs_client.get(f"{CALENDAR}?week=2026-11-16"))) <= few
