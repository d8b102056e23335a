"""Word from the processor: verified, kept once by its number, answered at once, and acted on once, later.

To act on an event is to look at the processor's books for the customer that it names, so what waits for the same
customer is done with it. A try is written down before it is made; whatever becomes of the worker, the event comes
round again, and after the last try it waits for somebody's eyes.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from billing import intents, projector
from billing.actions import PROCESSOR
from billing.gateway import EventRef, Trouble, processor
from billing.models import KEPT, ProcessorCustomer, WebhookEvent
from tenancy.context import activate
from tenancy.queue import send
from tenancy.sweeping import sweeps

logger = logging.getLogger(__name__)

State = WebhookEvent.State
TASK = "billing.handle_event"
HEARD = ("customer.", "invoice.", "payment_method.")  # what is not about a customer's plan or card is kept and ignored
PAUSES = [timedelta(seconds=seconds) for seconds in (30, 60, 300, 900, 3600, 14400, 43200, 86400)]
STRANGER_AFTER = 4  # tries: a customer whom we make at this very moment is known by then
AT_ONCE = 200
SWEEPS_FOR = 25  # seconds: the next one comes soon, and somebody else needs the worker meanwhile


def take_in(body: bytes, signature: str) -> bool:
    """Keep the event of a delivery. False when it is here already. Raises Forged."""
    return keep(processor().read_event(body, signature))


def keep(event: EventRef) -> bool:
    """Once, however often it is delivered; and wake a worker."""
    is_heard = event.type.startswith(HEARD) and bool(event.customer)
    row = WebhookEvent(
        event=event.id,
        kind=event.type[:100],
        object=event.object,
        customer=event.customer,
        happened_at=event.created_at,
        state=State.NEW if is_heard else State.IGNORED,
        settled_at=None if is_heard else timezone.now(),
    )
    WebhookEvent.objects.bulk_create([row], ignore_conflicts=True)
    is_new = _is_ours(row)
    if is_new and is_heard:
        transaction.on_commit(lambda: send(TASK, kwargs={"event": event.id}), robust=True)
    return is_new


def _is_ours(row: WebhookEvent) -> bool:
    """Whether it was we who stored it just now."""
    return WebhookEvent.objects.filter(event=row.event, public_id=row.public_id).exists()


def handle(event: str) -> None:
    """Act on an event, once. Harmless when it is done, or somebody is at it."""
    if not _begin_try(event):
        return
    try:
        _act(event)
    except Trouble as trouble:
        _after(event, str(trouble) or type(trouble).__name__)


@transaction.atomic
def _begin_try(event: str) -> bool:
    """Write the try down, and when the next one is. False when it is not its turn."""
    now = timezone.now()
    due = WebhookEvent.objects.select_for_update(skip_locked=True).filter(state=State.NEW, next_try_at__lte=now)
    row = due.filter(event=event).first()
    if row is None:
        return False
    row.tries += 1
    row.next_try_at = now + PAUSES[min(row.tries, len(PAUSES)) - 1]
    if row.tries > len(PAUSES):
        row.state, row.settled_at, row.trouble = State.DEAD, now, row.trouble or "no worker lived through it"
    row.save(update_fields=["tries", "next_try_at", "state", "settled_at", "trouble"])
    return row.state == State.NEW


@transaction.atomic
def _act(event: str) -> None:
    """Look at the books of its customer and mark it, with whatever else waits for them: all of it, or nothing."""
    # Waits: who asked too late whether it is due has locked it for a moment, too, and a try would be lost on that.
    row = WebhookEvent.objects.select_for_update().filter(event=event, state=State.NEW).first()
    if row is None:
        return
    known = ProcessorCustomer.objects.filter(ref=row.customer).first()
    if known is None:
        if row.tries >= STRANGER_AFTER:
            _settle([row.pk], State.IGNORED, "a customer whom we don't know")
        return
    waiting = WebhookEvent.objects.select_for_update(skip_locked=True).filter(state=State.NEW, customer=row.customer)
    here = [each.pk for each in waiting]  # before we look: what comes later is news
    with activate(known.account_id, actor=PROCESSOR):
        projector.look(intents.hold())
    _settle(here, State.DONE)


def _settle(rows: list[int], state: State, trouble: str = "") -> None:
    WebhookEvent.objects.filter(pk__in=rows).update(state=state, settled_at=timezone.now(), trouble=trouble)


def _after(event: str, trouble: str) -> None:
    """It waits for its next try, or for somebody's eyes."""
    mine = WebhookEvent.objects.filter(event=event, state=State.NEW)
    mine.update(trouble=trouble[:200])
    if mine.filter(tries__gte=len(PAUSES)).update(state=State.DEAD, settled_at=timezone.now()):
        logger.error("Event %s of the card processor was given up: %s", event, trouble)


def retry(event: WebhookEvent) -> None:
    """Once more from the beginning, because somebody says so."""
    again = {"state": State.NEW, "tries": 0, "next_try_at": timezone.now(), "settled_at": None}
    if WebhookEvent.objects.filter(pk=event.pk).exclude(state=State.DONE).update(**again):
        transaction.on_commit(lambda: send(TASK, kwargs={"event": event.event}), robust=True)


def sweep() -> int:
    """Act on what waits although nobody was woken for it, for a while. Returns how many were tried."""
    until = time.monotonic() + SWEEPS_FOR
    due = WebhookEvent.objects.filter(state=State.NEW, next_try_at__lte=timezone.now())
    found = list(due.order_by("next_try_at").values_list("event", flat=True)[:AT_ONCE])
    for number, event in enumerate(found):
        if time.monotonic() > until:
            return number
        handle(event)
    return len(found)


@sweeps()
def forget_old() -> int:
    """Drop events that were settled long ago."""
    old = WebhookEvent.objects.exclude(state=State.NEW).filter(received_at__lt=timezone.now() - KEPT)
    return old.delete()[0]
