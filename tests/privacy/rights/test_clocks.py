"""The clocks of rights requests, against an oracle that counts in another way, and the corners of the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from holidays import country_holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.rights import working_days
from privacy.rights.clocks import (
    FORWARD,
    RULES,
    Group,
    Regime,
    Term,
    Unit,
    day_of,
    end_of,
    last_day,
    passed_alarm,
    regime_of,
    share_passed,
)
from tests.promises import promise

COUNTRIES = {Regime.GDPR: "DE", Regime.UK: "GB", Regime.CCPA: "US"}
REGIONS = {Regime.GDPR: None, Regime.UK: "ENG", Regime.CCPA: "CA"}
FIRST, DAYS = date(2024, 1, 1), 10_000


def oracle(free, arrived, term, *, rolls):
    """The same by walking: a calendar of another package, every day in turn."""
    if term.unit is Unit.WORKING_DAYS:
        day, left = arrived, term.count
        while left > 0:
            day += timedelta(days=1)
            left -= day.isoweekday() <= 5 and day not in free
        return day
    step = relativedelta(months=term.count) if term.unit is Unit.MONTHS else relativedelta(days=term.count)
    day = arrived + step
    while rolls and (day.isoweekday() > 5 or day in free):
        day += timedelta(days=1)
    return day


@promise(146)
@pytest.mark.parametrize("regime", Regime)
def test_ten_thousand_days_end_as_another_count_says(regime):
    free = set(country_holidays(COUNTRIES[regime], subdiv=REGIONS[regime], years=range(2024, 2054)))
    is_working_day = working_days.of(regime, COUNTRIES[regime])
    rules = [rule for (law, _), rule in RULES.items() if law is regime]
    terms = {(term, rule.rolls) for rule in rules for term in (rule.acknowledge, rule.answer, rule.longest) if term}
    for term, rolls in {*terms, (FORWARD, False)}:
        for number in range(DAYS):
            arrived = FIRST + timedelta(days=number)
            found = last_day(arrived, term, is_working_day, rolls=rolls)
            assert found == oracle(free, arrived, term, rolls=rolls), (regime, term, arrived)


@promise(146)
def test_each_law_has_its_own_figures():
    said = {
        key: (str(rule.acknowledge or ""), str(rule.answer), str(rule.longest or "")) for key, rule in RULES.items()
    }
    assert said[Regime.GDPR, Group.ANSWER] == ("", "1 month", "3 months")
    assert said[Regime.UK, Group.ANSWER] == ("", "1 month", "3 months")
    assert said[Regime.UK, Group.COMPLAINT][0] == "30 days"
    assert said[Regime.CCPA, Group.ANSWER] == ("10 working days", "45 days", "90 days")
    assert said[Regime.CCPA, Group.OPT_OUT] == ("", "15 working days", "")
    assert str(FORWARD) == "2 working days"
    assert set(RULES) == {(regime, group) for regime in Regime for group in Group}
    assert [RULES[regime, Group.ANSWER].pauses for regime in Regime] == [True, True, False]


def test_the_corners_of_the_calendar():
    gdpr, uk = RULES[Regime.GDPR, Group.ANSWER], RULES[Regime.UK, Group.ANSWER]
    germany, england = working_days.of(Regime.GDPR, "DE"), working_days.of(Regime.UK, "GB")
    month = gdpr.answer
    assert last_day(date(2028, 1, 31), month, germany, rolls=True) == date(2028, 2, 29)  # a leap year
    assert last_day(date(2027, 1, 31), month, germany, rolls=True) == date(2027, 3, 1)  # 28 February is a Sunday
    assert last_day(date(2026, 11, 25), month, germany, rolls=True) == date(2026, 12, 28)  # Christmas, then a weekend
    assert last_day(date(2026, 11, 25), uk.answer, england, rolls=True) == date(2026, 12, 29)  # and the day in lieu
    assert last_day(date(2026, 12, 31), Term(2, Unit.MONTHS), germany) == date(2027, 2, 28)
    assert last_day(date(2026, 11, 25), month, germany, rolls=True, paused=5) == date(2026, 12, 30)
    california = working_days.of(Regime.CCPA, "US")
    assert last_day(date(2026, 11, 20), FORWARD, california) == date(2026, 11, 24)  # over a weekend


@settings(max_examples=30)
@given(
    st.integers(0, 500_000_000).map(lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)),
    st.sampled_from(["Europe/Berlin", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kathmandu"]),
)
def test_a_day_begins_and_ends_where_the_answer_is_owed(moment, name):
    zone = ZoneInfo(name)
    day = day_of(moment, zone)
    begins, ends = end_of(day - timedelta(days=1), zone), end_of(day, zone)
    assert begins <= moment < ends
    assert 22 <= (ends.astimezone(UTC) - begins.astimezone(UTC)).total_seconds() / 3600 <= 26


def test_how_much_time_is_gone_and_when_it_rings():
    begun = datetime(2026, 11, 1, tzinfo=UTC)
    ends = begun + timedelta(days=10)
    assert [share_passed(begun, ends, begun + timedelta(days=days)) for days in (0, 5, 8, 12)] == [0, 0.5, 0.8, 1.2]
    assert share_passed(begun, begun, begun) == 1
    assert [passed_alarm(percent) for percent in (0, 49, 50, 79, 80, 94, 95, 99, 100, 300)] == [
        0, 0, 50, 50, 80, 80, 95, 95, 100, 100,
    ]  # fmt: skip


def test_where_somebody_lives_says_whose_law_it_is():
    assert [regime_of(code) for code in ("DE", "gb", "US", "", "BR")] == ["gdpr", "uk", "ccpa", "gdpr", "gdpr"]
