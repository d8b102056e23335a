"""A plan lives on: seats, changes, renewals, payments that fail, and what the clock finds by itself."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Account, OutgoingMail
from accounts.people import members
from accounts.standing import Standing
from billing import actions, letters, seats, upkeep
from billing.catalogue import FIRM, TEAM, Interval
from billing.gateway import processor
from billing.models import BillingAccount, Finding, Subscription, SubscriptionInvoice
from billing.outcomes import Ending, Refused
from billing.queries import overview
from tests.billing.conftest import ACME
from tests.promises import promise

MONTH, YEAR = Interval.MONTH, Interval.YEAR


def letters_to(firm):
    """The kinds and subjects of what was written to the firm about money, in order."""
    found = OutgoingMail.objects.filter(account=firm.account, kind__in=["payment_overdue", "card_expires"])
    return list(found.order_by("pk").values_list("kind", flat=True))


def hour(firm, account=None):
    """The clock's hourly look at one firm."""
    upkeep.look_after(Account.objects.get(pk=firm.account.pk))


def pay_with_a_card_that_will_fail(firm):
    firm.pay()
    firm.enter_card("4000000000000341")
    firm.processor.advance(days=31, hours=2)


@promise(33)
def test_what_a_change_costs_is_said_before_and_is_what_it_costs(firm, later):
    firm.pay()
    firm.processor.advance(days=10)
    later(days=10)
    shown = firm.do(actions.preview, TEAM, MONTH, 6)
    assert 0 < shown.prorated < 3 * 1200
    assert firm.do(actions.change, TEAM, MONTH, 6, at=shown.at).is_done
    assert (firm.plan().seats, firm.facts().most_members) == (6, 6)
    firm.processor.advance(days=21, hours=2)
    firm.do(actions.sync, firm.account)
    latest = firm.do(lambda: SubscriptionInvoice.objects.first())
    assert latest.total == shown.total == shown.prorated + 6 * 1200


@promise(33)
def test_fewer_seats_stay_paid_until_the_period_ends(firm, later):
    firm.enter_card()
    firm.subscribe(seats=5)
    assert firm.do(actions.change, TEAM, MONTH, 2).is_done
    assert firm.plan().seats == 5
    hour(firm)
    assert firm.there()[0].seats == 5
    later(days=29.5)
    hour(firm)
    assert firm.there()[0].seats == 2
    firm.processor.advance(days=31, hours=2)
    firm.do(actions.sync, firm.account)
    assert firm.do(lambda: SubscriptionInvoice.objects.first()).total == 2 * 1200


def test_another_plan_and_interval_count_the_people_anew(firm):
    firm.pay()
    for name in ("bob", "carol", "dave"):
        firm.joins(name)
    assert firm.do(actions.change, TEAM, YEAR, 1).is_done
    assert (firm.plan().price, firm.plan().seats) == ("team-year-gbp", 4)
    assert firm.do(actions.change, FIRM, YEAR, 1).is_done
    assert firm.plan().seats == 31


@promise(7)
def test_seats_follow_people_and_are_counted_not_added(firm, monkeypatch):
    """Whoever joined is counted once, however often the worker is woken, up to what was agreed to."""
    firm.pay()
    woken: list[str] = []
    monkeypatch.setattr(seats, "send", lambda task, **_: woken.append(task))
    firm.do(actions.let_grow_to, 5)
    assert firm.facts().most_members == 5
    joined = [firm.joins(name) for name in ("bob", "carol", "dave")]
    hour(firm)
    hour(firm)
    assert firm.there()[0].seats == firm.plan().seats == 4
    firm.do(members.leave, joined[0], to=None)
    assert woken == [seats.TASK]
    hour(firm)
    assert firm.there()[0].seats == 4  # paid until the period ends


@promise(34)
def test_a_payment_fails_and_nothing_is_lost_until_it_is_paid(firm, later):
    """Overdue for fourteen days, then read-only; four letters, once each; paying restores at once."""
    pay_with_a_card_that_will_fail(firm)
    hour(firm)
    firm.do(actions.sync, firm.account)
    hour(firm)
    since = firm.facts().past_due_since
    second = timedelta(seconds=1)
    assert firm.account.standing(since) == Standing.PAST_DUE
    assert firm.account.standing(since + timedelta(days=14) - second) == Standing.PAST_DUE
    assert firm.account.standing(since + timedelta(days=14)) == Standing.READ_ONLY
    for days in (1, 6, 5, 2):  # the processor tries again meanwhile, and fails again
        firm.processor.advance(days=days)
        later(days=days, seconds=5)
        hour(firm)
        hour(firm)
    assert firm.facts().past_due_since == since
    assert letters_to(firm) == ["payment_overdue"] * 4
    assert firm.account.standing() == Standing.READ_ONLY
    firm.enter_card()
    assert firm.do(actions.pay_now).is_done
    assert firm.facts().past_due_since is None
    assert firm.account.standing(since + timedelta(days=15)) == Standing.ACTIVE


def test_a_bank_asks_at_renewal_and_is_answered(firm):
    firm.enter_card("4000002760003184")
    outcome = firm.subscribe()
    firm.processor.consent(outcome.client_secret)
    firm.do(actions.sync, firm.account)
    firm.processor.advance(days=31, hours=2)
    firm.do(actions.sync, firm.account)
    assert firm.facts().past_due_since is not None
    asked = firm.do(actions.pay_now)
    assert asked.ending is Ending.CONFIRM
    firm.processor.consent(asked.client_secret)
    firm.do(actions.sync, firm.account)
    assert firm.facts().past_due_since is None


@promise(33)
def test_a_plan_is_cancelled_kept_cancelled_ended_and_begun_again(firm):
    firm.pay()
    assert firm.do(actions.cancel, "Too many buttons").is_done
    plan = firm.plan()
    assert (plan.cancels_at, firm.facts().paid_through) == (plan.period_end, plan.period_end)
    assert firm.do(overview, firm.account).ends_on == plan.period_end
    with pytest.raises(Refused, match="Take that back first"):
        firm.do(actions.change, TEAM, MONTH, 9)
    assert firm.do(actions.undo_cancel).is_done
    assert firm.plan().cancels_at is None
    assert firm.do(actions.cancel).is_done
    firm.processor.advance(days=32)
    firm.do(actions.sync, firm.account)
    assert (firm.plan().status, firm.facts().most_members) == ("canceled", None)
    assert firm.do(actions.resume).is_done
    assert (len(firm.there()), firm.there()[0].seats) == (1, 3)


def test_a_lost_word_is_found_by_the_clock_and_told_to_the_operator(firm):
    """Nothing was delivered: the copy is mended from the books, and what differed is printed and kept."""
    pay_with_a_card_that_will_fail(firm)
    firm.processor.letters()  # lost
    printed = StringIO()
    call_command("reconcile_billing", firm.account.slug, stdout=printed)
    assert firm.facts().past_due_since is not None
    found = Finding.objects.filter(account=firm.account)
    assert any("status was active, is past_due" in each.words for each in found)
    assert all(each.mended_at for each in found)
    assert upkeep.compare(firm.account) == []


def test_two_subscriptions_at_once_are_for_somebodys_eyes(firm):
    firm.pay()
    processor().open_subscription(
        firm.customer(), price="team-month-gbp", seats=2, intent=uuid4(), key=f"two:{uuid4()}"
    )
    upkeep.compare(firm.account)
    upkeep.compare(firm.account)
    assert Finding.objects.filter(account=firm.account, mended_at=None, words__contains="2 subscriptions").count() == 1


def test_what_is_refused_each_hour_is_for_somebodys_eyes(firm):
    """Once, until somebody has seen to it; a processor that is only busy is none of it. Who pays gets one letter."""
    firm.pay()
    for name in ("bob", "carol", "dave"):
        firm.joins(name)
    about = Finding.objects.filter(account=firm.account, mended_at=None)
    firm.processor.fault("rate_limit", "/v1/subscriptions/", method="post", times=99)
    hour(firm)
    assert not about.exists() and not OutgoingMail.objects.filter(kind="seats_refused").exists()
    firm.processor.ask("faults/clear")
    firm.processor.fault("unauthorized", "/v1/subscriptions/", method="post", times=99)
    hour(firm)
    hour(firm)
    assert "has 3 seats and should have 4: Misconfigured" in about.get().words
    hour(firm)
    letter = OutgoingMail.objects.get(account=firm.account, kind="seats_refused")  # once, however often the clock asks
    assert letter.to.startswith("alice@acme") and letter.subject == f"We could not add seats for {firm.account}"
    assert (
        f"4 people can sign in at {firm.account.name}, and 3 seats are paid for" in letter.text
        and "Nobody is shut out" in letter.text
    )
    Account.objects.filter(pk=firm.account.pk).update(closing_at=timezone.now())
    hour(firm)
    assert about.filter(words__contains="should end with its account: Misconfigured").count() == 1
    firm.processor.ask("faults/clear")
    hour(firm)
    assert (firm.there()[0].seats, firm.plan().cancels_at is None) == (4, False)
    assert about.count() == 2


def test_seats_that_could_not_be_given_back_are_told_once_and_what_it_costs(firm, later):
    firm.enter_card()
    firm.subscribe(seats=5)
    firm.do(actions.change, TEAM, MONTH, 2)
    later(days=29.5)
    firm.processor.fault("unauthorized", "/v1/subscriptions/", method="post", times=99)
    hour(firm)
    hour(firm)
    letter = OutgoingMail.objects.get(account=firm.account, kind="seats_refused")
    assert letter.subject == f"We could not take seats off for {firm.account}"
    assert "the next invoice is for 5 seats" in letter.text and "needs 2 from" in letter.text


def test_whoever_pays_works_on_while_the_processor_is_away(firm, later):
    """For days: the page, the standing, the clock."""
    firm.pay()
    firm.processor.stop()
    try:
        later(days=40)
        hour(firm)
        assert firm.facts().standing() == Standing.ACTIVE
        assert firm.do(overview, firm.account).is_paid
    finally:
        firm.processor.start()


def test_a_card_that_ends_soon_is_told_of_twice(firm):
    firm.pay()
    ends = letters.end_of(firm.do(lambda: BillingAccount.objects.get()).card_summary)
    for days in (31, 30, 29, 8, 7, 1):
        firm.do(
            lambda now: letters.write_due(firm.account, BillingAccount.objects.get(), now), ends - timedelta(days=days)
        )
    assert letters_to(firm) == ["card_expires"] * 2


def test_whoever_may_pay_is_written_to(firm):
    """The owner and the one who keeps the books; nobody else."""
    firm.pay()
    for name, role in (("bob", "billing"), ("carol", "member")):
        Account.objects.get(pk=firm.account.pk).memberships.filter(pk=firm.joins(name).pk).update(role=role)
    ends = letters.end_of(firm.do(lambda: BillingAccount.objects.get()).card_summary)
    firm.do(lambda: letters.write_due(firm.account, BillingAccount.objects.get(), ends - timedelta(days=1)))
    found = OutgoingMail.objects.filter(account=firm.account, kind="card_expires")
    assert sorted(each.to.partition("@")[0] for each in found) == ["alice", "bob"]


def test_who_closes_pays_no_further_period(firm):
    firm.pay()
    Account.objects.filter(pk=firm.account.pk).update(closing_at=timezone.now())
    hour(firm)
    assert firm.plan().cancels_at is not None
    assert firm.do(lambda: Subscription.objects.live().count()) == 1
    Account.objects.filter(pk=firm.account.pk).update(closing_at=None)
    hour(firm)
    assert firm.plan().cancels_at is None  # kept after all
    assert firm.do(actions.cancel).is_done
    hour(firm)
    assert firm.plan().cancels_at is not None  # that was the firm's own wish


def test_receipts_go_to_everybody_whom_the_firm_names_once_each(firm):
    """With a link to the invoice itself, which lies at the processor; a forged one is nobody's."""
    firm.pay()
    both = "mara@books.example, tom@books.example"
    firm.do(actions.save_profile, ACME, copies=both)
    firm.processor.advance(days=31, hours=2)
    for _ in range(2):
        firm.do(actions.sync, firm.account)
    found = OutgoingMail.objects.filter(account=firm.account, kind="payment_received").order_by("pk")
    assert [each.to for each in found] == both.split(", ")
    letter, invoice = found[0], firm.do(lambda: SubscriptionInvoice.objects.first())
    assert letter.subject == f"Receipt for Acme: £36.00, invoice {invoice.number}"
    link = urlsplit(next(word for word in letter.text.split() if "/receipts/" in word)).path
    assert Client().get(link).url.startswith(firm.processor.url)
    assert Client().get(f"{link[:-5]}/").status_code == 404
    firm.processor.stop()
    try:
        assert Client().get(link).status_code == 503
    finally:
        firm.processor.start()
    assert both not in str(firm.processor.look()["requests"])  # the processor need not know of them
