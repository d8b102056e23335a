"""Reminders to log, to submit and to approve: when each person wishes them, and once."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import BellNotice, Membership, OutgoingMail
from timetracking import actions
from timetracking.approval import actions as approval
from timetracking.models import GivenReminder, ReminderWishes, SpecialDay, TimeOff, TimeOffType, TimeSettings, Timesheet
from timetracking.reminders import giving

FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)
EARLY = datetime(2026, 11, 23, 7, 59, tzinfo=UTC)  # 8:59 in Copenhagen
NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NEXT_DAY = NINE + timedelta(days=1)


@pytest.fixture(autouse=True)
def inside_acme(acme, alices, bobs, inside):
    Membership.objects.filter(account=acme).update(joined_at=datetime(2026, 1, 5, tzinfo=UTC))
    with inside(acme):
        wish(alices, to_log=False, to_submit=False)  # Bob is reminded of his hours, Alice of what she approves
        yield


def wish(person, **wishes):
    ReminderWishes.objects.update_or_create(person=person, defaults=wishes)


def rung(person):
    return list(BellNotice.objects.filter(member=person).order_by("id").values_list("kind", flat=True))


def test_missing_hours_are_told_once_at_the_chosen_time(bobs, internal, client, bob):
    Membership.objects.filter(pk=bobs.pk).update(mails_notices=True)
    assert giving.give(EARLY) == 0
    assert [giving.give(NINE), giving.give(NINE), giving.give(NINE + timedelta(hours=5))] == [1, 0, 0]
    assert GivenReminder.objects.get().day == FRIDAY  # the last working day
    assert OutgoingMail.objects.filter(to=bob.email, kind="notice").count() == 1
    actions.log_time(bobs, internal, None, MONDAY, 480)
    assert giving.give(NEXT_DAY) == 0  # Monday is complete


def test_what_it_says_follows_the_hours(bobs, internal, client, bob, acme):
    from accounts import bell

    actions.log_time(bobs, internal, None, FRIDAY, 300)
    giving.give(NINE)
    bobs = Membership.objects.select_related("user", "account").get(pk=bobs.pk)
    [shown] = bell.notices_of(bobs, None).rows
    assert shown.words == "reminds you: Friday 20 November, 3:00 are not logged"
    assert shown.url == "/a/acme/time/day/?day=2026-11-20"
    actions.log_time(bobs, internal, None, FRIDAY, 180)
    [shown] = bell.notices_of(bobs, None).rows
    assert shown.words.endswith("complete by now")


def test_days_off_are_left_in_peace(bobs, internal):
    kind = TimeOffType.objects.get(name="Vacation")
    off = TimeOff.objects.create(person=bobs, type=kind, first_day=MONDAY, last_day=MONDAY)
    assert giving.give(NINE) == 0  # off today
    off.delete()
    TimeOff.objects.create(person=bobs, type=kind, first_day=FRIDAY, last_day=FRIDAY)
    SpecialDay.objects.create(day=FRIDAY - timedelta(days=1), name="Inventory")
    giving.give(NINE)
    assert GivenReminder.objects.get().day == FRIDAY - timedelta(days=2)  # the last day that expected anything


@pytest.mark.parametrize("wishes", [{"to_log": False}, {"at": time(10)}, {"weekdays": [1, 2]}])
def test_each_person_chooses(bobs, wishes):
    wish(bobs, **wishes)
    assert giving.give(NINE) == 0


def test_who_was_not_here_owes_nothing(bobs, carol, acme):
    Membership.objects.filter(pk=bobs.pk).update(joined_at=NINE)
    assert giving.give(NINE) == 0


def test_a_period_that_ended_and_hours_that_wait(bobs, alices, internal):
    TimeSettings.objects.create(approval="manager")
    wish(bobs, to_log=False, to_submit=True)
    assert [giving.give(NINE), giving.give(NINE)] == [1, 0]
    assert rung(bobs) == ["time_to_submit"] and GivenReminder.objects.get().day == date(2026, 11, 16)
    actions.log_time(bobs, internal, None, FRIDAY, 480)
    sheet = approval.submit(bobs, FRIDAY, by=bobs)
    Timesheet.objects.filter(pk=sheet.pk).update(submitted_at=NINE)
    assert giving.give(NINE + timedelta(hours=1)) == 0  # came in today
    assert [giving.give(NEXT_DAY), giving.give(NEXT_DAY + timedelta(days=1))] == [1, 0]  # and once
    assert "time_to_approve" in rung(alices) and "time_to_approve" not in rung(bobs)


def test_a_clock_that_asks_while_another_gives_finds_it_given(bobs, monkeypatch):
    """The note is there already when the second one comes to it, though it looked before."""
    giving.give(NINE)
    note = GivenReminder.objects.get()
    assert not giving._give(giving.Due(bobs, giving.Kind.LOG, note.day), NINE)
    assert rung(bobs) == ["time_to_log"]


def test_an_old_note_goes(bobs):
    GivenReminder.objects.create(person=bobs, kind="log", day=date(2026, 6, 1), given_at=NINE - timedelta(days=61))
    giving.give(EARLY)
    assert not GivenReminder.objects.exists()


def test_more_waiting_timesheets_ask_no_more_statements(acme, alices, bobs, inside):
    TimeSettings.objects.update_or_create(defaults={"approval": "manager"})
    TimeSettings.current()  # remembered from here on

    def statements():
        with CaptureQueriesContext(connection) as asked:
            found = giving._waiting_since([alices.pk])
        return len(asked), len(found[alices.pk])

    counts = []
    for week in range(3):
        day = date(2026, 1, 5) + timedelta(weeks=week)
        moments = {"state": "submitted", "submitted_at": NINE}
        Timesheet.objects.create(person=bobs, first_day=day, last_day=day + timedelta(days=6), **moments)
        counts.append(statements())
    assert [waiting for _, waiting in counts] == [1, 2, 3]
    assert len({asked for asked, _ in counts}) == 1, counts
