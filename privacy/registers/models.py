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
MOST_DAYS = 31  # of a log in one extract


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


class LogExtract(models.Model):
    """The part of our logs that a case asks for: fixed before anybody agrees, drawn after two of us did (50)."""

    class Log(models.TextChoices):
        """Which log."""

        VISITS = "visits", "Pages that were looked at"
        SIGN_INS = "sign_ins", "Sign-ins"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Disclosure, on_delete=models.PROTECT, related_name="extracts")
    log = models.CharField("which log", max_length=8, choices=Log)
    ip = models.GenericIPAddressField("of which network address")
    since = models.DateTimeField("from")
    until = models.DateTimeField("to")
    scoped_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    scoped_at = models.DateTimeField(default=timezone.now)
    drawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("since")) & Q(until__lte=F("since") + timedelta(days=MOST_DAYS)),
                name="extract_is_narrow",
                violation_error_message=f"Say from when to when, {MOST_DAYS} days at most.",
            ),
            models.CheckConstraint(
                condition=Q(drawn_at=None) | Q(drawn_by__isnull=False), name="extract_is_drawn_by_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_log_display()} from {self.ip}"


class Misuse(models.Model):
    """Fraud or a breach of the terms: a case, at most a suspension with a reason, an appeal to somebody else (87)."""

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", "Being examined"
        DISMISSED = "dismissed", "Nothing of it"
        SUSPENDED = "suspended", "Account is read-only"
        APPEALED = "appealed", "The firm appealed"
        UPHELD = "upheld", "Stays so after the appeal"
        LIFTED = "lifted", "Lifted"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    firm = models.SlugField("which firm", help_text="Its short name.")
    reason = models.TextField(
        "why", max_length=1000, help_text="The firm reads this: what happened, and which rule it broke."
    )
    evidence = models.TextField("how we know", max_length=2000, help_text="Stays with us. No person’s name.")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN, editable=False)
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    first = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    ends_at = models.DateTimeField(null=True, editable=False)
    appeal = models.TextField(max_length=4000, blank=True, editable=False)
    appealed_at = models.DateTimeField(null=True, editable=False)
    second = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    answer = models.TextField(max_length=1000, blank=True, editable=False)
    answered_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(second__isnull=False) & ~Q(first=F("second")),
                name="appeal_is_heard_by_somebody_else",
                violation_error_message="Whoever suspended it does not answer the appeal.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.firm}, {self.opened_at:%Y-%m-%d}"


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
    """Figures that we give away: what about, of which days, and what was counted, so that they can be made again (91).

    ``tally`` is what was counted and leaves the house never; ``figures`` is what may be said of it.
    """

    class Topic(models.TextChoices):
        """What such figures may be about: these four and nothing else (90)."""

        CUSTOMERS = "customers", "Customers"
        SALES = "sales", "Sales"
        TRAFFIC = "traffic", "Traffic"
        SITE = "site", "The site"

    class Purpose(models.TextChoices):
        """What they are made for. For research only those are counted who said yes to it (143)."""

        STATISTICS = "statistics", "Statistics for everybody"
        RESEARCH = "research", "Research"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    topic = models.CharField("what about", max_length=9, choices=Topic)
    purpose = models.CharField("what for", max_length=10, choices=Purpose, default=Purpose.STATISTICS)
    since = models.DateField("from")
    until = models.DateField("to")
    version = models.PositiveSmallIntegerField(default=1, editable=False)
    method = models.TextField(max_length=2000, editable=False)
    tally = models.JSONField(editable=False)
    figures = models.JSONField(editable=False)
    digest = models.CharField(max_length=64, editable=False)
    first = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    second = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(first__isnull=False, second__isnull=False) & ~Q(first=F("second")),
                name="release_by_two_people",
                violation_error_message="Figures leave the house by two people’s hands.",
            ),
            models.UniqueConstraint(
                fields=["topic", "purpose", "since", "until", "version"], name="release_once_a_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_topic_display()}, {self.since} to {self.until}, version {self.version}"

    @property
    def series(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """The figures in order: the largest first, what is hidden together last."""
        return [
            (name, sorted(cells.items(), key=lambda cell: (cell[0] == "", -cell[1], cell[0])))
            for name, cells in sorted(self.figures.items())
        ]


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
