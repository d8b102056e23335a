"""Repeats: which days a rule falls on, handed on from one activity to the next."""

from datetime import date
from itertools import pairwise

import pytest

from crm.activities.repeats import Repeat, days, following, read


def walk(repeat, first, number, week_starts=0):
    """The days as they come about: each from the rule that the one before handed on."""
    day, rule = first, repeat.rule(first, week_starts)
    found = [day]
    while len(found) < number and (coming := following(rule, day)):
        day, rule = coming
        found.append(day)
    return found


def test_a_month_that_is_too_short_has_it_on_its_last_day_and_the_next_long_one_on_its_own():
    found = walk(Repeat("MONTHLY"), date(2027, 12, 31), 6)
    assert found == [date(2027, 12, 31), date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 30),
                     date(2028, 5, 31)]  # fmt: skip
    assert walk(Repeat("MONTHLY", 2), date(2026, 12, 30), 3) == [
        date(2026, 12, 30), date(2027, 2, 28), date(2027, 4, 30)]  # fmt: skip


def test_a_leap_day_comes_every_year():
    assert walk(Repeat("YEARLY"), date(2028, 2, 29), 5) == [
        date(2028, 2, 29), date(2029, 2, 28), date(2030, 2, 28), date(2031, 2, 28), date(2032, 2, 29)]  # fmt: skip


def test_every_second_week_on_several_days():
    monday = date(2026, 11, 23)
    found = walk(Repeat("WEEKLY", 2, (0, 2)), monday, 5)
    assert [str(day) for day in found] == ["2026-11-23", "2026-11-25", "2026-12-07", "2026-12-09", "2026-12-21"]
    sundays_first = walk(Repeat("WEEKLY", 2, (0, 6)), monday, 3, week_starts=6)
    assert [str(day) for day in sundays_first] == ["2026-11-23", "2026-12-06", "2026-12-07"]


def test_handing_on_falls_on_the_same_days_as_the_whole_rule():
    first = date(2026, 1, 29)
    for repeat in (Repeat("DAILY", 3, times=40), Repeat("WEEKLY", 1, (1, 3, 6), times=40), Repeat("MONTHLY", times=40),
                   Repeat("YEARLY", 2, times=9), Repeat("MONTHLY", 3, until=date(2029, 1, 29))):  # fmt: skip
        whole = list(days(repeat.rule(first), first, date(2100, 1, 1)))
        assert walk(repeat, first, 500) == whole
        assert all(earlier < later for earlier, later in pairwise(whole))


def test_it_ends_after_so_many_times_or_on_the_last_day():
    first = date(2026, 11, 23)
    assert len(walk(Repeat("DAILY", times=3), first, 99)) == 3
    assert walk(Repeat("DAILY", 5, until=date(2026, 12, 3)), first, 99)[-1] == date(2026, 12, 3)


@pytest.mark.parametrize(
    "rule",
    ["", "FREQ=HOURLY", "FREQ=DAILY;COUNT=2;UNTIL=20270101", "FREQ=DAILY;INTERVAL=0", "FREQ=MONTHLY;BYDAY=2TU",
     "FREQ=WEEKLY;BYDAY=XX", "FREQ=DAILY;BYHOUR=9", "FREQ=DAILY;COUNT=x", "nonsense", "FREQ=MONTHLY;BYMONTHDAY=1,15"],
)  # fmt: skip
def test_a_rule_that_we_do_not_write_is_refused(rule):
    with pytest.raises(ValueError):
        read(rule)


def test_a_rule_reads_as_words_and_says_the_same_when_written_again():
    first = date(2026, 11, 25)
    for repeat, words in (
        (Repeat("DAILY"), "every day"),
        (Repeat("WEEKLY", 2, (0, 2)), "every 2 weeks on Monday and Wednesday"),
        (Repeat("MONTHLY", day=25, times=3), "every month on day 25, 3 more times"),
        (Repeat("YEARLY", until=date(2030, 1, 1)), "every year, until 1 Jan 2030"),
    ):
        rule = repeat.rule(first)
        assert str(read(rule)) == words
        assert read(rule).rule(first) == rule
