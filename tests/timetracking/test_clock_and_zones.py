"""Clock times on odd days and in far places: what passed is what is stored, on the day where it began.

One table for the clock changes, midnight and the leap day; then the week of somebody who travels over the date line.
"""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from lib.weeks import days_of_week
from timetracking import actions, queries
from timetracking.models import TimeEntry, work_value
from timetracking.timer.clock import worked

ZONE = ZoneInfo("Europe/Copenhagen")
AUCKLAND, HONOLULU = "Pacific/Auckland", "Pacific/Honolulu"

# day and what is typed there | minutes, start and end in UTC, as it is shown; or the sentence that refuses it
CLOCK = [
    ("2026-03-29", "1-4", 120, "00:00", "02:00", "01:00–04:00"),  # 2:00 to 3:00 is skipped
    ("2026-03-29", "2:30-4", 30, "01:30", "02:00", "03:30–04:00"),
    ("2026-03-29", "2-3", "The clock skips these times on that day."),
    ("2026-03-29", "0-24", 23 * 60, "23:00", "22:00", "00:00–00:00 +1"),
    ("2026-10-25", "1-4", 240, "23:00", "03:00", "01:00–04:00"),  # 2:00 to 3:00 comes twice
    ("2026-10-25", "2:15-2:45", 30, "00:15", "00:45", "02:15–02:45"),
    ("2026-10-25", "0-24", "More than 24 hours pass between these times on that day."),
    ("2026-11-16", "0-24", 24 * 60, "23:00", "23:00", "00:00–00:00 +1"),
    ("2026-11-16", "22-2", 240, "21:00", "01:00", "22:00–02:00 +1"),
    ("2026-11-16", "23:59-0:01", 2, "22:59", "23:01", "23:59–00:01 +1"),
    ("2026-03-28", "22-4", 300, "21:00", "02:00", "22:00–04:00 +1"),  # the night of the change
    ("2028-02-29", "9-10:30", 90, "08:00", "09:30", "09:00–10:30"),
    ("2027-02-28", "23-1", 120, "22:00", "00:00", "23:00–01:00 +1"),  # and no 29th follows
]


@pytest.fixture
def bobs_client(client, bob):
    client.force_login(bob)
    return client


def only_entry(acme, inside):
    with inside(acme):
        return TimeEntry.objects.with_names().get()


def test_what_is_typed_is_what_passed(bobs_client, acme, website, inside):
    for day, typed, expected, *clock in CLOCK:
        form = {"day": day, "work": work_value(website, None), "time": typed}
        answer = bobs_client.post("/a/acme/time/entries/", form)
        if isinstance(expected, str):
            assert (answer.status_code, expected in answer.content.decode()) == (422, True), (day, typed)
            continue
        entry = only_entry(acme, inside)
        utc = [at.astimezone(UTC).strftime("%H:%M") for at in (entry.started_at, entry.stopped_at)]
        assert (str(entry.day), entry.minutes, *utc, entry.clock_words) == (day, expected, *clock), (day, typed)
        assert (entry.stopped_at - entry.started_at) == timedelta(minutes=entry.minutes)
        assert entry.time_zone == ZONE.key
        week = bobs_client.get(f"/a/acme/time/?week={day}").context["week"]
        assert {column.day: column.minutes for column in week.columns if column.minutes} == {entry.day: expected}
        page = f"/a/acme/time/entries/{entry.public_id}/"
        kept = bobs_client.get(page).context["form"].initial["time"]
        bobs_client.post(page, {**form, "time": kept, "note": "as it was", "version": entry.version})
        again = only_entry(acme, inside)
        assert (again.note, again.minutes, again.started_at) == ("as it was", expected, entry.started_at), (day, typed)
        with inside(acme):
            actions.delete_entries([again])


def test_the_leap_day_is_in_its_week_and_copied_into_the_next(in_acme, bobs, website):
    leap_day = date(2028, 2, 29)
    assert leap_day in days_of_week(date(2028, 3, 3))
    actions.log_time(bobs, website, None, leap_day, 60)
    monday = date(2028, 2, 28)
    actions.copy_week(bobs, monday, monday + timedelta(days=7), hours=True)
    assert list(TimeEntry.objects.order_by("day").values_list("day", flat=True)) == [leap_day, date(2028, 3, 7)]


@pytest.mark.parametrize(
    ("zone", "day"), [("Europe/Copenhagen", 22), (AUCKLAND, 23), (HONOLULU, 21), ("Pacific/Kiritimati", 23)]
)
def test_a_week_is_the_one_on_the_persons_wall(bobs_client, bob, monkeypatch, zone, day):
    """Late on a Sunday in London it is Monday in Auckland, and still Saturday in Honolulu."""
    at = datetime(2026, 11, 22, 11, 30, tzinfo=UTC) if day != 21 else datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    monkeypatch.setattr(queries.timezone, "now", lambda: at)
    bob.time_zone = zone
    bob.save(update_fields=["time_zone"])
    week = bobs_client.get("/a/acme/time/").context["week"]
    assert (week.today, week.first) == (date(2026, 11, day), date(2026, 11, 23 if day == 23 else 16))


def test_who_flies_over_the_date_line_keeps_what_was_logged(bobs_client, acme, bob, bobs, website, inside):
    form = {"work": work_value(website, None)}
    for zone, day, time in ((AUCKLAND, "2026-11-17", "5-7"), (HONOLULU, "2026-11-16", "9-11")):
        bob.time_zone = zone
        bob.save(update_fields=["time_zone"])
        bobs_client.post("/a/acme/time/entries/", {**form, "day": day, "time": time})
    with inside(acme):
        home, away = TimeEntry.objects.with_names().order_by("day")
    assert [(str(e.day), e.time_zone, e.clock_words) for e in (home, away)] == [
        ("2026-11-16", HONOLULU, "09:00–11:00"),
        ("2026-11-17", AUCKLAND, "05:00–07:00"),
    ]
    assert away.started_at < home.started_at  # logged on the later day, worked before
    page = f"/a/acme/time/entries/{away.public_id}/"
    bobs_client.post(page, {**form, "day": "2026-11-17", "time": "05:00-07:00", "note": "x", "version": "1"})
    with inside(acme):
        assert TimeEntry.objects.get(pk=away.pk).started_at == away.started_at  # not moved to where he is now
        # A timer that is started before the flight is split at the midnights of where it was started.
        spans = worked(away.started_at, away.started_at + timedelta(hours=30), ZoneInfo(AUCKLAND))
    assert [(end - start) // timedelta(minutes=1) for start, end in spans] == [19 * 60, 11 * 60]


def test_neighbours_share_a_minute_and_no_time(in_acme, bobs, website):
    """Half open: what ends at 13:00 and what begins at 13:00 don't overlap, seconds apart or not."""
    start = datetime(2026, 11, 16, 12, tzinfo=UTC)
    moments = [start, start.replace(hour=13, second=7), start.replace(hour=13, minute=1), start.replace(hour=14)]
    spans = [span for one, other in pairwise(moments) for span in worked(one, other, ZONE)]
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))
    assert sum((end - begin for begin, end in spans), timedelta()) == timedelta(hours=2) - timedelta(minutes=1)
