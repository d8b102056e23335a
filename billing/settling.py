"""What became of steps that nobody heard the end of: the processor's books say it."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.utils import timezone

from billing import intents, projector
from billing.gateway import Ambiguous, Conflict, NotFound, processor
from billing.models import BillingAccount, MoneyIntent, Subscription, SubscriptionInvoice

Kind, State = MoneyIntent.Kind, MoneyIntent.State
OUR_OWN = (Kind.CUSTOMER, Kind.PROFILE, Kind.FORGET)  # simply done again: the second time changes nothing
MOST_TRIES = 5
LOST = "it never arrived"


def clear_the_way(billing: BillingAccount, kind: MoneyIntent.Kind, wanted: dict[str, Any]) -> None:
    """Settle what is open from before. Raises Ambiguous while a step of another kind may still come through.

    The very same step may be taken again: it goes out under its former key.
    """
    settle_all(billing)
    if any((each.kind, each.wanted) != (kind, wanted) for each in MoneyIntent.objects.open()):
        raise Ambiguous("a former step is not settled")


def settle_all(billing: BillingAccount) -> None:
    """Find out how every open step ended. The row is held."""
    waiting = list(MoneyIntent.objects.open().order_by("created_at"))
    for intent in waiting:
        if intent.kind in OUR_OWN:
            do_again(billing, intent)
    asked = [intent for intent in waiting if intent.kind not in OUR_OWN]
    if asked:
        projector.look(billing)
    for intent in asked:
        if has_happened(billing, intent):
            keep_wish(billing, intent.kind, intent.wanted)
            intents.settle(intent, State.DONE)
        elif timezone.now() - intent.tried_at > intents.PATIENCE:
            intents.settle(intent, State.REFUSED, LOST)


def has_happened(billing: BillingAccount, intent: MoneyIntent) -> bool:
    """Whether the books, as we just read them, show what was asked for."""
    match intent.kind:
        case Kind.CARD:
            return bool(billing.card == intent.wanted["method"])
        case Kind.END:
            return not bool(Subscription.objects.live().filter(ref=intent.wanted["subscription"]).exists())
        case Kind.PAY:
            return bool(SubscriptionInvoice.objects.filter(ref=intent.wanted["invoice"], status="paid").exists())
    return bool(Subscription.objects.filter(intent=str(intent.public_id)).exists())


def keep_wish(billing: BillingAccount, kind: str, wanted: dict[str, Any]) -> None:
    """So many seats somebody asked for, and has: from now on they stay, whoever comes or goes."""
    if kind == Kind.SUBSCRIBE or wanted.get("asked"):
        billing.seats = wanted["seats"]
        billing.save(update_fields=["seats"])


def do_again(billing: BillingAccount, intent: MoneyIntent) -> None:
    """Take a step once more that is the same however often it is taken; under the same key, where one is needed.

    A refusal ends it too: a wrong tax number must not stand in the way of paying, or of leaving.
    """
    MoneyIntent.objects.filter(pk=intent.pk).update(tries=F("tries") + 1)
    try:
        if intent.kind == Kind.CUSTOMER:
            make_customer(billing, intent)
        elif intent.kind == Kind.PROFILE and billing.customer:
            processor().update_customer(billing.customer, billing.profile, key=_key_of_try(billing, intent))
        elif intent.kind == Kind.FORGET:
            processor().forget_customer(intent.wanted["customer"], key=intent.key)
    except Ambiguous as trouble:
        if intent.kind != Kind.CUSTOMER or intent.tries < MOST_TRIES:
            raise
        intents.settle(intent, State.REFUSED, str(trouble))  # its key answers the same for a day: begin anew
        return
    except Conflict as trouble:
        if intent.kind != Kind.PROFILE:
            raise
        intents.settle(intent, State.REFUSED, str(trouble))
        return
    except NotFound:
        pass
    intents.settle(intent, State.DONE)


def _key_of_try(billing: BillingAccount, intent: MoneyIntent) -> str:
    """Another one each time: a key that was once answered with a fault answers so for a day."""
    return f"{intent.key}:{billing.version}:{intent.tries}"


def make_customer(billing: BillingAccount, intent: MoneyIntent) -> None:
    """Under the note's own key: however often it is asked, it is one customer."""
    projector.keep_customer(billing, processor().make_customer(billing.account.public_id, key=intent.key))
