"""Reminders: given once, at their time, to whom the activity belongs; by mail to those who wish for letters."""

from datetime import date, time, timedelta

import pytest

from accounts.models import BellNotice, Membership, OutgoingMail
from crm.activities import actions, reminders
from crm.models import Activity
from crm.tasks import remind
from tests.crm.activities.conftest import NOW, TODAY


@pytest.fixture
def call(plan):
    """At one o'clock, to be reminded of ten minutes before twelve UTC: that is ten minutes ago."""
    return plan("Call Maren", due_on=TODAY, due_time=time(13), remind_before=70)


def given(acme, inside):
    with inside(acme):
        return reminders.remind()


def test_it_is_given_once_and_leads_there(client, acme, inside, noon, call, bob, member_of):
    assert [given(acme, inside), given(acme, inside)] == [1, 0]
    assert member_of(bob).unread == 1
    client.force_login(bob)
    page = client.get("/a/acme/notices/").content.decode()
    assert "reminds you: Call Maren, 13:00" in page
    with inside(acme):
        notice = BellNotice.objects.get()
    assert client.post(f"/a/acme/notices/{notice.public_id}/").url == f"/a/acme/activities/{call.public_id}/"
    assert OutgoingMail.objects.filter(to=bob.email).count() == 0, "nobody asked for letters"


def test_a_letter_goes_to_who_wants_letters_and_holds_no_words_of_it(acme, inside, noon, call, bob, member_of):
    Membership.objects.filter(account=acme, user=bob).update(mails_notices=True)
    given(acme, inside)
    letter = OutgoingMail.objects.get(to=bob.email)
    assert "reminds you of something you planned" in letter.subject
    assert "Maren" not in letter.text + letter.html + letter.subject


def test_what_is_done_deleted_nobodys_or_not_due_yet_is_silent(acme, inside, noon, plan, bob, carol, member_of):
    due = {"due_on": TODAY, "due_time": time(13), "remind_before": 70}
    done, gone = plan("Done", **due), plan("Gone", **due)
    plan("Nobody’s", **{**due, "owner": None})
    left = plan("Left", **{**due, "owner": member_of(carol)})
    Membership.objects.filter(pk=left.owner_id, account=acme).update(removed_at=NOW)
    plan("Later", due_on=TODAY, due_time=time(13), remind_before=10)
    with inside(acme):
        actions.complete(done, by=member_of(bob))
        actions.move_to_bin(gone, by=member_of(bob))
    assert given(acme, inside) == 0


def test_one_that_is_moved_is_given_anew_and_one_that_is_changed_is_not(acme, inside, noon, call):
    assert given(acme, inside) == 1
    with inside(acme):
        call.refresh_from_db()
        call.subject = "Call her"
        actions.change(call, {}, expected=call.version)
    assert given(acme, inside) == 0
    with inside(acme):
        call.due_time = time(12, 30)
        actions.change(call, {}, expected=call.version)
    assert given(acme, inside) == 1


def test_a_day_without_a_time_counts_from_nine_and_a_moment_is_carried_to_the_next(acme, inside, plan, bob, member_of):
    task = plan(due_on=date(2027, 3, 26), remind_before=1440, repeats="FREQ=WEEKLY;INTERVAL=1;BYDAY=FR;WKST=MO")
    assert str(task.remind_at) == "2027-03-25 08:00:00+00:00"
    with inside(acme):
        task.remind_before, task.remind_at = None, task.remind_at - timedelta(hours=1)
        coming = actions.complete(task, by=member_of(bob))
    assert str(coming.remind_at) == "2027-04-01 06:00:00+00:00", "eight by the clock, which has changed meanwhile"


def test_a_worker_that_dies_leaves_it_to_the_next(acme, inside, noon, call, monkeypatch):
    def dies(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(reminders, "ring", dies)
        remind(account_id=acme.pk)
    with inside(acme):
        assert Activity.objects.get().reminded_at is None
    remind(account_id=acme.pk)
    with inside(acme):
        assert BellNotice.objects.count() == 1
