"""An account's whole life by a simulated clock: what its owners are told, what they may do, and how it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts import closing, consents, lifecycle, tasks
from accounts.models import Account, OutgoingMail
from accounts.standing import Standing
from audit.models import Event, Payload
from privacy.registers import actions as registers
from privacy.registers import announcing
from privacy.registers.models import Incident
from tests.accounts.conftest import whole
from tests.promises import promise

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
LIFE = [
    ("trial_ends", 7), ("trial_ends", 3), ("trial_ends", 1), ("trial_ends", 0),
    ("before_closing", 30), ("before_closing", 7), ("before_closing", 1),
    ("before_deletion", 30), ("before_deletion", 7), ("before_deletion", 1),
]  # fmt: skip


@pytest.fixture
def new_firm(acme):
    """Acme as if it had signed up on the first of March."""
    Account.objects.filter(pk=acme.pk).update(created_at=START, trial_ends_at=START + 30 * DAY)
    acme.refresh_from_db()
    return acme


def live(account, until, since=START, step=timedelta(hours=12)):
    """Let the hours pass; returns the letters written on the way as (kind, days said, day of life)."""
    now, told = since, []
    while now <= until:
        before = {mail.pk for mail in whole(OutgoingMail)}
        with mock.patch("django.utils.timezone.now", return_value=now):
            lifecycle.keep_up(account.pk)
        told += [(mail.kind, (now - START).days) for mail in whole(OutgoingMail) if mail.pk not in before]
        now += step
    return told


def at(day, act):
    """Do something on a day of the firm's life."""
    with mock.patch("django.utils.timezone.now", return_value=START + day * DAY):
        return act()


def test_a_life_from_trial_to_the_end(client, alice, new_firm, inside):
    def adds_a_contact():
        client.force_login(alice)
        return client.post("/a/acme/contacts/new/", {"first_name": "Anna", "last_name": "Berg"}).status_code

    def renames_herself():
        client.force_login(alice)
        url = "/a/acme/admin/profile/remove/"
        return client.post(url, {"part": "phone"}).status_code

    def opens_home():
        client.force_login(alice)
        return client.get("/a/acme/").status_code

    assert at(29, adds_a_contact) == 302
    for day in (31, 89, 91, 119):
        assert at(day, adds_a_contact) == 402, f"day {day}: nothing is written after the trial"
        assert at(day, opens_home) == 200 and at(day, renames_herself) == 302, f"day {day}: reading and one's own data"
    told = live(new_firm, START + 125 * DAY)
    assert told == [
        ("trial_ends", 23), ("trial_ends", 27), ("trial_ends", 29), ("trial_ends", 30),
        ("before_closing", 60), ("before_closing", 83), ("before_closing", 89),
        ("before_deletion", 90), ("before_deletion", 113), ("before_deletion", 119),
        ("account_closed", 120),
    ]  # fmt: skip
    assert at(121, opens_home) == 404
    with inside(new_firm):
        assert Event.objects.filter(kind="account.closed").count() == 1


def test_the_letters_say_when_and_what_to_do(new_firm):
    live(new_firm, START + 31 * DAY)
    soon, *_, ended = sorted(whole(OutgoingMail), key=lambda mail: mail.pk)
    assert soon.subject == "Your Candor trial ends in 7 days" and ended.subject == "Your Candor trial has ended"
    for part in (soon.text, soon.html):
        assert "31 Mar 2026" in part and "we have no card of yours" in part and "/a/acme/" in part
    assert soon.to == "alice@acme.example"


def test_only_owners_are_told(new_firm, bob, carol):
    live(new_firm, START + 24 * DAY)
    assert {mail.to for mail in whole(OutgoingMail)} == {"alice@acme.example"}


def test_asking_twice_tells_once(new_firm):
    moment = START + 23 * DAY
    with mock.patch("django.utils.timezone.now", return_value=moment):
        for _ in range(3):
            lifecycle.keep_up(new_firm.pk)
    assert len(whole(OutgoingMail)) == 1


def test_after_a_week_of_silence_one_letter_says_how_it_stands_now(new_firm):
    assert live(new_firm, START + 28 * DAY, since=START + 28 * DAY) == [("trial_ends", 28)]
    assert "in 2 days" in whole(OutgoingMail)[0].subject


def test_a_firm_that_pays_hears_nothing(new_firm):
    Account.objects.filter(pk=new_firm.pk).update(paid_through=START + 400 * DAY)
    assert live(new_firm, START + 130 * DAY) == []


def test_closing_on_request_ends_thirty_days_later(new_firm):
    Account.objects.filter(pk=new_firm.pk).update(closing_at=START + 10 * DAY, paid_through=START + 400 * DAY)
    told = live(new_firm, START + 45 * DAY)
    assert told == [("before_deletion", 10), ("before_deletion", 33), ("before_deletion", 39), ("account_closed", 40)]


def test_closing_runs_what_the_apps_declared(new_firm, monkeypatch, inside):
    ran = []
    monkeypatch.setattr(closing, "_STEPS", {})
    closing.register(closing.Step("second", lambda account: ran.append(("second", account.slug))))
    closing.register(closing.Step("first", lambda account: ran.append(("first", account.slug)), order=10))
    with pytest.raises(ValueError, match="first"):
        closing.register(closing.Step("first", lambda account: None))
    live(new_firm, START + 121 * DAY, since=START + 120 * DAY)
    assert ran == [("first", "acme"), ("second", "acme")]
    with inside(new_firm):
        event = Event.objects.get(kind="account.closed")
        assert Payload.objects.get(event_id=event.pk).data["steps"] == ["first", "second"]


def test_a_step_that_fails_leaves_the_account_open(new_firm, monkeypatch):
    monkeypatch.setattr(closing, "_STEPS", {})
    closing.register(closing.Step("breaks", lambda account: 1 / 0))
    with pytest.raises(ZeroDivisionError):
        live(new_firm, START + 120 * DAY, since=START + 120 * DAY)
    assert Account.objects.get(pk=new_firm.pk).closed_at is None


def test_staff_may_extend_a_trial_with_a_reason(new_firm, sam, inside, capsys):
    call_command("extend_trial", "acme", "--days", "14", "--reason", "Moved office", "--staff", sam.email)
    assert "now ends on" in capsys.readouterr().out
    new_firm.refresh_from_db()
    assert timedelta(days=13, hours=23) < new_firm.trial_ends_at - datetime.now(UTC) <= timedelta(days=14)
    assert new_firm.standing() == Standing.TRIALING
    with inside(new_firm):
        event = Event.objects.get(kind="account.trial_extended")
        assert (event.actor_kind, event.actor_id) == ("staff", sam.pk)
        assert Payload.objects.get(event_id=event.pk).data["reason"] == "Moved office"


@pytest.mark.parametrize(
    "wrong",
    [("nobody", "14", "x", "sam"), ("acme", "0", "x", "sam"), ("acme", "14", " ", "sam"), ("acme", "14", "x", "bob")],
)
def test_an_extension_needs_a_firm_days_a_reason_and_staff(new_firm, sam, bob, wrong):
    slug, days, reason, who = wrong
    email = {"sam": sam, "bob": bob}[who].email
    with pytest.raises(CommandError):
        call_command("extend_trial", slug, "--days", days, "--reason", reason, "--staff", email)
    assert Account.objects.get(pk=new_firm.pk).trial_ends_at == START + 30 * DAY


def test_the_clock_asks_for_every_account_that_lives(acme, globex, monkeypatch):
    Account.objects.filter(pk=globex.pk).update(closed_at=START)
    sent = []
    monkeypatch.setattr("accounts.tasks.send", lambda name, kwargs: sent.append((name, kwargs)))
    tasks.keep_all_accounts_up()
    assert sent == [("accounts.keep_account_up", {"account_id": acme.pk})]


ORDER = [Standing.TRIALING, Standing.ACTIVE, Standing.PAST_DUE, Standing.READ_ONLY, Standing.CLOSING, Standing.CLOSED]
days = st.integers(0, 400)


@settings(deadline=None)
@given(trial=st.integers(1, 365), asked=st.none() | days, paid=st.none() | days, clock=st.lists(days, min_size=2))
def test_an_account_only_ever_grows_older(trial, asked, paid, clock):
    account = Account(created_at=START, trial_ends_at=START + trial * DAY)
    account.closing_at = START + asked * DAY if asked is not None else None
    account.paid_through = START + paid * DAY if paid is not None else None
    ages = [ORDER.index(account.standing(START + day * DAY)) for day in sorted(clock)]
    grown = [age for age in ages if age != ORDER.index(Standing.ACTIVE)]
    assert grown == sorted(grown)


@settings(deadline=None)
@given(trial=st.integers(1, 365), hours=st.integers(0, 24 * 480))
def test_a_letter_is_due_only_between_its_own_day_and_the_next_ones(trial, hours):
    account = Account(created_at=START, trial_ends_at=START + trial * DAY)
    now = START + timedelta(hours=hours)
    letter = lifecycle.due_letter(account, now)
    later = [each for each in lifecycle.schedule(account) if each.at > now]
    assert letter is None or (account.created_at <= letter.at <= now and all(letter.at < each.at for each in later))
    if account.standing(now) == Standing.CLOSING:
        assert letter is not None and letter.kind == "before_deletion"


def test_the_order_of_a_life():
    account = Account(created_at=START, trial_ends_at=START + 30 * DAY)
    assert [(letter.kind, letter.days) for letter in lifecycle.schedule(account)] == LIFE
    assert reverse("accounts:home", args=["acme"]) == "/a/acme/"


@promise(60)
def test_owners_hear_once_that_whom_they_invited_finds_no_room(acme, alice, bob, client):
    def written():
        lifecycle.keep_up(acme.pk)
        return [mail.to for mail in whole(OutgoingMail) if mail.kind == "no_room"]

    client.force_login(alice)
    sent = client.post("/a/acme/admin/people/invite/", {"people": "anna@berg.example", "role": "member"})
    assert sent.status_code == 302 and written() == []
    here = acme.memberships.filter(removed_at=None).count()
    Account.objects.filter(pk=acme.pk).update(most_members=here + 1)
    assert written() == [], "there is a place for her"
    Account.objects.filter(pk=acme.pk).update(most_members=here)
    alice.consents.all().delete()
    assert written() == written() == [alice.email], "once, and whatever she chose about other mail"
    letter = next(mail for mail in whole(OutgoingMail) if mail.kind == "no_room")
    assert "1 person who is invited" in letter.text and "/a/acme/admin/people/" in letter.text


@promise(55, 60)
def test_owners_hear_of_an_incident_whatever_they_chose_about_mail(acme, alice, sam):
    consents.withdraw(alice, consents.EVERYTHING, source="a test")
    incident = registers.save_incident(Incident(title="A door stood open", facts="It did.", effects="None."), by=sam)
    registers.tell_of_incident(incident, by=sam)
    announcing.tell()
    assert [mail.to for mail in whole(OutgoingMail) if mail.kind == "announcement"] == [alice.email]
