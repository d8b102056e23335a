"""What somebody asks twice, or what was refused: charged once, or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Account
from billing import actions, closing, settling, upkeep
from billing.catalogue import SOLO, TEAM, Interval
from billing.gateway import Ambiguous, processor
from billing.models import BillingAccount, MoneyIntent
from billing.outcomes import Ending, Refused
from billing.queries import overview
from billing.tasks import settle_intent
from tests.billing.conftest import ACME
from tests.promises import promise

MONTH, YEAR = Interval.MONTH, Interval.YEAR


@pytest.fixture
def lost(firm, monkeypatch):
    """``lost(path)``: the next step of that kind is taken, and its answer comes when nobody waits any more."""
    monkeypatch.setattr(processor().http, "answer_seconds", 0.5)
    return lambda path: firm.processor.fault("hang", path, method="post", seconds=1.5, when="after")


def wish(firm):
    """How many seats the firm asked for."""
    return firm.do(lambda: BillingAccount.objects.get().seats)


@promise(32)
def test_a_step_whose_answer_was_lost_is_asked_again_and_is_simply_done(firm, lost):
    """At once, before any worker has found out."""
    firm.pay()
    setup = firm.do(actions.start_card)
    firm.processor.card(setup.client_secret, "5555555555554444")
    lost("/v1/customers/")
    with pytest.raises(Ambiguous):
        firm.do(actions.card_done, setup.ref)
    assert firm.do(actions.card_done, setup.ref).last4 == "4444"
    for step in (partial(actions.change, TEAM, MONTH, 6), actions.cancel, actions.undo_cancel):
        lost("/v1/subscriptions/")
        assert firm.do(step).ending is Ending.UNKNOWN
        assert firm.do(step).is_done
    assert (firm.there()[0].seats, firm.there()[0].cancels_at, wish(firm)) == (6, None, 6)


def test_seats_that_were_asked_for_stay_though_the_answer_was_lost(firm, lost):
    firm.enter_card()
    lost("/v1/subscriptions")
    assert firm.subscribe(seats=9).ending is Ending.UNKNOWN
    firm.do(actions.sync, firm.account)
    assert (firm.plan().seats, wish(firm)) == (9, 9)
    lost("/v1/subscriptions/")
    assert firm.do(actions.change, TEAM, MONTH, 12).ending is Ending.UNKNOWN
    assert wish(firm) == 9
    firm.do(actions.sync, firm.account)
    assert (firm.plan().seats, wish(firm)) == (12, 12)


def test_what_was_refused_is_not_bought_by_the_clock(firm):
    firm.pay()
    firm.processor.stop()
    try:
        assert firm.do(actions.change, TEAM, MONTH, 9).ending is Ending.REFUSED
    finally:
        firm.processor.start()
    upkeep.look_after(firm.facts())
    assert (firm.there()[0].seats, wish(firm)) == (3, 3)


def test_another_tab_with_another_choice_is_told_that_there_is_a_plan(firm):
    firm.pay()
    assert firm.subscribe(seats=3).is_done
    for seats, interval in ((9, MONTH), (3, YEAR)):
        with pytest.raises(Refused, match="have a plan already"):
            firm.subscribe(seats=seats, interval=interval)
    upkeep.look_after(firm.facts())
    assert [(each.price, each.seats) for each in firm.there()] == [("team-month-gbp", 3)]


def test_a_plan_whose_first_payment_failed_can_be_chosen_anew(firm):
    firm.enter_card("4000000000000341")
    assert firm.subscribe().ending is Ending.REFUSED
    client = Client()
    client.force_login(firm.account.memberships.get(role="owner").user)
    url = f"/a/{firm.account.slug}/admin/billing/"
    page = client.get(url).content.decode()
    assert "Not paid yet" in page and "Your plan ended" not in page and f"{url}plan/" in page
    assert client.get(f"{url}plan/").status_code == 200
    firm.enter_card()
    choice = "?seats=4&interval=year&currency=GBP"
    assert client.get(f"{url}start/{choice}").status_code == 200
    assert client.post(f"{url}start/{choice}").status_code == 302
    assert [(each.price, each.seats) for each in firm.there()] == [("team-year-gbp", 4)]


def test_the_plan_for_one_person_does_not_grow_beyond_one(firm):
    firm.enter_card()
    assert firm.subscribe(1, SOLO).is_done
    firm.do(actions.let_grow_to, 5)
    assert firm.facts().most_members == 1


def test_seats_that_were_given_back_can_be_kept_after_all(firm):
    firm.enter_card()
    firm.subscribe(seats=5)
    firm.do(actions.change, TEAM, MONTH, 2)
    client = Client()
    client.force_login(firm.account.memberships.get(role="owner").user)
    url = f"/a/{firm.account.slug}/admin/billing/"
    page = client.get(url).content.decode()
    assert "£24" in page and "2 from" in page
    assert "Keep the seats" in client.get(f"{url}change/?seats=5").content.decode()
    assert client.post(f"{url}change/?seats=5").status_code == 302
    assert (wish(firm), firm.there()[0].seats) == (5, 5)
    assert "£60" in client.get(url).content.decode()


def test_a_tax_number_that_is_refused_is_said_and_stands_in_nobodys_way(firm):
    """Neither of paying nor of leaving."""
    firm.pay()
    billing = firm.do(actions.save_profile, replace(ACME, tax_number="nonsense"))
    intent = firm.do(lambda: MoneyIntent.objects.open().get())
    settle_intent(public_id=str(intent.public_id), account_id=firm.account.pk)
    assert billing.tax_number == "nonsense"
    assert firm.do(overview, firm.account).is_profile_refused
    assert firm.do(actions.change, TEAM, MONTH, 4).is_done
    firm.do(actions.save_profile, replace(ACME, tax_number=""))
    firm.do(actions.sync, firm.account)
    assert not firm.do(overview, firm.account).is_profile_refused
    firm.do(actions.save_profile, replace(ACME, tax_number="worse"))
    firm.do(closing.end_subscription, firm.account)
    assert firm.there() == []


def test_a_fault_that_is_remembered_under_its_key_does_not_hold_a_firm_up(firm, later):
    """The processor answers a key for a day as it did the first time."""
    firm.do(actions.save_profile, ACME)
    firm.processor.fault("error", "/v1/customers", method="post", times=99)
    with pytest.raises(Ambiguous):
        firm.do(actions.start_card)
    for _ in range(settling.MOST_TRIES):
        intent = firm.do(lambda: MoneyIntent.objects.open().get())
        settle_intent(public_id=str(intent.public_id), account_id=firm.account.pk)
    firm.processor.ask("faults/clear")
    assert firm.do(lambda: MoneyIntent.objects.open().count()) == 0
    firm.enter_card()


def test_a_plan_is_changed_while_somebody_joins_and_has_room_for_them(firm):
    """The owner's click and the clock's hour at the same moment: one subscription, and a seat for everybody."""
    firm.pay()
    firm.do(actions.let_grow_to, 9)

    def clicks():
        return firm.do(actions.change, TEAM, YEAR, 3)

    def join():
        for name in ("bob", "carol", "dave"):
            firm.joins(name)
        upkeep.look_after(Account.objects.get(pk=firm.account.pk))

    def alone(step):
        try:
            return step()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        changed, _ = both.map(alone, (clicks, join))
    assert changed.is_done
    upkeep.look_after(Account.objects.get(pk=firm.account.pk))
    assert [(each.price, each.seats) for each in firm.there()] == [("team-year-gbp", 4)]
    assert (firm.plan().seats, firm.do(lambda: MoneyIntent.objects.open().count())) == (4, 0)
