"""Where the firm wants to know when it was, each way in asks for start and end."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.api.conftest import key_for, program_of  # noqa: F401  (fixtures)
from tests.timetracking.conftest import MONDAY, TUESDAY
from timetracking import actions
from timetracking.errors import NeedsClock
from timetracking.models import TimeEntry, TimeSettings
from timetracking.timer import actions as timer

BERLIN = ZoneInfo("Europe/Berlin")
WORDS = "Your firm wants to know when it was: type start and end, as in 9-12:30."


@pytest.fixture
def wanted(acme, entry, inside):
    """What was logged before stays without."""
    with inside(acme):
        TimeSettings.objects.create(needs_clock=True)


def times(acme, inside):
    with inside(acme):
        rows = TimeEntry.objects.exclude(started_at=None).order_by("id")
        return [(row.day, row.minutes, row.started_at) for row in rows]


def test_the_grid_the_forms_and_programs_ask(
    wanted, client, acme, bob, bobs, website, design, entry, inside, program_of  # noqa: F811
):  # fmt: skip
    client.force_login(bob)
    cell = {"work": str(website.public_id), "day": "2026-11-17", "version": ""}
    refused = client.post("/a/acme/time/cell/", {**cell, "text": "3:30"})
    assert (refused.status_code, refused.json()) == (422, {"error": WORDS, "panel": True})
    assert client.post("/a/acme/time/cell/", {**cell, "text": "9-12:30"}).status_code == 200
    assert times(acme, inside) == [(TUESDAY, 210, datetime(2026, 11, 17, 8, tzinfo=UTC))]

    form = {"day": "2026-11-18", "work": str(website.public_id), "time": "2:00"}
    assert WORDS in client.post("/a/acme/time/entries/", form).text
    own = f"/a/acme/time/entries/{entry.public_id}/"
    same = {"day": "2026-11-16", "work": entry.work, "version": "1", "billable": "on"}
    assert client.post(own, {**same, "time": "1:30", "note": "As it was"}).status_code == 302
    assert WORDS in client.post(own, {**same, "time": "2:00", "version": "2"}).text

    program = program_of(acme, bob)
    new = {"project": str(website.public_id), "day": "2026-11-18", "minutes": 60}
    refused = program.post("time-entries/", new)
    assert (refused.status_code, WORDS in str(refused.data)) == (422, True)
    clock = {"started_at": "2026-11-18T08:00:00Z", "stopped_at": "2026-11-18T09:00:00Z"}
    assert program.post("time-entries/", {"project": new["project"], **clock}).status_code == 201


def test_copies_keep_their_times_and_the_timer_has_them(wanted, acme, bobs, website, design, inside):
    with inside(acme):
        clock, minutes = actions.clock_between(TUESDAY, 540, 600, BERLIN)
        actions.log_time(bobs, website, None, TUESDAY, minutes, clock=clock)
        with pytest.raises(NeedsClock):
            actions.log_time(bobs, website, None, TUESDAY, 60)
        copied = actions.copy_week(bobs, MONDAY, date(2026, 11, 23), hours=True)
        assert (copied.entries, copied.cells_skipped) == (1, 1)
        assert TimeEntry.objects.get(day=date(2026, 11, 24)).clock_words == "09:00–10:00"
        timer.start(bobs, website)
        assert timer.stop(bobs, keep=True).entries[0].has_clock_times


def test_what_is_brought_back_comes_as_it_was(wanted, acme, bobs, entry, inside):
    with inside(acme):
        change = actions.delete_entries([TimeEntry.objects.with_names().select_related("person__user").get()])
        assert actions.undo(bobs, change)[0].minutes == 90
