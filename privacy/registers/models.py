"""The registers that live: what was disclosed, what went wrong, what firms were told, what figures were published.

They are the operator's own records. They name authorities, firms and staff, and nobody else.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User

AUTHORITY_HOURS = timedelta(hours=72)  # GDPR, article 33
NOTICE_DAYS = 30


class Disclosure(models.Model):
    """Something about people that somebody outside asked for, and what became of it: one register for all (98)."""

    class Kind(models.TextChoices):
        """Why anything may be disclosed at all. Selling is none of them."""

        LEGAL = "legal", "Court order, subpoena or other legal process"
        CALECPA = "calecpa", "Order under California’s Electronic Communications Privacy Act"
        EMERGENCY = "emergency", "Danger to somebody’s safety"
        FRAUD = "fraud", "Fraud or a breach of the terms"

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", "Being examined"
        REFUSED = "refused", "Refused"
        APPROVED = "approved", "Waits for a second person"
        RELEASED = "released", "Released"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    authority = models.CharField("who asks", max_length=200)
    country = models.CharField(max_length=2)
    instrument = models.CharField("with what", max_length=200, help_text="The order or the law, with its number.")
    scope = models.TextField("what they ask for", max_length=2000, help_text="No person’s name.")
    firm = models.SlugField("which firm", blank=True, help_text="Its short name, or empty.")
    received_at = models.DateTimeField("came in", default=timezone.now)
    gag_until = models.DateField("the firm may not be told before", null=True, blank=True)
    decision = models.TextField("why", max_length=2000, blank=True)
    released = models.TextField("what was handed over", max_length=2000, blank=True)
    first = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField("the firm was told", null=True)
    reviewed_at = models.DateTimeField("examined afterwards", null=True)

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(released_at=None)
                | Q(first__isnull=False, second__isnull=False, state="released") & ~Q(first=F("second")),
                name="disclosure_by_two_people",
                violation_error_message="Nothing leaves the house by one person’s hand.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.authority}"

    @property
    def may_be_told(self) -> bool:
        """Whether nothing forbids to tell the firm."""
        return self.gag_until is None or self.gag_until <= timezone.now().date()


class Incident(models.Model):
    """Something that went wrong with personal data, or nearly: facts, effects, remedy, and who was told when (81)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=160)
    facts = models.TextField("what happened", max_length=4000)
    effects = models.TextField("what it means for people", max_length=4000)
    remedy = models.TextField("what we did about it", max_length=4000, blank=True)
    noticed_at = models.DateTimeField("noticed", default=timezone.now)
    is_risk = models.BooleanField("people are at risk: the authority has to know", default=True)
    authority_told_at = models.DateTimeField("the authority was told", null=True, blank=True)
    told_at = models.DateTimeField("firms were told", null=True, editable=False)
    closed_at = models.DateTimeField("over", null=True, blank=True)

    class Meta:
        ordering = ["-noticed_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def authority_due_at(self) -> datetime | None:
        """Until when the authority has to know; None where nobody is at risk or it does."""
        return self.noticed_at + AUTHORITY_HOURS if self.is_risk and not self.authority_told_at else None

    @property
    def is_overdue(self) -> bool:
        due = self.authority_due_at
        return due is not None and due < timezone.now()


class BusinessTransfer(models.Model):
    """That our business goes to somebody else: told to every firm first, with time to take everything along (92)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    successor = models.CharField("to whom", max_length=200)
    country = models.CharField(max_length=2)
    passes = models.TextField("what passes over", max_length=4000)
    announced_on = models.DateField(default=timezone.localdate, editable=False)
    happens_on = models.DateField("on which day", help_text=f"{NOTICE_DAYS} days from now, or later.")

    class Meta:
        ordering = ["-happens_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(happens_on__gte=F("announced_on") + timedelta(days=NOTICE_DAYS)),
                name="transfer_is_told_in_time",
                violation_error_message=f"Firms are told {NOTICE_DAYS} days before.",
            )
        ]

    def __str__(self) -> str:
        return self.successor


class Release(models.Model):
    """Figures that we published: what about, counted how, and their hash, so that they can be made again (91)."""

    title = models.CharField(max_length=160)
    period = models.CharField(max_length=60)
    method = models.TextField(max_length=2000)
    figures = models.JSONField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-published_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.title}, {self.period}"


class Announcement(models.Model):
    """Something that every firm has to hear from us. Its letters are written in one transaction, once."""

    key = models.CharField(max_length=80, unique=True)
    title = models.CharField(max_length=160)
    words = models.TextField(max_length=4000)
    path = models.CharField(max_length=200)
    made_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True)
    letters = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.title
