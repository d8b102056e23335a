"""Letters, and who wants or refuses which."""

from __future__ import annotations

import uuid

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models.accounts import Account
from accounts.models.users import User


class Consent(models.Model):
    """A person's yes or no to one use of their data, with the words they saw: an event that only another one follows.

    Together they are the ledger of consents (ISO/IEC TS 27560). The app may add to it and never change it.
    """

    class Purpose(models.TextChoices):
        """Mail that comes only to those who asked for it; the words stand on the forms."""

        UPDATES = "updates", "What is new in Candor, about monthly"
        NEWS = "news", "News about the service and the company"
        TIPS = "tips", "Tips for the first two weeks"
        OFFERS = "offers", "Offers of our partners"

    class Further(models.TextChoices):
        """What else nobody does without being asked. Nothing of it is done today; a no may stand here all the same."""

        RESEARCH = "research", "Research in the public interest with what is kept about me"
        SHARING = "sharing", "Selling my data, or sharing it for advertising"

    class Method(models.TextChoices):
        """What the person did."""

        FORM = "form", "Chose it on a form"
        CLICK = "click", "One click"
        ASKED = "asked", "Told us"

    public_id = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=10, choices=[*Purpose.choices, *Further.choices])
    is_given = models.BooleanField()
    wording = models.CharField(max_length=200)
    notice_version = models.DateField(null=True, blank=True)  # of the privacy policy that stood beside the words
    source = models.CharField(max_length=60)
    method = models.CharField(max_length=5, choices=Method, default=Method.FORM, db_default=Method.FORM)
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
