"""What an owner does with the firm's register of recipients."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

import audit
from accounts import alarms
from accounts.recipients import WebhookDelivery, WebhookRecipient
from accounts.webhooks import sending, signing
from accounts.webhooks.gathering import KEPT, here
from tenancy.queue import after_commit

BOTH_SECRETS_FOR = timedelta(hours=24)
AT_MOST = 10  # recipients of one account


class IsOff(Exception):
    """Nothing is sent to a recipient that is switched off."""

    def __str__(self) -> str:
        return "It is switched off, so nothing is sent. Switch it on first."


@transaction.atomic
def enter(recipient: WebhookRecipient) -> tuple[WebhookRecipient, str]:
    """Put somebody on the register, switched off. Their secret is returned this once and never shown again."""
    secret = signing.new_secret()
    recipient.seal(secret)
    recipient.save()
    audit.record("webhook.entered", recipient, data={"host": recipient.host})
    return recipient, secret


@transaction.atomic
def change(recipient: WebhookRecipient, changes: dict[str, list[str]], *, expected_version: int) -> None:
    """Keep what was changed of a recipient. Of its address the log names no more than the host."""
    recipient.save_checked(expected_version)
    audit.record("webhook.changed", recipient, data={"changes": changes})


class NoSecret(Exception):
    """An archive brought the recipient along, without its secret."""

    def __str__(self) -> str:
        return "It has no secret yet: an archive never carries one. Make a new secret first."


@transaction.atomic
def switch_on(recipient: WebhookRecipient) -> None:
    """From now on it hears of what happens; never of what happened before. Raises NoSecret."""
    if not recipient.sealed_secret:
        raise NoSecret
    off = WebhookRecipient.objects.filter(pk=recipient.pk, switched_on_at=None)
    now = timezone.now()
    if off.update(switched_on_at=now, off_because="", heard_through=here()):
        recipient.switched_on_at, recipient.off_because = now, ""
        alarms.set_alarm(recipient.task, recipient.public_id, seconds=sending.SECONDS_BETWEEN_TURNS)
        audit.record("webhook.switched_on", recipient, data={"host": recipient.host})


@transaction.atomic
def switch_off(recipient: WebhookRecipient) -> None:
    """At once: what waits is not sent any more, either."""
    if sending.quiet(recipient):
        audit.record("webhook.switched_off", recipient)


@transaction.atomic
def change_secret(recipient: WebhookRecipient) -> str:
    """Another secret. For a day messages carry the signatures of both."""
    former = recipient.sealed_secret
    secret = signing.new_secret()
    recipient.seal(secret)
    WebhookRecipient.objects.filter(pk=recipient.pk).update(
        sealed_secret=recipient.sealed_secret,
        sealed_former_secret=former or None,
        former_secret_until=timezone.now() + BOTH_SECRETS_FOR,
    )
    audit.record("webhook.secret_changed", recipient)
    return secret


@transaction.atomic
def remove(recipient: WebhookRecipient) -> None:
    """Off the register, with all that waits or was sent."""
    sending.quiet(recipient)
    audit.record("webhook.removed", recipient)
    list(WebhookRecipient.objects.select_for_update().filter(pk=recipient.pk))  # nothing is written to it meanwhile
    WebhookDelivery.objects.filter(recipient=recipient).delete()
    recipient.delete()


@transaction.atomic
def send_test(recipient: WebhookRecipient) -> WebhookDelivery:
    """A message about nothing. Raises IsOff."""
    if not recipient.is_on:
        raise IsOff
    now = timezone.now()
    message = WebhookDelivery.objects.create(
        recipient=recipient, event_id=uuid.uuid4(), kind=sending.TEST, happened_at=now, expires_at=now + KEPT
    )
    _wake(recipient)
    return message


@transaction.atomic
def send_again(message: WebhookDelivery) -> None:
    """The same message with the same id, from its first try on. Raises IsOff."""
    if not message.recipient.is_on:
        raise IsOff
    WebhookDelivery.objects.filter(pk=message.pk).update(
        state=WebhookDelivery.State.WAITING, tries=0, next_try_at=timezone.now(), status=None, trouble=""
    )
    _wake(message.recipient)


def _wake(recipient: WebhookRecipient) -> None:
    after_commit(recipient.task, public_id=str(recipient.public_id))
