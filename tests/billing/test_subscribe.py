"""From trial to a paid plan: one subscription, whatever breaks on the way there."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.standing import Standing
from billing import actions, intents
from billing.catalogue import FIRM, SOLO, Interval
from billing.gateway import Ambiguous, Misconfigured, Trouble, Unavailable
from billing.models import BillingAccount, MoneyIntent, SubscriptionInvoice
from billing.outcomes import Ending, Refused
from billing.tasks import settle_intent
from crm.models import Company
from tests.billing.conftest import ACME
from tests.promises import promise

MONTH = Interval.MONTH


def intents_of(firm):
    return firm.do(lambda: list(MoneyIntent.objects.order_by("pk").values_list("kind", "state")))


@promise(8, 9)
def test_nobody_hears_of_a_firm_before_it_continues_with_a_plan(firm):
    """Address and everything else may be there: the first word goes out with the card."""
    firm.do(actions.save_profile, ACME)
    assert firm.processor.look()["objects"].get("customer") is None
    assert [each for each in firm.processor.look()["requests"] if "customers" in each["path"]] == []
    firm.do(actions.start_card)
    assert firm.processor.look()["objects"]["customer"] == 1


@promise(6, 7, 9)
def test_a_firm_pays_for_the_seats_it_asked_for_and_keeps_its_work(firm):
    client = firm.do(lambda: Company.objects.create(name="Xenophon Ltd"))
    card = firm.enter_card()
    assert (card.brand, card.last4) == ("visa", "4242")
    assert firm.subscribe(seats=5).is_done
    plan, account = firm.plan(), firm.facts()
    assert (plan.price, plan.seats, plan.status) == ("team-month-gbp", 5, "active")
    invoice = firm.do(lambda: SubscriptionInvoice.objects.get())
    assert (invoice.total, invoice.status, invoice.billed_to["name"]) == (5 * 1200, "paid", "Acme Ltd")
    assert account.standing() == Standing.ACTIVE
    assert account.most_members == 5
    assert account.paid_through > plan.period_end
    assert {state for _, state in intents_of(firm)} == {"done"}
    assert firm.do(lambda: Company.objects.get()) == client


def test_a_plan_has_room_for_whoever_is_there(firm):
    firm.joins("bob")
    firm.enter_card()
    with pytest.raises(Refused, match="room for 1"):
        firm.subscribe(1, SOLO)
    assert firm.subscribe(1, FIRM).is_done
    assert firm.plan().seats == 31


@promise(32)
def test_two_tabs_make_one_subscription(firm):
    firm.enter_card()

    def tab(_):
        try:
            return firm.subscribe().ending
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as tabs:
        assert set(tabs.map(tab, range(2))) == {Ending.DONE}
    assert firm.subscribe().is_done
    assert len(firm.there()) == 1


def test_a_card_that_is_declined_says_why_and_changes_nothing(firm):
    said = {
        "4000000000000002": "does not say why",
        "4000000000009995": "not enough money",
        "4000000000000069": "has expired",
        "4000000000000127": "security code",
    }
    for number, words in said.items():
        with pytest.raises(Refused, match=words):
            firm.enter_card(number)
    assert firm.do(lambda: BillingAccount.objects.get()).card == ""
    with pytest.raises(Refused, match="Enter a card"):
        firm.subscribe()


def test_a_card_that_fails_at_the_first_payment_leaves_the_trial_as_it_is_and_another_one_pays(firm):
    firm.enter_card("4000000000000341")
    outcome = firm.subscribe()
    assert (outcome.ending, firm.facts().paid_through) == (Ending.REFUSED, None)
    firm.enter_card()
    assert firm.subscribe().is_done
    assert len(firm.there()) == 1
    assert firm.facts().standing() == Standing.ACTIVE


def test_a_bank_asks_and_a_plan_begins_with_the_answer(firm):
    """Yes, no, and never answered."""
    firm.enter_card("4000002760003184")
    outcome = firm.subscribe()
    assert outcome.ending is Ending.CONFIRM
    assert firm.facts().paid_through is None
    assert outcome.client_secret not in repr(outcome)
    firm.processor.consent(outcome.client_secret, yes=False)
    firm.do(actions.sync, firm.account)
    assert firm.facts().paid_through is None
    again = firm.subscribe()
    assert again.ending is Ending.CONFIRM
    firm.processor.consent(again.client_secret, yes=True)
    firm.do(actions.sync, firm.account)
    assert firm.facts().standing() == Standing.ACTIVE
    assert len(firm.there()) == 1


def test_a_card_that_was_entered_for_another_firm_is_not_ours(firm, new_firm):
    other = new_firm()
    other.do(actions.save_profile, ACME)
    setup = other.do(actions.start_card)
    firm.processor.card(setup.client_secret)
    firm.enter_card()
    with pytest.raises(Refused, match="somebody else"):
        firm.do(actions.card_done, setup.ref)


# --- what breaks on the way ------------------------------------------------------------------------


def test_nobody_answers_and_nothing_is_changed(firm):
    firm.enter_card()
    firm.processor.stop()
    try:
        outcome = firm.subscribe()
    finally:
        firm.processor.start()
    assert outcome.ending is Ending.REFUSED
    assert "can't be reached" in outcome.sentence
    assert (firm.plan(), firm.facts().paid_through) == (None, None)
    assert firm.subscribe().is_done


def test_the_first_try_breaks_and_the_second_makes_the_one_subscription(new_firm):
    for kind, when in (("error", "before"), ("conflict", "before"), ("drop", "before"), ("drop", "after")):
        firm = new_firm()
        firm.enter_card()
        firm.processor.fault(kind, "/v1/subscriptions", method="post", when=when)
        assert firm.subscribe().is_done, kind
        assert len(firm.there()) == 1, kind


def settled_at_last(firm, later, intent):
    """Two minutes later the alarm has rung. Returns the step as it is then."""
    later(seconds=intents.PATIENCE.total_seconds() + 1)
    settle_intent(public_id=str(intent.public_id), account_id=firm.account.pk)
    return firm.do(lambda: MoneyIntent.objects.get(pk=intent.pk))


def test_a_step_that_never_arrived_is_found_missing_in_the_books(firm, later):
    """Every try broke off: nobody knows, and nobody begins anew before somebody has looked."""
    firm.enter_card()
    firm.processor.fault("drop", "/v1/subscriptions", method="post", times=2)
    assert firm.subscribe().ending is Ending.UNKNOWN
    intent = firm.do(lambda: MoneyIntent.objects.open().get())
    assert (intent.kind, intent.state) == ("subscribe", "unknown")
    assert firm.subscribe(seats=9).ending is Ending.UNKNOWN
    assert settled_at_last(firm, later, intent).state == "refused"
    assert len(firm.there()) == 0
    assert firm.subscribe().is_done
    assert len(firm.there()) == 1


def test_somebody_who_waits_is_answered_before_the_processor_is_and_what_came_through_is_found(firm, later):
    firm.enter_card()
    firm.processor.fault("hang", "/v1/subscriptions", method="post", seconds=40, when="after")
    began = time.monotonic()
    assert firm.subscribe().ending is Ending.UNKNOWN
    assert time.monotonic() - began < 30, "ten seconds by the clock of the question, and what a busy machine adds"
    intent = firm.do(lambda: MoneyIntent.objects.open().get())
    assert settled_at_last(firm, later, intent).state == "done"
    assert firm.facts().standing() == Standing.ACTIVE
    assert firm.subscribe().is_done
    assert len(firm.there()) == 1


def test_each_trouble_has_a_name(new_firm, caplog):
    troubles = {"rate_limit": Unavailable, "html": Ambiguous, "unauthorized": Misconfigured}
    for kind, trouble in troubles.items():
        firm = new_firm()
        firm.do(actions.save_profile, ACME)
        firm.processor.fault(kind, "/v1/customers", method="post", times=2)
        with pytest.raises(Trouble) as raised:
            firm.do(actions.start_card)
        assert type(raised.value) is trouble
        firm.processor.ask("faults/clear")
        firm.enter_card()
    assert firm.processor.look()["objects"]["customer"] == len(troubles)
    assert caplog.text.count("refuses to work with us") == 1
