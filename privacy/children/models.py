"""What we keep of a report about a child, and of a parent's consent.

Neither holds a word about the child. While a report is open it names a sign-in or a contact by its public id; in the
end that goes, too. The words of the report are those of its ticket, which are deleted when it is closed.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from privacy.support_access.models import Ticket

LOOK_WITHIN = timedelta(hours=24)
DECIDE_WITHIN = timedelta(days=14)


class ChildReport(models.Model):
    """One report: what was frozen, what was found and by whom, and how it ended."""

    class Person(models.TextChoices):
        """As whom the child may be here."""

        USER = "user", "A sign-in"
        CONTACT = "contact", "A firm’s contact"

    class Finding(models.TextChoices):
        """What we found out."""

        CHILD = "child", "It is a child under 13"
        NOT_CHILD = "not_child", "It is not a child under 13"
        UNKNOWN = "unknown", "We can’t tell yet"
        NOTHING = "nothing", "We hold nothing of the kind"

    class Ground(models.TextChoices):
        """How we know: a word of a list, so that it tells nothing of the child."""

        PARENT = "parent", "A parent or guardian says so"
        SCHOOL = "school", "A school says so"
        FIRM = "firm", "The firm that keeps the data says so"
        PERSON = "person", "The person showed it"
        DATA = "data", "It follows from what is kept"
        SEARCHED = "searched", "We searched by what the report says"

    class Outcome(models.TextChoices):
        """How it ended."""

        ERASED = "erased", "Erased"
        ALLOWED = "allowed", "Kept, with a parent’s consent"
        LIFTED = "lifted", "Not a child: used again"
        NOTHING = "nothing", "Nothing was held"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="child_report")
    arrived_at = models.DateTimeField(default=timezone.now)
    person = models.CharField(max_length=7, choices=Person, blank=True)
    person_ref = models.UUIDField(null=True, blank=True, editable=False)  # emptied in the end
    firm_ref = models.UUIDField(null=True, blank=True, editable=False)  # of a contact; emptied in the end
    frozen_at = models.DateTimeField(null=True, blank=True)
    has_shut = models.BooleanField(db_default=False, default=False)  # the sign-in was open before
    finding = models.CharField(max_length=9, choices=Finding, blank=True)
    ground = models.CharField(max_length=8, choices=Ground, blank=True)
    found_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=7, choices=Outcome, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=300, blank=True)  # why the erasing waits
    certificate = models.UUIDField(null=True, blank=True, editable=False)  # of the erasing, which names nobody
    rung = models.PositiveSmallIntegerField(default=0)  # how many of the two clocks rang
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["arrived_at"], condition=Q(closed_at=None), name="childreport_open")]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("found_by")),
                name="childreport_takes_two",
                violation_error_message="Somebody else must confirm this.",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | (~Q(outcome="") & Q(person_ref=None, firm_ref=None)),
                name="childreport_ends_without_a_name",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ticket)

    @property
    def look_by(self) -> datetime:
        """Until when somebody has to have looked."""
        return self.arrived_at + LOOK_WITHIN

    @property
    def decide_by(self) -> datetime:
        """Until when it has to be decided."""
        return self.arrived_at + DECIDE_WITHIN

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_frozen(self) -> bool:
        return self.frozen_at is not None and self.is_open

    @property
    def waits_for_second(self) -> bool:
        """Something was found, and somebody else has to confirm it."""
        return self.is_open and not self.outcome and self.finding not in ("", self.Finding.UNKNOWN)

    @property
    def is_late(self) -> bool:
        now = timezone.now()
        return self.is_open and (now > self.decide_by or (not self.finding and now > self.look_by))


class ParentalConsent(models.Model):
    """A parent’s verified word that a child’s data may stay: who, how we know, since when, and until when."""

    class Way(models.TextChoices):
        """How the parent was verified: the ways that the law on children’s privacy lists."""

        SIGNED = "signed", "A signed form, by post or as a scan"
        CALL = "call", "A telephone call with trained staff"
        VIDEO = "video", "A video conference with trained staff"
        DOCUMENT = "document", "An official document, compared and deleted"
        PAYMENT = "payment", "A payment that tells the holder of the card"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    report = models.ForeignKey(ChildReport, null=True, on_delete=models.SET_NULL, related_name="consents")
    person = models.CharField(max_length=7, choices=ChildReport.Person)
    person_ref = models.UUIDField(null=True, editable=False)  # emptied once that is erased
    firm_ref = models.UUIDField(null=True, editable=False)
    parent_name = models.CharField("parent’s name", max_length=160)
    parent_email = models.EmailField("parent’s e-mail")
    way = models.CharField("how they were verified", max_length=8, choices=Way)
    verified_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)
    holds_since = models.DateTimeField(null=True, blank=True)  # confirmed by a second one of us
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    allows_sale = models.BooleanField(default=False, editable=False)

    class Meta:
        indexes = [models.Index(fields=["person_ref"], name="parentalconsent_by_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(allows_sale=False),
                name="parentalconsent_never_to_a_sale",
                violation_error_message="Nothing of a child is ever sold.",
            )
        ]

    def __str__(self) -> str:
        return f"parent’s consent of {self.given_at:%Y-%m-%d}"

    @property
    def holds(self) -> bool:
        return self.holds_since is not None and self.withdrawn_at is None
