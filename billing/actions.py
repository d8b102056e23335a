"""What a firm does about its plan. Each step is written down, asked of the processor, and projected into our rows.

All of them work in the active account. A step that was declined or could not be asked is an ``Outcome``, not an
exception; ``Refused`` says why something can't even be asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

import audit
from accounts.models import Account
from billing import intents, projector, seats, settling
from billing.catalogue import Interval, Plan, Price
from billing.gateway import (
    CardSetup,
    CardSummary,
    Conflict,
    Declined,
    InvoiceLink,
    InvoicePreview,
    Profile,
    Status,
    SubscriptionSnapshot,
    Trouble,
    processor,
)
from billing.models import BillingAccount, MoneyIntent, Subscription, SubscriptionInvoice
from billing.outcomes import DONE, Ending, Outcome, Refused, declined, outcome_of
from tenancy.context import Actor, activate
from tenancy.queue import after_commit

Kind = MoneyIntent.Kind
Step = Callable[[MoneyIntent], SubscriptionSnapshot]
PROCESSOR = Actor("system", None, "Card processor")

# --- to whom, and with which card ------------------------------------------------------------------


@transaction.atomic
def save_profile(profile: Profile, expected: int | None = None, *, copies: str | None = None) -> BillingAccount:
    """Keep to whom the invoices go. The processor hears of it only if it knows the firm already, after the commit.

    Who gets copies of receipts it never hears. Raises tenancy.errors.Conflict when it is not the version expected.
    """
    billing = intents.hold()
    told = {name: value for name, value in asdict(profile).items() if name != "tax_kind"}
    changes = {name: [getattr(billing, name), value] for name, value in told.items() if getattr(billing, name) != value}
    is_told = bool(changes)
    if copies is not None and copies != billing.copies:
        told["copies"], changes["copies"] = copies, [billing.copies, copies]
    for name, value in told.items():
        setattr(billing, name, value)
    billing.save_checked(billing.version if expected is None else expected)
    if changes:
        audit.record("billing.profile_changed", billing, data={"changes": changes})
    if billing.customer and is_told:
        intent = intents.to_do(Kind.PROFILE)
        after_commit(intents.TASK, public_id=str(intent.public_id))
    return billing


def start_card() -> CardSetup:
    """Leave to enter a card in the processor's frame: the first thing that the processor hears of a firm.

    Raises Refused without a billing profile, and Trouble when the processor can't be asked.
    """
    billing = intents.hold()
    if not billing.name or not billing.country:
        raise Refused("Say first to whom the invoices go.")
    _be_known(billing)
    return processor().start_card(billing.customer, key=f"setup:{uuid4()}")


def card_done(setup: str) -> CardSummary:
    """The browser came back: ask the processor what became of it, and charge this card from now on.

    Raises Refused when the card was declined, is not ready, or is not this firm's; Trouble when it can't be asked.
    Where a payment is overdue, call ``pay_now`` next.
    """
    billing = intents.hold()
    found = processor().card_setup(setup)
    if not billing.customer or found.customer != billing.customer:
        raise Refused("This card was entered for somebody else.")
    if not found.is_ready:
        raise Refused(declined(found.declined) if found.declined else "The card is not entered yet.")
    wanted = {"method": found.method}
    settling.clear_the_way(billing, Kind.CARD, wanted)
    use = partial(processor().use_card, billing.customer, found.method)
    card = intents.carry_out(Kind.CARD, wanted, lambda intent: use(key=intent.key))
    projector.keep_card(billing, card)
    return card


def _be_known(billing: BillingAccount) -> None:
    """Have the processor know the firm, and to whom its invoices are written."""
    if billing.customer:
        settling.clear_the_way(billing, Kind.PROFILE, {})
        return
    settling.clear_the_way(billing, Kind.CUSTOMER, {})
    if not billing.customer:
        intents.carry_out(Kind.CUSTOMER, {}, partial(settling.make_customer, billing))
    tell = partial(processor().update_customer, billing.customer, billing.profile)
    try:
        intents.carry_out(Kind.PROFILE, {}, lambda intent: tell(key=f"{intent.key}:{billing.version}"))
    except Conflict as trouble:
        raise Refused("This tax number is not accepted. Check it, or leave it out for now.") from trouble


# --- the plan --------------------------------------------------------------------------------------


def subscribe(plan: Plan, interval: Interval, currency: str, seats: int) -> Outcome:
    """Begin to pay. Whatever is there already is found first, so that a second click, or tab, changes nothing."""
    billing = intents.hold()
    if not billing.card:
        raise Refused("Enter a card first.")
    number = _enough(plan, seats)
    wanted: dict[str, Any] = {"price": Price(plan, interval, currency).key, "seats": number}
    try:
        settling.clear_the_way(billing, Kind.SUBSCRIBE, wanted)
        projector.look(billing)
        outcome = _found(billing, wanted) or _begun(billing, wanted)
    except Trouble as trouble:
        return outcome_of(trouble)
    settling.keep_wish(billing, Kind.SUBSCRIBE, wanted)
    return outcome


def _found(billing: BillingAccount, wanted: dict[str, Any]) -> Outcome | None:
    """A subscription is there: it is the one, or its first payment still waits. One that is not wanted is ended.

    Raises Refused when it goes on and is not what was chosen: that is a change, which says first what it costs.
    """
    there = Subscription.objects.live().first()
    if there is None:
        return None
    if there.status != Status.INCOMPLETE:
        if (there.price, there.seats) == (wanted["price"], wanted["seats"]):
            return DONE
        raise Refused("You have a plan already, so nothing was charged. Change it here if it is not the right one.")
    if (there.price, there.seats) == (wanted["price"], wanted["seats"]):
        return _paid(billing, there.latest_invoice)
    end_at_once(billing, there.ref)
    return None


def _begun(billing: BillingAccount, wanted: dict[str, Any]) -> Outcome:
    opened = partial(processor().open_subscription, billing.customer, **wanted)
    made = intents.carry_out(Kind.SUBSCRIBE, wanted, lambda note: opened(intent=note.public_id, key=note.key))
    _keep(billing, made)
    return _waiting(made.latest_invoice) if made.status == Status.INCOMPLETE else DONE


def preview(plan: Plan, interval: Interval, seats: int) -> InvoicePreview:
    """What ``change`` would cost. Hand its ``at`` on to ``change``. Raises Refused or Trouble."""
    there = _changeable()
    price = Price(plan, interval, there.currency).key
    number = _enough(plan, seats)
    found = processor().subscription(there.ref)
    at = _moment_of(found, None)
    return processor().preview(
        found, price=price, seats=number, at=at, prorate=not _is_fewer_alone(there, price, number)
    )


def change(plan: Plan, interval: Interval, seats: int, at: datetime | None = None) -> Outcome:
    """Another plan, interval or number of seats. Fewer seats alone take effect with the next period."""
    billing, there = intents.hold(), _changeable()
    price, number = Price(plan, interval, there.currency).key, _enough(plan, seats)
    wanted = {"subscription": there.ref, "price": price, "seats": number, "asked": True}
    is_there = (there.price, there.seats) == (price, number) or _is_fewer_alone(there, price, number)
    outcome = DONE if is_there else change_to(billing, there, wanted, at=at)
    if outcome.is_done:
        settling.keep_wish(billing, Kind.CHANGE, wanted)
    return outcome


def change_to(
    billing: BillingAccount, there: Subscription, wanted: dict[str, Any], *, at: datetime | None, prorate: bool = True
) -> Outcome:
    """Ask for this price and number of seats; prorated as of ``at`` or now, or from the next period on."""
    price, number = wanted["price"], wanted["seats"]

    def step(intent: MoneyIntent) -> SubscriptionSnapshot:
        found = processor().subscription(there.ref)
        moment = _moment_of(found, at) if prorate else None
        how: Any = {"price": price, "seats": number, "intent": intent.public_id, "key": intent.key}
        return processor().change_subscription(found, at=moment, **how)

    return _take(billing, Kind.CHANGE, wanted, step)


@transaction.atomic
def let_grow_to(most: int | None) -> None:
    """Buy seats without asking again as people join, up to so many. None: never."""
    billing = intents.hold()
    audit.record("plan.may_grow", billing, data={"most": most})
    billing.most_seats = most
    billing.save(update_fields=["most_seats"])
    projector.restate(billing)


def _enough(plan: Plan, wanted: int) -> int:
    """Seats for everybody who is here, and for as many as the plan begins with."""
    number = max(wanted, plan.least, seats.used())
    if not plan.takes(number):
        raise Refused(f"{plan.name} has room for {plan.most}. Deactivate members first, or choose a larger plan.")
    return number


def _is_fewer_alone(there: Subscription, price: str, number: int) -> bool:
    return there.price == price and number < there.seats


def _changeable() -> Subscription:
    there: Subscription | None = Subscription.objects.live().first()
    if there is None or there.status == Status.INCOMPLETE:
        raise Refused("There is no plan yet: choose one first.")
    if there.cancels_at is not None:
        raise Refused("Your plan is cancelled. Take that back first.")
    if there.status != Status.ACTIVE:
        raise Refused("Settle what is owed first.")
    return there


def _moment_of(found: SubscriptionSnapshot, at: datetime | None) -> datetime:
    """To the second, and inside the period: so preview and change speak of the same."""
    moment = (at or timezone.now()).replace(microsecond=0)
    return min(max(moment, found.period_start), found.period_end)


# --- the end of it ---------------------------------------------------------------------------------


def cancel(reason: str = "", *, closing: bool = False) -> Outcome:
    """Let the subscription end with the period that is paid. The reason is optional, and stays in the firm's log.

    ``closing``: because the account closes; if it is kept after all, so is the plan.
    """
    outcome = _let_end(True, **({"closing": True} if closing else {}))
    if outcome.is_done and reason:
        audit.record("plan.reason_given", data={"reason": reason[:500]})
    return outcome


def undo_cancel() -> Outcome:
    """Let it go on after all, before it has ended."""
    return _let_end(False)


def _let_end(ends: bool, **why: bool) -> Outcome:
    billing, there = intents.hold(), Subscription.objects.live().first()
    if there is None:
        raise Refused("There is no plan that could be cancelled." if ends else "Your plan has ended: begin it again.")
    if (there.cancels_at is not None) == ends:
        return DONE
    kind = Kind.CANCEL if ends else Kind.KEEP
    ask = partial(processor().cancel_at_period_end, there.ref, cancel=ends)
    step: Step = lambda intent: ask(intent=intent.public_id, key=intent.key)  # noqa: E731
    return _take(billing, kind, {"subscription": there.ref, **why}, step)


def resume() -> Outcome:
    """After it has ended: the same plan and seats once more, from today, with the card that is there."""
    last = Subscription.objects.first()
    offer = last.offer if last else None
    if last is None or offer is None:
        raise Refused("Choose a plan.")
    return subscribe(offer.plan, offer.interval, offer.currency, last.seats)


def end_at_once(billing: BillingAccount, ref: str) -> None:
    """End a subscription now, and charge nothing more. One that is not there has ended. Raises Trouble."""
    end = partial(processor().cancel_now, ref)
    ended = intents.carry_out(Kind.END, {"subscription": ref}, lambda intent: end(key=intent.key))
    _keep(billing, ended)


# --- paying ----------------------------------------------------------------------------------------


def pay_now() -> Outcome:
    """Charge the card for what is owed. ``confirm`` where the bank wants to be asked."""
    billing = intents.hold()
    try:
        projector.look(billing)
        owed = SubscriptionInvoice.objects.filter(status="open", remaining__gt=0).order_by("created_at").first()
        return _paid(billing, owed.ref) if owed else DONE
    except Trouble as trouble:
        return outcome_of(trouble)


def _paid(billing: BillingAccount, invoice: str) -> Outcome:
    """Charge the card for this invoice."""
    wanted = {"invoice": invoice}
    settling.clear_the_way(billing, Kind.PAY, wanted)
    waiting = _waiting(invoice)
    if waiting.ending is Ending.CONFIRM:
        return waiting
    pay = partial(processor().pay, invoice)
    try:
        projector.keep_invoice(intents.carry_out(Kind.PAY, wanted, lambda intent: pay(key=intent.key)))
    except Declined as trouble:
        return _waiting(invoice) if trouble.needs_action else outcome_of(trouble)
    _look_if_possible(billing)
    return DONE


def _waiting(invoice: str) -> Outcome:
    """What the payment of an open invoice waits for."""
    payment = processor().payment_of(invoice)
    if payment.client_secret:
        return Outcome(Ending.CONFIRM, client_secret=payment.client_secret)
    return Outcome(Ending.REFUSED, declined(payment.declined))


def invoice_link(invoice: SubscriptionInvoice) -> InvoiceLink:
    """Where an invoice can be read and loaded, for a short while. Raises Trouble."""
    return processor().invoice_link(invoice.ref)


# --- together --------------------------------------------------------------------------------------


def sync(account: Account) -> None:
    """Ask the processor how things stand and write it down; for pages that people come back to. Raises Trouble."""
    with activate(account, actor=PROCESSOR):
        billing = intents.hold()
        settling.settle_all(billing)
        projector.look(billing)


def _take(billing: BillingAccount, kind: MoneyIntent.Kind, wanted: dict[str, Any], step: Step) -> Outcome:
    """One step that ends with a subscription as it is then."""
    try:
        settling.clear_the_way(billing, kind, wanted)
        made = intents.carry_out(kind, wanted, step)
    except Trouble as trouble:
        return outcome_of(trouble)
    _keep(billing, made)
    return DONE


def _keep(billing: BillingAccount, made: SubscriptionSnapshot) -> None:
    """Write down what was answered, and the rest if it can be asked; what can't will come by itself."""
    projector.keep_subscription(made)
    projector.restate(billing)
    _look_if_possible(billing)


def _look_if_possible(billing: BillingAccount) -> None:
    try:
        projector.look(billing)
    except Trouble:
        projector.restate(billing)
