"""What mail providers report by webhook: an address that does not exist or calls us spam gets no promotions."""

from __future__ import annotations

from typing import Any

from anymail.signals import EventType, tracking
from django.dispatch import receiver

from accounts import consents

_REASONS = {EventType.BOUNCED: consents.Reason.BOUNCED, EventType.COMPLAINED: consents.Reason.COMPLAINED}


@receiver(tracking)
def note_report(sender: Any, event: Any, esp_name: str, **more: Any) -> None:
    """Keep a bounce or a complaint. What the provider still tries to deliver is neither."""
    if event.event_type in _REASONS and event.recipient:
        consents.suppress(event.recipient, _REASONS[event.event_type], evidence=f"{esp_name} {event.event_id or ''}")
