"""From two instants to whole minutes, each on its own day."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.weeks import local_day
from timetracking.timer.clock import MINUTE, minutes_of, one_minute, whole_minute, worked

BERLIN, APIA, HONOLULU, KATHMANDU = map(
    ZoneInfo, ("Europe/Berlin", "Pacific/Apia", "Pacific/Honolulu", "Asia/Kathmandu")
)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "stop", "minutes"),
    [
        ("2026-11-18 09:00:42", "2026-11-18 09:01:41", 0),  # 59 seconds, though the clock's minute changed
        ("2026-11-18 09:00:42", "2026-11-18 09:01:42", 1),
        ("2026-11-18 09:00:00", "2026-11-18 09:42:59", 42),
        ("2026-11-18 09:00:42", "2026-11-18 08:00:00", 0),
    ],
)
def test_whole_minutes_count(start, stop, minutes):
    assert minutes_of(worked(at(start), at(stop), BERLIN)) == minutes


@pytest.mark.parametrize(
    ("zone", "start", "stop", "days"),
    [
        (BERLIN, "2026-11-18 22:30:10", "2026-11-18 23:30:10", [("18 Nov", 30), ("19 Nov", 30)]),
        (BERLIN, "2026-03-28 22:00", "2026-03-29 22:30", [("28 Mar", 60), ("29 Mar", 23 * 60), ("30 Mar", 30)]),
        # The day of 25 hours does not fit into one entry.
        (BERLIN, "2026-10-24 22:00", "2026-10-25 23:10", [("25 Oct", 1440), ("25 Oct", 60), ("26 Oct", 10)]),
        (BERLIN, "2028-02-28 22:50", "2028-03-01 00:00", [("28 Feb", 10), ("29 Feb", 1440), ("01 Mar", 60)]),
        # The same hours are another day on the other side of the date line.
        (APIA, "2026-11-18 10:30", "2026-11-18 11:30", [("18 Nov", 30), ("19 Nov", 30)]),
        (HONOLULU, "2026-11-18 10:30", "2026-11-18 11:30", [("18 Nov", 60)]),
        (KATHMANDU, "2026-11-18 18:00", "2026-11-18 18:30", [("18 Nov", 15), ("19 Nov", 15)]),
    ],
)  # fmt: skip
def test_each_day_gets_its_own(zone, start, stop, days):
    pieces = worked(at(start), at(stop), zone)
    assert [(f"{local_day(span[0], zone):%d %b}", minutes_of([span])) for span in pieces] == days


def test_what_is_logged_already_is_not_logged_again():
    logged = [(at("2026-11-18 09:10"), at("2026-11-18 09:20")), (at("2026-11-18 08:00"), at("2026-11-18 09:01"))]
    free = worked(at("2026-11-18 09:00:30"), at("2026-11-18 09:30"), BERLIN, logged)
    assert [(start.minute, stop.minute) for start, stop in free] == [(1, 10), (20, 30)]
    assert one_minute(at("2026-11-18 09:15:30"), logged) == (at("2026-11-18 09:20"), at("2026-11-18 09:21"))


instants = st.timedeltas(timedelta(0), timedelta(days=7)).map(lambda later: at("2026-03-27") + later)


@given(st.lists(instants, min_size=2, max_size=6), st.sampled_from([BERLIN, APIA, HONOLULU]))
def test_neighbours_never_overlap_and_nothing_is_lost_between_them(moments, zone):
    taken = []
    for start, stop in pairwise(sorted(moments)):
        taken += worked(start, stop, zone, taken)
    assert all(first[1] <= second[0] for first, second in pairwise(sorted(taken)))
    first, last = whole_minute(min(moments)), whole_minute(max(moments))
    short = sum(1 for start, stop in pairwise(sorted(moments)) if stop - start < MINUTE)
    assert (last - first) / MINUTE - short <= minutes_of(taken) <= (last - first) / MINUTE
