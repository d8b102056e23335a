"""A firm's register of those outside who hear of its records, and what is on its way to them."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.choices import country_name
from accounts.files.sealed import TextBox
from accounts.topics import labels, named
from tenancy.models import AccountForeignKey, AccountModel, VersionedModel


class WebhookRecipient(VersionedModel):
    """Somebody outside, on the firm's register. Nothing is sent while ``switched_on_at`` is empty."""

    task: ClassVar[str] = "accounts.carry_webhooks"

    name = models.CharField("recipient", max_length=120)
    url = models.CharField("address", max_length=500)
    purpose = models.CharField("what for", max_length=300)
    country = models.CharField("where it is kept", max_length=2)
    topics = ArrayField(models.CharField(max_length=30), verbose_name="hears of")
    switched_on_at = models.DateTimeField(null=True, editable=False)
    off_because = models.CharField(max_length=200, blank=True, editable=False)  # when we switched it off
    sealed_secret = models.BinaryField(default=bytes, editable=False)  # empty where an archive brought the row
    sealed_former_secret = models.BinaryField(null=True, editable=False)
    former_secret_until = models.DateTimeField(null=True, editable=False)
    heard_through = models.BigIntegerField(default=0, editable=False)  # the number of the log's last line that was read

    class Meta(VersionedModel.Meta):
        ordering = ("name", "id")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "name"],
                name="webhookrecipient_name",
                violation_error_message="This name is on the register already.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_on(self) -> bool:
        return self.switched_on_at is not None

    @property
    def host(self) -> str:
        """Where it goes, without what may be a secret in the address."""
        return urlsplit(self.url).hostname or ""

    @property
    def place(self) -> str:
        """The country's name."""
        return country_name(self.country)

    @property
    def hears_of(self) -> list[str]:
        """Its topics in words."""
        return [label for name, label in labels() if name in self.topics]

    def secrets(self) -> list[str]:
        """Those by which a message is signed now, the newest first."""
        box = TextBox()
        held = [box.open(self._box_name, self.sealed_secret)]
        if self.sealed_former_secret and self.former_secret_until and self.former_secret_until > timezone.now():
            held.append(box.open(self._box_name, self.sealed_former_secret))
        return held

    def seal(self, secret: str) -> None:
        """Keep a new secret; never readable in the table."""
        self.sealed_secret = TextBox().close(self._box_name, secret)

    @property
    def _box_name(self) -> str:
        return f"webhook {self.public_id}"


class WebhookDelivery(AccountModel):
    """One message for one recipient: what happened to which record, never what it says. ``public_id`` is its id."""

    class State(models.TextChoices):
        """How far it came."""

        WAITING = "waiting", "Waits"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Given up"
        DROPPED = "dropped", "Not sent"

    recipient = AccountForeignKey(WebhookRecipient, on_delete=models.PROTECT, related_name="deliveries")
    event_id = models.UUIDField()  # the log's line; a test event has a number of its own
    kind = models.CharField(max_length=60)
    topic = models.CharField(max_length=30, blank=True)
    record_id = models.UUIDField(null=True)
    happened_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)  # of the last answer
    trouble = models.CharField(max_length=200, blank=True)
    expires_at = models.DateTimeField()

    class Meta(AccountModel.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "recipient", "event_id"], name="webhookdelivery_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "recipient", "-id"], name="webhookdelivery_newest"),
            models.Index(
                fields=["account", "recipient", "next_try_at"],
                condition=models.Q(state="waiting"),
                name="webhookdelivery_due",
            ),
        ]

    def __str__(self) -> str:
        return self.kind

    @property
    def record_url(self) -> str:
        """Where a program reads the record; empty for a test."""
        topic = named(self.topic)
        return topic.url(self.record_id) if topic and self.record_id else ""
