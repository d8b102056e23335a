"""The calendar: months and weeks, by the reader's own days, with what repeats shown ahead."""

from datetime import date, time, timedelta

import pytest

from crm.activities.calendar import span_of
from tests.crm.activities.conftest import TODAY
from tests.statements import assert_same_statements

URL = "/a/acme/activities/calendar/"


@pytest.fixture
def browser(client, bob):
    client.force_login(bob)
    return client


def days_of(page):
    """What stands on which day: the words of each item of the list."""
    parts = " ".join(page.content.decode().split()).split('<li class="cal-day')[1:]
    return {part.split("?day=")[1][:10]: part for part in parts}


def test_a_month_has_whole_weeks_and_a_week_seven_days():
    november = span_of("month", date(2026, 11, 22), 0)
    assert (november.days[0], november.days[-1]) == (date(2026, 10, 26), date(2026, 12, 6))
    assert (november.previous, november.next, november.title) == (
        date(2026, 10, 1), date(2026, 12, 1), "November 2026")  # fmt: skip
    february = span_of("month", date(2027, 2, 1), 0)
    assert len(february.days) == 28, "begins on a Monday and ends on a Sunday"
    assert span_of("week", date(2026, 11, 22), 6).days[0] == date(2026, 11, 22)


def test_activities_stand_on_the_readers_day_and_series_go_ahead(browser, noon, plan, alice, member_of):
    plan("Far", due_on=date(2026, 11, 24), due_time=time(10, 30), time_zone="Pacific/Auckland")
    plan("Weekly", due_on=date(2026, 11, 10), repeats="FREQ=WEEKLY;INTERVAL=1;BYDAY=TU;WKST=MO;COUNT=3")
    plan("Hers", due_on=TODAY, owner=member_of(alice))
    days = days_of(browser.get(URL))
    assert "Far" in days["2026-11-23"] and "22:30" in days["2026-11-23"]
    assert [day for day in sorted(days) if "Weekly" in days[day]] == ["2026-11-10", "2026-11-17", "2026-11-24"]
    assert "is-ahead" in days["2026-11-17"] and "is-ahead" not in days["2026-11-10"]
    assert "Hers" not in days["2026-11-22"] and "is-today" in days["2026-11-22"][:30]
    assert "Hers" in days_of(browser.get(f"{URL}?owner=everybody"))["2026-11-22"]


def test_the_view_looked_at_last_is_kept_and_full_days_are_cut(browser, noon, plan):
    for number in range(6):
        plan(f"Step {number}", due_on=TODAY)
    assert "2 more" in days_of(browser.get(URL))["2026-11-22"]
    assert len(days_of(browser.get(f"{URL}?view=week"))) == 7
    assert "Step 5" in days_of(browser.get(f"{URL}?day=2026-11-20"))["2026-11-22"]
    assert browser.get(f"{URL}?day=nonsense&view=year").status_code == 200


def test_it_asks_no_more_for_more(browser, noon, plan):
    def more():
        for number in range(5):
            plan(due_on=TODAY + timedelta(days=number), repeats="FREQ=DAILY;INTERVAL=1")

    assert_same_statements(browser, URL, more)
