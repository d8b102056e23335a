"""A firm does anything, anything breaks, and in the end the books agree: one plan at most, no step forgotten."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account
from accounts.standing import Standing
from billing import actions, inbox, intents, upkeep
from billing.catalogue import TEAM, Interval
from billing.gateway import Trouble
from billing.models import MoneyIntent, Subscription, SubscriptionInvoice, WebhookEvent
from billing.outcomes import Refused
from tests.billing.conftest import hand_over

GOOD, FAILS, ASKS = "4242424242424242", "4000000000000341", "4000002760003184"

OPERATIONS = {
    "card": lambda firm: firm.enter_card(GOOD),
    "card that fails": lambda firm: firm.enter_card(FAILS),
    "card that asks": lambda firm: firm.enter_card(ASKS),
    "subscribe": lambda firm: firm.subscribe(),
    "subscribe larger": lambda firm: firm.subscribe(seats=7),
    "more seats": lambda firm: firm.do(actions.change, TEAM, Interval.MONTH, 8),
    "fewer seats": lambda firm: firm.do(actions.change, TEAM, Interval.MONTH, 2),
    "by the year": lambda firm: firm.do(actions.change, TEAM, Interval.YEAR, 3),
    "cancel": lambda firm: firm.do(actions.cancel),
    "keep": lambda firm: firm.do(actions.undo_cancel),
    "resume": lambda firm: firm.do(actions.resume),
    "pay": lambda firm: firm.do(actions.pay_now),
    "somebody joins": lambda firm: firm.joins("bob"),
    "the clock": lambda firm: upkeep.look_after(Account.objects.get(pk=firm.account.pk)),
    "a month": lambda firm: firm.processor.advance(days=31, hours=2),
    "word comes": lambda firm: hand_over(firm.processor.letters()),
    "word is lost": lambda firm: firm.processor.letters(),
}
FAULTS = st.sampled_from(
    [None, None, *[(kind, when) for kind in ("drop", "error", "html") for when in ("before", "after")]]
)
STEPS = st.lists(st.tuples(st.sampled_from(sorted(OPERATIONS)), FAULTS), min_size=4, max_size=9)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=FAULTS, steps=STEPS)
def test_whatever_happens_the_books_agree_in_the_end(new_firm, monkeypatch, first, steps):
    firm = new_firm()
    for name, fault in [("card", None), ("subscribe", first), *steps]:
        if fault:
            kind, when = fault
            firm.processor.fault(kind, method="post", when=when, times=2)
        with suppress(Refused, Trouble):
            OPERATIONS[name](firm)
        firm.processor.ask("faults/clear")
        assert len([each for each in firm.there() if each.status != "incomplete"]) <= 1, name
    with monkeypatch.context() as clock:
        clock.setattr("django.utils.timezone.now", _later(intents.PATIENCE + timedelta(seconds=1)))
        if firm.customer():
            upkeep.compare(firm.account)
        hand_over(firm.processor.letters())
        inbox.sweep()
        assert faults_of(firm) == []


def _later(by):
    moment = timezone.now() + by
    return lambda: moment


def faults_of(firm):
    """Where our copy, the facts on the account and the processor's books don't agree."""
    if not firm.customer():
        return []
    there = {each.ref: (each.status.value, each.seats, each.price, each.cancels_at) for each in firm.there()}

    def read():
        live = Subscription.objects.live()
        ours = {each.ref: (each.status, each.seats, each.price, each.cancels_at) for each in live}
        sums = [each.ref for each in SubscriptionInvoice.objects.all() if each.subtotal + each.tax != each.total]
        return ours, sums, MoneyIntent.objects.open().count()

    ours, sums, hanging = firm.do(read)
    account = firm.facts()
    pays = any(status == "active" for status, *_ in there.values())
    owes = any(status == "past_due" for status, *_ in there.values())
    found = [
        ("plans", ours == there),
        ("sums of invoices", sums == []),
        ("steps that hang", hanging == 0),
        ("events that wait", not WebhookEvent.objects.filter(customer=firm.customer(), state="new").exists()),
        ("who pays may work", not pays or account.standing() == Standing.ACTIVE),
        ("who owes is overdue", not owes or account.past_due_since is not None),
    ]
    return [name for name, holds in found if not holds]
