from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.weeks import MONDAY, SUNDAY, days_between, days_of_week, instant_at, local_day, span_of_day, start_of_week

SATURDAY = 5
BERLIN, NEW_YORK, APIA, KIRITIMATI, HONOLULU, KATHMANDU, HAVANA = map(
    ZoneInfo,
    [
        "Europe/Berlin",
        "America/New_York",
        "Pacific/Apia",
        "Pacific/Kiritimati",
        "Pacific/Honolulu",
        "Asia/Kathmandu",
        "America/Havana",
    ],
)
days = st.dates(date(1970, 1, 12), date(2200, 1, 1))


@pytest.mark.parametrize(
    ("day", "first_weekday", "start"),
    [
        (date(2026, 11, 19), MONDAY, date(2026, 11, 16)),
        (date(2026, 11, 16), MONDAY, date(2026, 11, 16)),
        (date(2026, 11, 22), MONDAY, date(2026, 11, 16)),
        (date(2026, 11, 22), SUNDAY, date(2026, 11, 22)),
        (date(2026, 11, 21), SUNDAY, date(2026, 11, 15)),
        (date(2026, 11, 20), SATURDAY, date(2026, 11, 14)),
        (date(2027, 1, 1), MONDAY, date(2026, 12, 28)),
        (date(2028, 2, 29), SUNDAY, date(2028, 2, 27)),
    ],
)
def test_start_of_week(day, first_weekday, start):
    assert start_of_week(day, first_weekday) == start


@given(days, st.integers(0, 6))
def test_a_week_is_seven_days_in_a_row_that_hold_the_day(day, first_weekday):
    week = days_of_week(day, first_weekday)
    assert day in week
    assert week[0].weekday() == first_weekday
    assert [later - week[0] for later in week] == [timedelta(days=number) for number in range(7)]
    assert days_of_week(week[6], first_weekday) == week


@given(days, st.integers(-1, 400))
def test_days_in_a_row_hold_both_ends(day, more):
    found = days_between(day, day + timedelta(days=more))
    assert found == [day + timedelta(days=number) for number in range(more + 1)]


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        (datetime(2026, 11, 16, 4, 59, tzinfo=UTC), NEW_YORK, date(2026, 11, 15)),
        (datetime(2026, 11, 16, 5, 0, tzinfo=UTC), NEW_YORK, date(2026, 11, 16)),
        (datetime(2026, 11, 16, 18, 14, tzinfo=UTC), KATHMANDU, date(2026, 11, 16)),
        (datetime(2026, 11, 16, 18, 15, tzinfo=UTC), KATHMANDU, date(2026, 11, 17)),
        # Three days at once on the two sides of the date line.
        (datetime(2026, 11, 16, 10, 30, tzinfo=UTC), HONOLULU, date(2026, 11, 16)),
        (datetime(2026, 11, 16, 10, 30, tzinfo=UTC), KIRITIMATI, date(2026, 11, 17)),
        (datetime(2026, 11, 16, 9, 59, tzinfo=UTC), HONOLULU, date(2026, 11, 15)),
        # Samoa went from Thursday to Saturday.
        (datetime(2011, 12, 30, 9, 59, tzinfo=UTC), APIA, date(2011, 12, 29)),
        (datetime(2011, 12, 30, 10, 0, tzinfo=UTC), APIA, date(2011, 12, 31)),
        # An instant may be told in any zone.
        (datetime(2026, 11, 16, 0, 30, tzinfo=BERLIN), NEW_YORK, date(2026, 11, 15)),
    ],
)
def test_local_day(instant, zone, day):
    assert local_day(instant, zone) == day


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="knows its zone"):
        local_day(datetime(2026, 11, 16), BERLIN)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 28), BERLIN, 24),
        (date(2026, 3, 29), BERLIN, 23),
        (date(2026, 10, 25), BERLIN, 25),
        (date(2026, 3, 8), NEW_YORK, 23),
        (date(2026, 11, 1), NEW_YORK, 25),
        (date(2026, 3, 8), HAVANA, 23),
        (date(2026, 11, 1), HAVANA, 25),
        (date(2011, 12, 30), APIA, 0),
    ],
)
def test_a_day_is_as_long_as_its_clocks_say(day, zone, hours):
    first, after = span_of_day(day, zone)
    assert after - first == timedelta(hours=hours)


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, KIRITIMATI, HONOLULU, KATHMANDU, HAVANA], ids=str)
@given(day=st.dates(date(2000, 1, 1), date(2040, 1, 1)), second=st.integers(0, 23 * 3600 - 1))
def test_every_instant_of_a_day_is_on_that_day(zone, day, second):
    first, after = span_of_day(day, zone)
    an_instant = timedelta(microseconds=1)
    inside = [first, first + timedelta(seconds=second), after - an_instant]
    assert {local_day(instant, zone) for instant in inside} == {day}
    assert local_day(first - an_instant, zone) == day - timedelta(days=1)
    assert local_day(after, zone) == day + timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "minute", "zone", "instant"),
    [
        (date(2026, 11, 16), 9 * 60, BERLIN, datetime(2026, 11, 16, 8, 0, tzinfo=UTC)),
        (date(2026, 11, 16), 25 * 60, BERLIN, datetime(2026, 11, 17, 0, 0, tzinfo=UTC)),
        # 2:30 is shown twice: the first.
        (date(2026, 10, 25), 150, BERLIN, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        # 2:30 is skipped: half an hour after the clock showed 2:00 for 3:00.
        (date(2026, 3, 29), 150, BERLIN, datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_instant_at(day, minute, zone, instant):
    assert instant_at(day, minute, zone) == instant
