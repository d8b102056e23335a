"""What runs outside a request. Word from the processor belongs to no account before it is read."""

from __future__ import annotations

from celery import shared_task

from accounts.models import Account
from billing import closing, inbox, intents, seats, settling, upkeep
from billing.gateway import Trouble
from billing.models import MoneyIntent
from tenancy.queue import send
from tenancy.tasks import AccountTask


@shared_task(name=inbox.TASK)
def handle_event(event: str) -> None:
    """Act on one event, once."""
    inbox.handle(event)


@shared_task(name="billing.sweep_inbox")
def sweep_inbox() -> None:
    """By the clock, every half minute: events whose message was lost, and those whose next try has come."""
    inbox.sweep()


@shared_task(name=intents.TASK, base=AccountTask)
def settle_intent(public_id: str, *, account_id: int) -> None:
    """Find out how a step ended. While the processor can't be asked, its alarm goes on ringing."""
    billing = intents.hold()
    if not MoneyIntent.objects.open().filter(public_id=public_id).exists():
        return
    try:
        settling.settle_all(billing)
    except Trouble:
        return


@shared_task(name=seats.TASK, base=AccountTask)
def look_after(*, account_id: int) -> None:
    """Count the people of a firm anew, and do what its day asks for."""
    upkeep.look_after(Account.objects.get(pk=account_id))


@shared_task(name="billing.look_after_everybody")
def look_after_everybody() -> None:
    """By the clock, every hour: one small task for each firm that the processor knows."""
    for account_id in upkeep.customers():
        send(seats.TASK, kwargs={"account_id": account_id})


@shared_task(name="billing.compare_everybody")
def compare_everybody() -> None:
    """By the clock, every night: the whole copy, and what is too old to keep."""
    for account_id in upkeep.customers():
        send("billing.compare", kwargs={"account_id": account_id})
    inbox.forget_old()
    closing.purge()


@shared_task(name="billing.compare", base=AccountTask)
def compare(*, account_id: int) -> None:
    """One firm's copy with the processor's books."""
    upkeep.look_after(Account.objects.get(pk=account_id), thoroughly=True)
    upkeep.forget_old()
