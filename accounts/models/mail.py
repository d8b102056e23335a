"""Letters, and who wants or refuses which."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models.accounts import Account
from accounts.models.users import User


class Consent(models.Model):
    """A person's yes or no to one kind of mail, with the words they saw. Never changed, only followed by another."""

    class Purpose(models.TextChoices):
        """Mail that comes only to those who asked for it; the words stand on the forms."""

        UPDATES = "updates", "What is new in Candor, about monthly"
        NEWS = "news", "News about the service and the company"
        TIPS = "tips", "Tips for the first two weeks"
        OFFERS = "offers", "Offers of our partners"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=10, choices=Purpose)
    is_given = models.BooleanField()
    wording = models.CharField(max_length=200)
    source = models.CharField(max_length=60)
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "purpose", "-said_at"], name="consent_latest")]

    def __str__(self) -> str:
        return f"{self.purpose}: {'yes' if self.is_given else 'no'}"


class Suppression(models.Model):
    """An address that gets no promotional mail of a kind, or of any. Outlives the person: it holds no address."""

    class Reason(models.TextChoices):
        """How we know."""

        UNSUBSCRIBED = "unsubscribed", "Took it back"
        ASKED = "asked", "Asked by mail"
        BOUNCED = "bounced", "The address does not exist"
        COMPLAINED = "complained", "Called it spam"

    digest = models.CharField(max_length=64)
    purpose = models.CharField(max_length=10, blank=True, choices=Consent.Purpose)
    reason = models.CharField(max_length=12, choices=Reason)
    evidence = models.CharField(max_length=200, blank=True)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "purpose"], name="suppression_once")]

    def __str__(self) -> str:
        return f"{self.purpose or 'all'}: {self.reason}"


class OutgoingMail(models.Model):
    """A letter that must not get lost: written with the change it tells of, sent after the commit.

    Its words are dropped once it is sent; they may hold a link that opens a door.
    """

    class State(models.TextChoices):
        """How far it came."""

        WAITING = "waiting", "Waiting"
        SENDING = "sending", "On its way"
        SENT = "sent", "Sent"
        FAILED = "failed", "Given up"
        UNWANTED = "unwanted", "No longer wanted"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=10, blank=True, choices=Consent.Purpose)
    kind = models.CharField(max_length=40)
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(db_default=Now())
    trouble = models.CharField(max_length=200, blank=True)
    written_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=models.Q(state__in=["waiting", "sending"]), name="mail_under_way"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(purpose="", user=None) | (~models.Q(purpose="") & models.Q(user__isnull=False)),
                name="promotion_has_its_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
