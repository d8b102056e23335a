"""What staff may look at, and what they did: a grant, the steps it took, each look, and who checked it afterwards.

Global tables, as requests are: staff enter no account, and their lists of what is granted and of what waits for a
second pair of eyes go over all of them. Grants and steps are written once; ``app`` may not change them, so nothing
that was allowed can be widened. What is true now follows from the steps and the database's own clock.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from functools import cached_property
from types import SimpleNamespace

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Account, User
from audit.models import ClockTimestamp
from privacy.support_access.models.requests import Ticket
from tenancy.models import VersionedModel

MOST_RECORDS = 20
ANSWERED_WITHIN = timedelta(hours=12)
TAKEN_WITHIN = timedelta(hours=24)
MINUTES, MOST_MINUTES, EMERGENCY_MINUTES = 60, 24 * 60, 30
OVER_AFTER = ANSWERED_WITHIN + TAKEN_WITHIN + timedelta(minutes=MOST_MINUTES)  # whatever became of it


class UnknownRecord:
    """A record by its kind and id alone: it is gone, or never was. Can stand in the log in the record's place."""

    def __init__(self, kind: str, public_id: uuid.UUID) -> None:
        self._meta = SimpleNamespace(label_lower=kind)
        self.public_id = public_id

    def __str__(self) -> str:
        return f"{self._meta.label_lower.rpartition('.')[2]} {str(self.public_id)[:8]}"


class SupportSettings(VersionedModel):
    """What the firm decided about looks: one row, made when it is first changed. ``current_policy()`` reads it."""

    class Policy(models.TextChoices):
        """What becomes of a wish to look at a record."""

        NEVER = "never", "Never: nobody of Candor looks at a record"
        ASK = "ask", "Ask us each time"
        TICKETS = "tickets", "Allow it, masked, for the person who works on an open request of ours"

    policy = models.CharField(max_length=7, choices=Policy, default=Policy.ASK)

    class Meta(VersionedModel.Meta):
        verbose_name_plural = "support settings"
        constraints = [models.UniqueConstraint(fields=["account"], name="supportsettings_one_an_account")]

    def __str__(self) -> str:
        return "what support may see"

    @classmethod
    def current_policy(cls) -> SupportSettings.Policy:
        row = cls.objects.first()
        return cls.Policy(row.policy) if row else cls.Policy.ASK


class Grant(models.Model):
    """A wish to look at some records for one request, and what it asks for. Never changed: more is another grant."""

    class Origin(models.TextChoices):
        """Who began it."""

        FIRM = "firm", "Offered by the firm"
        STAFF = "staff", "Asked for by support"
        EMERGENCY = "emergency", "An emergency"

    class Code(models.TextChoices):
        """The only reasons for which nobody is asked first."""

        SECURITY = "security", "A security incident"
        LIFE = "life", "Somebody’s life is in danger"
        LEGAL = "legal", "An order by a court or an authority"

    class State(models.TextChoices):
        """Where it stands."""

        ASKED = "asked", "Waits for an answer"
        OFFERED = "offered", "Waits for support"
        OPEN = "open", "Open"
        REFUSED = "refused", "Refused"
        LAPSED = "lapsed", "Nobody answered in time"
        ENDED = "ended", "Over"
        REVOKED = "revoked", "Taken back"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="grants")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    origin = models.CharField(max_length=9, choices=Origin)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    records = ArrayField(models.CharField(max_length=90))  # "crm.contact/<public id>"
    unmasked = ArrayField(models.CharField(max_length=90), default=list)  # "crm.contact.email"
    minutes = models.PositiveSmallIntegerField(default=MINUTES)
    reason = models.CharField(max_length=300)
    code = models.CharField(max_length=8, choices=Code, blank=True)
    asked_at = models.DateTimeField(db_default=ClockTimestamp())

    class Meta:
        indexes = [models.Index(fields=["account", "-asked_at"], name="grant_of_account")]
        constraints = [
            models.CheckConstraint(condition=Q(records__len__range=(1, MOST_RECORDS)), name="grant_names_some_records"),
            models.CheckConstraint(condition=Q(minutes__range=(1, MOST_MINUTES)), name="grant_ends_within_a_day"),
            models.CheckConstraint(
                condition=Q(origin="firm", staff=None, code="")
                | Q(origin="staff", staff__isnull=False, code="")
                | (Q(origin="emergency", staff__isnull=False, minutes__lte=EMERGENCY_MINUTES) & ~Q(code="")),
                name="grant_is_for_one_of_staff",
            ),
        ]

    def __str__(self) -> str:
        return f"access for {self.ticket}"

    @property
    def basis(self) -> str:
        """On what legal ground (74)."""
        if self.origin != self.Origin.EMERGENCY:
            return "Legitimate interest: customer support"
        return "Legal obligation" if self.code == self.Code.LEGAL else "Legitimate interest: security"

    # What became of it.

    @cached_property
    def _steps(self) -> dict[str, GrantStep]:
        return {step.kind: step for step in self.steps.all()}

    @property
    def decision(self) -> GrantStep | None:
        return self._steps.get("allowed") or self._steps.get("refused")

    @property
    def ending(self) -> GrantStep | None:
        return self._steps.get("ended")

    @property
    def looker(self) -> User | None:
        """Who of staff may look; None as long as nobody took the offer."""
        taken = self._steps.get("taken")
        return self.staff or (taken.by if taken else None)

    @property
    def involved(self) -> set[int]:
        """Who asked, allowed or could look: none of them checks it afterwards."""
        steps = [step.by_id for step in self._steps.values() if step.by_id and step.kind in ("allowed", "taken")]
        return {*steps, self.asked_by_id, *([self.staff_id] if self.staff_id else [])}

    @property
    def began_at(self) -> datetime | None:
        allowed = self._steps.get("allowed")
        begins = self._steps.get("taken") if self.origin == self.Origin.FIRM else allowed
        return begins.at if allowed and begins else None

    @property
    def ends_at(self) -> datetime | None:
        """When its time is over; it may end before."""
        allowed = self._steps.get("allowed")
        return self.began_at + timedelta(minutes=allowed.minutes or 0) if self.began_at and allowed else None

    @property
    def granted(self) -> list[str]:
        """The records that may be looked at: what was ticked, of what was asked."""
        allowed = self._steps.get("allowed")
        return allowed.records if allowed else []

    @property
    def lifted(self) -> list[str]:
        """The fields that are shown in full."""
        allowed = self._steps.get("allowed")
        return allowed.unmasked if allowed else []

    @property
    def state(self) -> State:
        return self.state_at(timezone.now())

    def state_at(self, now: datetime) -> State:
        """The same rules as ``read_record``'s, which alone opens anything."""
        if self.ending:
            return self.State.REVOKED if self.ending.because == GrantStep.Because.REVOKED else self.State.ENDED
        if self.decision is None:
            is_late = now > self.asked_at + ANSWERED_WITHIN
            return self.State.LAPSED if is_late or self.ticket.is_closed else self.State.ASKED
        if self.decision.kind == GrantStep.Kind.REFUSED:
            return self.State.REFUSED
        if self.ends_at is None:
            is_late = now > self.decision.at + TAKEN_WITHIN
            return self.State.LAPSED if is_late or self.ticket.is_closed else self.State.OFFERED
        return self.State.ENDED if now >= self.ends_at or self.ticket.is_closed else self.State.OPEN

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_under_way(self) -> bool:
        """Whether somebody may still answer it, take it up or look."""
        return self.state in (self.State.ASKED, self.State.OFFERED, self.State.OPEN)


class GrantStep(models.Model):
    """One thing that became of a grant. Each kind once, and one answer: two people can't both decide."""

    class Kind(models.TextChoices):
        """What."""

        ALLOWED = "allowed", "Allowed"
        REFUSED = "refused", "Refused"
        TAKEN = "taken", "Taken up"
        ENDED = "ended", "Ended"

    class How(models.TextChoices):
        """Who had the right to allow it, and how they proved it."""

        PROVEN = "proven", "by a member who had just proven who they are"
        PRESSED = "pressed", "by the member who asked for help"
        POLICY = "policy", "by what the firm had decided for open requests"
        SECOND = "second", "by a second member of staff"

    class Because(models.TextChoices):
        """Why it ended before its time."""

        REVOKED = "revoked", "The firm took it back"
        CLOSED = "closed", "The request was closed"
        DONE = "done", "Support was done"
        NEVER = "never", "The firm decided that nobody looks"
        ACCOUNT = "account", "The account is being closed"
        RESTORED = "restore", "A backup was put back"

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=7, choices=Kind)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=ClockTimestamp())
    how = models.CharField(max_length=7, choices=How, blank=True)
    because = models.CharField(max_length=7, choices=Because, blank=True)
    records = ArrayField(models.CharField(max_length=90), default=list)
    unmasked = ArrayField(models.CharField(max_length=90), default=list)
    minutes = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["grant", "kind"], name="grantstep_once"),
            models.UniqueConstraint(
                fields=["grant"], condition=Q(kind__in=["allowed", "refused"]), name="grantstep_one_answer"
            ),
            models.CheckConstraint(
                condition=~Q(kind="allowed")
                | (Q(minutes__range=(1, MOST_MINUTES), records__len__range=(1, MOST_RECORDS)) & ~Q(how="")),
                name="grantstep_allowed_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.grant_id}"


class Look(models.Model):
    """One use of a grant: one record, opened once. The account's sealed log tells the same."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="looks")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    staff = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    record = models.CharField(max_length=90, editable=False)  # as in Grant.records
    event = models.UUIDField(unique=True)  # look.opened in the account's log: no reading before it is committed
    opened_at = models.DateTimeField(db_default=ClockTimestamp())
    seen_at = models.DateTimeField(null=True)  # the page asked whether it may stay
    shown_at = models.DateTimeField(null=True)
    shown_hash = models.CharField(max_length=64, blank=True, editable=False)
    unmasked = ArrayField(models.CharField(max_length=90), default=list)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "record", "-opened_at"], name="look_at_record"),
            models.Index(fields=["account", "-opened_at", "-id"], name="look_latest"),
        ]

    def __str__(self) -> str:
        return f"look at {self.record}"

    @property
    def kind(self) -> str:
        return self.record.partition("/")[0]

    @property
    def seconds(self) -> int | None:
        """How long it lasted; None while it lasts."""
        return round((self.closed_at - self.opened_at).total_seconds()) if self.closed_at else None


class Review(models.Model):
    """That a second person checked afterwards what a grant was used for."""

    class Verdict(models.TextChoices):
        """What they found."""

        FINE = "fine", "Fine"
        FLAGGED = "flagged", "Not as it should be"

    grant = models.OneToOneField(Grant, on_delete=models.CASCADE, related_name="review")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=7, choices=Verdict)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(verdict="fine") | ~Q(note=""), name="review_flag_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict}: {self.grant_id}"


class Suggestion(models.Model):
    """A new value that staff propose for a field they were shown. The firm applies it, or does not."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    look = models.ForeignKey(Look, on_delete=models.CASCADE, related_name="suggestions")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    field = models.CharField(max_length=60, editable=False)
    value = models.CharField(max_length=2000, blank=True)
    why = models.CharField(max_length=300)
    suggested_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    was_applied = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, was_applied=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False, was_applied__isnull=False),
                name="suggestion_decided_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"suggestion for {self.look.record}"


class Mask(models.Model):
    """How a column is shown in a look, as the data map says: filled by ``migrate``, read by ``read_record`` alone.

    A column without a row is hidden.
    """

    kind = models.CharField(max_length=60, editable=False)
    table = models.CharField(max_length=63, editable=False)
    column = models.CharField(max_length=63, editable=False)
    how = models.CharField(max_length=8, editable=False)
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "column"], name="mask_one_a_column")]

    def __str__(self) -> str:
        return f"{self.kind}.{self.column}: {self.how}"
