"""One of a series: done, changed, deleted; alone or with all that follow."""

from datetime import date, time

import pytest

from audit.models import Event
from crm.activities import actions
from crm.models import Activity, SearchToken
from tests.crm.activities.test_activities import page_of

MONTHLY = "FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"
JANUARY = date(2027, 1, 31)


@pytest.fixture
def browser(client, bob):
    client.force_login(bob)
    return client


@pytest.fixture
def report(plan, maren):
    return plan("Report", due_on=JANUARY, due_time=time(9), repeats=MONTHLY, contact=maren, remind_before=60)


def fields(record, **typed):
    return {"kind": record.kind, "subject": record.subject, "due_on": str(record.due_on), "due_time": "09:00",
            "contact": str(record.contact.public_id), "unit": "MONTHLY", "every": "1", "version": record.version,
            "remind": "60", **typed}  # fmt: skip


def test_done_makes_the_next_and_undone_takes_it_away(browser, acme, inside, report, open_ones):
    answer = browser.post(page_of(report) + "complete/", headers={"HX-Request": "true"})
    assert "Next on" in answer["HX-Trigger"]
    assert open_ones() == [("Report", "2027-02-28")]
    with inside(acme):
        coming = Activity.objects.open().get()
        assert (coming.contact_id, coming.series, coming.remind_before) == (report.contact_id, report.series, 60)
    browser.post(page_of(coming) + "complete/")
    assert open_ones() == [("Report", "2027-03-31")]
    browser.post(page_of(coming) + "reopen/")
    assert open_ones() == [("Report", "2027-02-28")]


def test_what_somebody_changed_meanwhile_stays(browser, acme, inside, report, open_ones):
    browser.post(page_of(report) + "complete/")
    with inside(acme):
        coming = Activity.objects.open().get()
        actions.change(coming, {}, expected=1)
    browser.post(page_of(report) + "reopen/")
    assert open_ones() == [("Report", "2027-01-31"), ("Report", "2027-02-28")]
    browser.post(page_of(report) + "complete/")
    assert open_ones() == [("Report", "2027-02-28")], "the first has left the series"


def test_a_change_for_this_one_alone_leaves_the_rest_as_they_were(browser, report, open_ones):
    typed = fields(report, subject="Short report", due_on="2027-01-29", scope="this")
    assert browser.post(page_of(report) + "edit/", typed).status_code == 302
    assert open_ones() == [("Short report", "2027-01-29"), ("Report", "2027-02-28")]


def test_a_change_for_all_goes_on(browser, acme, inside, report, open_ones):
    typed = fields(report, subject="Long report", scope="following")
    browser.post(page_of(report) + "edit/", typed)
    assert open_ones() == [("Long report", "2027-01-31")]
    with inside(acme):
        assert Activity.objects.get().repeats == MONTHLY, "the day it is meant for stays"
    browser.post(page_of(report) + "complete/")
    assert open_ones() == [("Long report", "2027-02-28")]


def test_a_changed_repeat_is_for_all(browser, acme, inside, report, open_ones):
    typed = fields(report, unit="WEEKLY", weekdays=["2"], due_on="2027-02-01", times="2", scope="this")
    browser.post(page_of(report) + "edit/", typed)
    with inside(acme):
        assert Activity.objects.get().repeats == "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,WE;WKST=MO;COUNT=2"
    browser.post(page_of(report) + "complete/")
    assert open_ones() == [("Report", "2027-02-03")]


def test_deleting_this_one_makes_the_next_and_deleting_all_ends_it(browser, acme, inside, report, open_ones):
    browser.post(page_of(report) + "delete/", {"scope": "this"})
    assert open_ones() == [("Report", "2027-02-28")]
    with inside(acme):
        coming = Activity.objects.open().get()
    browser.post(page_of(coming) + "delete/", {"scope": "following"})
    assert open_ones() == []


def test_the_time_by_the_clock_stays_when_the_clocks_change(browser, acme, inside, plan):
    daily = plan("Stand-up", due_on=date(2027, 3, 27), due_time=time(9), repeats="FREQ=DAILY;INTERVAL=1")
    night = plan("Backup", due_on=date(2027, 3, 27), due_time=time(2, 30), repeats="FREQ=DAILY;INTERVAL=1")
    for each in (daily, night):
        browser.post(page_of(each) + "complete/")
    with inside(acme):
        found = {each.subject: str(each.due_at) for each in Activity.objects.open()}
    assert str(daily.due_at) == "2027-03-27 08:00:00+00:00"
    assert found == {
        "Stand-up": "2027-03-28 07:00:00+00:00",
        "Backup": "2027-03-28 01:30:00+00:00",  # 2:30 is skipped that night: it is half past three
    }


def test_a_rule_needs_a_day_and_one_end(browser):
    typed = {"kind": "task", "subject": "Report", "unit": "DAILY"}
    for more in ({}, {"due_on": "2027-01-01", "until": "2026-12-01"},
                 {"due_on": "2027-01-01", "until": "2027-12-01", "times": "3"}, {"remind": "at"}):  # fmt: skip
        assert browser.post("/a/acme/activities/new/", {**typed, **more}).status_code == 422


def test_one_that_was_followed_by_another_done_one_comes_back_alone(acme, inside, bob, member_of, report, open_ones):
    with inside(acme):
        second = actions.complete(report, by=member_of(bob))
        third = actions.complete(second, by=member_of(bob))
        actions.reopen(report)
        assert open_ones() == [("Report", "2027-01-31"), ("Report", "2027-03-31")]
        assert actions.complete(report, by=member_of(bob)) is None
        actions.reopen(second)
        assert open_ones() == [("Report", "2027-02-28")]
        assert not SearchToken.objects.filter(kind="activity", record_id=third.pk).exists()
        assert Event.objects.filter(kind="activity.taken_back", record_id=third.public_id).exists()
