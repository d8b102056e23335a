"""One message on its way. ``may_send`` is asked for each, at the moment of sending, and nothing goes out without it.

A try is written down before it is made, with the moment of the next one, and no transaction waits for the answer:
whoever dies in between sends again later, under the same id. So a message comes at least once.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone

import audit
from accounts import alarms, emails
from accounts.lifecycle import owners
from accounts.models import Account
from accounts.recipients import WebhookDelivery, WebhookRecipient
from accounts.standing import Standing, is_overruled
from accounts.webhooks import addresses, bell, signing
from audit.sealing import spell_time
from tenancy.context import current_account_id

State = WebhookDelivery.State
SECONDS_BETWEEN_TURNS = 15
AFTER_TROUBLE = 60  # seconds: somebody's broken server does not keep ours busy
HOUR = timedelta(hours=1)
# From one try to the next: three days and a bit, as servers are away for a weekend.
PAUSES = [timedelta(seconds=5), timedelta(minutes=5), HOUR / 2, *(HOUR * hours for hours in (2, 5, 10, 14, 20, 24))]
LEASE = timedelta(minutes=2)  # for a try whose sender died
GONE = 410
TEST = "webhook.test"


@dataclass(frozen=True)
class Message:
    """What goes out, and in which try."""

    delivery: int
    tries: int
    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Outcome:
    """What the other side said."""

    status: int | None = None
    trouble: str = ""

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def may_send(recipient: WebhookRecipient | None) -> bool:
    """Whether anything may be sent: the recipient is on the active account's register, switched on, and it is open.

    A firm that may only read because it has not paid still says what it erases; one that staff made read-only, that
    closes or that is closed says nothing.
    """
    account = Account.objects.filter(pk=current_account_id(), closed_at=None).first()
    if account is None or recipient is None or recipient.account_id != account.pk:
        return False
    now = timezone.now()
    standing = account.standing(now)
    is_open = standing.may_write or (standing == Standing.READ_ONLY and not is_overruled(account, now))
    return is_open and WebhookRecipient.objects.filter(pk=recipient.pk, switched_on_at__isnull=False).exists()


def begin(public_id: UUID | str) -> bool:
    """Set the alarm for the next turn; False, and no next turn, for whom nothing is sent."""
    recipient = WebhookRecipient.objects.filter(public_id=public_id).first()
    if recipient is None or not recipient.is_on:
        alarms.clear_alarm(WebhookRecipient.task, UUID(str(public_id)))
        return False
    may = may_send(recipient)
    pause = SECONDS_BETWEEN_TURNS if may else alarms.LONGEST_SILENCE
    alarms.set_alarm(recipient.task, recipient.public_id, seconds=pause)
    return may


def claim(public_id: UUID | str) -> Message | None:
    """The next message that is due, its try written down. Two senders never get the same one."""
    recipient = WebhookRecipient.objects.filter(public_id=public_id).first()
    if recipient is None or not may_send(recipient):
        return None
    due = WebhookDelivery.objects.filter(recipient=recipient, state=State.WAITING, next_try_at__lte=Now())
    delivery = due.select_for_update(skip_locked=True, of=("self",)).order_by("next_try_at", "id").first()
    if delivery is None:
        return None
    delivery.tries, delivery.next_try_at, delivery.tried_at = delivery.tries + 1, Now() + LEASE, Now()
    delivery.save(update_fields=["tries", "next_try_at", "tried_at"])
    body, moment = body_of(delivery), int(time.time())
    headers = signing.headers(recipient.secrets(), str(delivery.public_id), moment, body)
    return Message(delivery.pk, delivery.tries, recipient.url, body, headers)


def body_of(delivery: WebhookDelivery) -> bytes:
    """Kind, time, and where the record is read: never a value of it."""
    said = {
        "type": delivery.kind,
        "timestamp": spell_time(delivery.happened_at),
        "data": {
            "event": str(delivery.event_id),
            "resource": delivery.topic or None,
            "id": str(delivery.record_id) if delivery.record_id else None,
            "url": delivery.record_url or None,
        },
    }
    return json.dumps(said, separators=(",", ":")).encode()


def send(message: Message) -> Outcome:
    """Out it goes; outside of any transaction."""
    try:
        return Outcome(status=addresses.post(message.url, message.body, message.headers))
    except (addresses.Refused, addresses.Unreachable) as trouble:
        return Outcome(trouble=str(trouble))


def settle(message: Message, outcome: Outcome) -> bool:
    """Write down what came of it. True when the next one may follow at once."""
    mine = WebhookDelivery.objects.filter(pk=message.delivery, tries=message.tries)
    said = {"status": outcome.status, "trouble": outcome.trouble}
    if outcome.is_taken:
        mine.update(state=State.DELIVERED, **said)
        return True
    delivery = mine.select_related("recipient").filter(state=State.WAITING).first()
    if delivery is None:
        return False
    alarms.set_alarm(WebhookRecipient.task, delivery.recipient.public_id, seconds=AFTER_TROUBLE)
    if outcome.status == GONE:
        mine.update(state=State.FAILED, **said)
        stop(delivery.recipient, "the address says that nobody is there any more (410)")
    elif message.tries > len(PAUSES):
        mine.update(state=State.FAILED, **said)
        stop(delivery.recipient, "a message could not be delivered for three days")
    else:
        mine.update(next_try_at=Now() + PAUSES[message.tries - 1], **said)
    return False


def quiet(recipient: WebhookRecipient, because: str = "") -> bool:
    """Off, and what waits is not sent. False when it was off already."""
    on = WebhookRecipient.objects.filter(pk=recipient.pk, switched_on_at__isnull=False)
    if not on.update(switched_on_at=None, off_because=because):
        return False
    recipient.switched_on_at, recipient.off_because = None, because
    WebhookDelivery.objects.filter(recipient=recipient, state=State.WAITING).update(state=State.DROPPED)
    alarms.clear_alarm(recipient.task, recipient.public_id)
    return True


def stop(recipient: WebhookRecipient, because: str) -> None:
    """We switch it off ourselves, write to the owners, and ring for them and the admins."""
    if not quiet(recipient, because):
        return
    audit.record("webhook.stopped", recipient, data={"because": because})
    account = Account.objects.get(pk=current_account_id())
    for owner in owners(account):
        emails.webhook_stopped(owner, account, recipient=recipient, because=because)
    bell.tell(recipient)
