"""From the sealed log to messages: every line once, in the order of its seal, whoever dies when.

A recipient remembers the number of the last line that was read for it. Lines are numbered when they are committed,
without a gap, so a slow transaction is never overtaken.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from accounts.recipients import WebhookDelivery, WebhookRecipient
from accounts.topics import by_record_type
from audit.models import Event, Link

BATCH = 500
KEPT = timedelta(days=7)


def here() -> int:
    """The number of the log's last line: what follows is news."""
    return int(Link.objects.aggregate(last=Max("number"))["last"] or 0)


def gather(public_id: UUID | str) -> bool:
    """Write the messages of the next lines. True when there may be more."""
    rows = WebhookRecipient.objects.select_for_update(skip_locked=True)
    recipient = rows.filter(public_id=public_id, switched_on_at__isnull=False).first()
    if recipient is None:
        return False
    lines = Link.objects.filter(number__gt=recipient.heard_through).order_by("number")
    numbers = list(lines.values_list("number", "event_id")[:BATCH])
    if not numbers:
        return False
    events = Event.objects.filter(pk__in=[event for _, event in numbers], written_at__gte=recipient.switched_on_at)
    WebhookDelivery.objects.bulk_create(_messages(recipient, events.order_by("pk")), ignore_conflicts=True)
    WebhookRecipient.objects.filter(pk=recipient.pk).update(heard_through=numbers[-1][0])
    return len(numbers) == BATCH


def _messages(recipient: WebhookRecipient, events: object) -> list[WebhookDelivery]:
    known, now = by_record_type(), timezone.now()
    return [
        WebhookDelivery(
            recipient=recipient,
            event_id=event.public_id,
            kind=event.kind,
            topic=topic.name,
            record_id=event.record_id,
            happened_at=event.written_at,
            next_try_at=now,
            expires_at=now + KEPT,
        )
        for event in events  # type: ignore[attr-defined]
        if (topic := known.get(event.record_type)) and topic.name in recipient.topics and event.record_id
    ]
