"""Requests about somebody's own data.

``RightsRequest`` is one that reached us. It stands outside the fence, since a stranger's belongs to no account, and
holds no key of a person or an account: as a record it outlives both. ``FirmRequest`` is one that a firm must answer,
because it decides about the data; it is the firm's own row. Both have the same clock (``Asked``).
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from crm.models import Contact
from privacy.rights import clocks, exceptions, working_days
from privacy.rights.clocks import Group, Regime, Rule
from tenancy.models import VersionedModel


class Kind(models.TextChoices):
    """What somebody asks for."""

    ACCESS = "access", "See what is kept about me"
    CATEGORIES = "categories", "Know which kinds of data are kept, from where, for what, and who gets them"
    CORRECT = "correct", "Have something corrected"
    DELETE = "delete", "Have my data deleted"
    COPY = "copy", "Take my data along in a form that programs read"
    OBJECT = "object", "Object to a use of my data"
    RESTRICT = "restrict", "Have my data kept and not used"
    WITHDRAW = "withdraw", "Take back a consent"
    OPT_OUT = "opt_out", "Keep my data from being sold or shared"
    COMPLAINT = "complaint", "Complain about how my data is handled"

    @property
    def group(self) -> Group:
        return {Kind.OPT_OUT: Group.OPT_OUT, Kind.COMPLAINT: Group.COMPLAINT}.get(self, Group.ANSWER)

    @property
    def points_needed(self) -> int:
        """How many things must fit before somebody without a sign-in is answered (130)."""
        if self in (Kind.ACCESS, Kind.COPY, Kind.DELETE, Kind.CORRECT):
            return 3
        return 2 if self is Kind.CATEGORIES else 0

    @property
    def stops(self) -> bool:
        """Whether a use ends at once, and what is decided later is only whether it may begin again."""
        return self in (Kind.OBJECT, Kind.RESTRICT, Kind.WITHDRAW, Kind.OPT_OUT)

    @property
    def concerns_others(self) -> bool:
        """Whether all who were given the data must hear what became of it (GDPR Art. 19)."""
        return self in (Kind.CORRECT, Kind.DELETE, Kind.RESTRICT)

    @property
    def hands_over(self) -> bool:
        """Whether the answer holds data."""
        return self in (Kind.ACCESS, Kind.CATEGORIES, Kind.COPY)


class Channel(models.TextChoices):
    """How it reached whoever answers."""

    APP = "app", "From the app"
    FORM = "form", "By the public form"
    MAIL = "mail", "By e-mail"
    LETTER = "letter", "By post"
    CALL = "call", "By telephone"
    FORWARDED = "forwarded", "Passed on by Candor"


class Decision(models.TextChoices):
    """How it ended."""

    FULL = "full", "Done"
    PARTIAL = "partial", "Done in part"
    REFUSED = "refused", "Refused"
    FORWARDED = "forwarded", "Passed on to the firm"
    WITHDRAWN = "withdrawn", "Not pursued"


class Part(models.TextChoices):
    """What somebody wants corrected."""

    FIRST_NAME = "first_name", "First name"
    LAST_NAME = "last_name", "Last name"
    EMAIL = "email", "E-mail"
    PHONE = "phone", "Telephone"
    TITLE = "title", "Title or position"
    WEBSITE = "website", "Website"
    STREET = "street", "Street and number"
    POSTAL_CODE = "postal_code", "Postal code"
    CITY = "city", "City"
    OTHER = "other", "Something else"


class Asked(models.Model):
    """What both have in common: who asks for what, and the clock."""

    kind = models.CharField("what you ask for", max_length=12, choices=Kind)
    channel = models.CharField("how it came", max_length=10, choices=Channel)
    country = models.CharField(max_length=2, blank=True)
    name = models.CharField(max_length=160, blank=True)
    email = models.EmailField("e-mail", blank=True)
    words = models.TextField("in their words", blank=True)
    part = models.CharField("what is wrong", max_length=12, blank=True, db_default="", choices=Part)
    old_value = models.CharField("what stands there", max_length=300, blank=True, db_default="")
    new_value = models.CharField("what it should be", max_length=300, blank=True, db_default="")
    arrived_at = models.DateTimeField(default=timezone.now)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    extended_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_days = models.PositiveSmallIntegerField(default=0)
    alarmed = models.PositiveSmallIntegerField(default=0)  # the last share of its time, in percent, that rang
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    exceptions = models.JSONField(default=list, blank=True)  # [{"code", "what", "evidence"}], see exceptions.py
    answer = models.TextField(blank=True)
    told = models.TextField("who else was told", blank=True, db_default="")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def what(self) -> Kind:
        return Kind(self.kind)

    @property
    def zone(self) -> ZoneInfo:
        """Where whoever answers keeps their days."""
        return ZoneInfo(settings.TIME_ZONE)

    @property
    def regime(self) -> Regime:
        return clocks.regime_of(self.country)

    @property
    def rule(self) -> Rule:
        return clocks.RULES[self.regime, self.what.group]

    @property
    def due_on(self) -> date:
        """The last day for an answer."""
        rule = self.rule
        term = rule.longest if self.extended_at and rule.longest else rule.answer
        return self._last_day(term, rolls=rule.rolls, paused=self.days_paused)

    @property
    def first_due_on(self) -> date:
        """The last day for an answer, or for word that it takes longer."""
        return self._last_day(self.rule.answer, rolls=self.rule.rolls, paused=self.days_paused)

    @property
    def acknowledge_by(self) -> date | None:
        """The last day for saying that it arrived, where the law names one."""
        return self._last_day(self.rule.acknowledge) if self.rule.acknowledge else None

    @property
    def due_at(self) -> datetime:
        return clocks.end_of(self.due_on, self.zone)

    @property
    def days_paused(self) -> int:
        """How many days did not count, those of a pause that lasts included."""
        if not self.paused_at:
            return self.paused_days
        return self.paused_days + (timezone.now() - self.paused_at).days

    @property
    def percent(self) -> int:
        """How much of the time is gone."""
        return int(100 * clocks.share_passed(self.arrived_at, self.due_at, self.closed_at or timezone.now()))

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_overdue(self) -> bool:
        return self.is_open and timezone.now() >= self.due_at

    @property
    def may_be_extended(self) -> bool:
        in_time = timezone.now() < clocks.end_of(self.first_due_on, self.zone)
        return self.is_open and self.extended_at is None and self.rule.longest is not None and in_time

    @property
    def not_done(self) -> list[tuple[str, str, str]]:
        """What was refused, why, and what shows it."""
        return [(each["what"], exceptions.label(each["code"]), each["evidence"]) for each in self.exceptions]

    def _last_day(self, term: clocks.Term, **more: Any) -> date:
        arrived = clocks.day_of(self.arrived_at, self.zone)
        return clocks.last_day(arrived, term, working_days.of(self.regime, self.country), **more)


class RightsRequest(Asked):
    """A request that reached us. After its end words, name and address go; what stays is the record of 24 months."""

    class Population(models.TextChoices):
        """Who asks: it decides who answers (97)."""

        HOLDER = "holder", "I sign in to Candor, visited its pages or wrote to you"
        FIRM = "firm", "A firm that works with Candor has my data"

    class Identity(models.TextChoices):
        """How we know who asks. A duplicate never changes it."""

        UNKNOWN = "unknown", "Not known"
        MAILBOX = "mailbox", "Reads the address"
        POINTS = "points", "What they told us fits what we hold"
        SIGN_IN = "sign_in", "Signed in, and proved it again"
        FAILED = "failed", "Could not be confirmed"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.PositiveIntegerField(unique=True, editable=False)
    population = models.CharField("who asks", max_length=8, choices=Population)
    firm = models.CharField("which firm", max_length=120, blank=True)
    identity = models.CharField(max_length=8, choices=Identity, default=Identity.UNKNOWN)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    user_ref = models.UUIDField(null=True, blank=True)  # whom it is about, once that is known
    firm_ref = models.UUIDField(null=True, blank=True)  # to which firm it was passed on
    mark = models.CharField(max_length=40, blank=True)  # the address's keyed hash: tries are counted by it
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    appeal_of = models.PositiveIntegerField(null=True, blank=True, editable=False)  # the number whose answer it doubts
    restricted_at = models.DateTimeField(null=True, blank=True)  # when this very wish stopped the use of their data
    forgotten_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["number"], condition=Q(closed_at=None), name="rightsrequest_open"),
            models.Index(fields=["mark", "kind"], name="rightsrequest_by_address"),
            models.Index(fields=["user_ref"], name="rightsrequest_by_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None) | ~Q(decision=""),
                name="rightsrequest_ends_with_a_decision",
                violation_error_message="Say how it ended.",
            ),
            models.CheckConstraint(
                condition=~Q(population="firm", decision__in=["full", "partial"]),
                name="rightsrequest_of_a_firm_is_not_ours",
                violation_error_message="The firm decides about this data: pass it on.",
            ),
        ]

    def __str__(self) -> str:
        return f"R-{self.number}"

    @property
    def forward_by(self) -> date:
        """The last day for passing it on to the firm."""
        return self._last_day(clocks.FORWARD)

    @property
    def waits_for_the_firm(self) -> bool:
        return self.is_open and self.population == self.Population.FIRM

    @property
    def may_be_doubted(self) -> bool:
        """Whether somebody else among us looks at our answer again, if the person wants it: once."""
        return self.decision in (Decision.PARTIAL, Decision.REFUSED) and self.appeal_of is None

    @property
    def is_identified(self) -> bool:
        """Whether enough is known of who asks to do what they ask."""
        if not self.what.points_needed:
            return self.confirmed_at is not None
        return self.identity in (self.Identity.POINTS, self.Identity.SIGN_IN)


class Step(models.Model):
    """One thing that happened to a request: written once, and without any word of theirs."""

    request = models.ForeignKey(RightsRequest, on_delete=models.CASCADE, related_name="steps")
    what = models.CharField(max_length=200)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.what


class Comparison(models.Model):
    """One try to say who one is: which points fitted, and never what was typed. Goes 30 days after the end."""

    request = models.ForeignKey(RightsRequest, on_delete=models.CASCADE, related_name="comparisons")
    mark = models.CharField(max_length=40)
    fitted = models.JSONField()  # {"phone": true, "city": false}
    passed = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["mark", "-at"], name="comparison_tries")]

    def __str__(self) -> str:
        return "fits" if self.passed else "does not fit"


class Agent(models.Model):
    """Somebody who asks for another: what lets them, for how long, and whether the other one said so, too."""

    request = models.OneToOneField(RightsRequest, on_delete=models.CASCADE, related_name="agent")
    name = models.CharField("agent’s name", max_length=160)
    email = models.EmailField("agent’s e-mail")
    signed_by = models.CharField("signed by", max_length=160)
    signed_on = models.DateField("signed on")
    expires_on = models.DateField("valid until")
    scope = models.CharField("what it allows", max_length=300)
    digest = models.CharField(max_length=64)  # SHA-256 of the signed permission
    permission = models.TextField(blank=True)  # the very file, sealed
    confirmed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def allows(self) -> str:
        """What the permission allows, in words."""
        return ", ".join(Kind(each).label for each in self.scope.split(",") if each in Kind)

    @property
    def is_expired(self) -> bool:
        return self.expires_on < timezone.localdate()

    @property
    def may_act(self) -> bool:
        """The person confirmed it directly, and the permission still holds."""
        return self.confirmed_at is not None and not self.is_expired


class FirmRequest(VersionedModel, Asked):
    """A request that this firm must answer: passed on by us, or entered by the firm itself."""

    contact_ref = models.UUIDField(null=True, blank=True, editable=False)  # whom it is about; no key: it outlives them
    person_ref = models.UUIDField(null=True, blank=True, editable=False)  # the member who asks
    origin = models.PositiveIntegerField(null=True, blank=True, editable=False)  # our number of it

    belongs_to = None  # whoever answers for privacy in the firm

    class Meta(VersionedModel.Meta):
        ordering = ["arrived_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None) | ~Q(decision=""),
                name="firmrequest_ends_with_a_decision",
                violation_error_message="Say how it ended.",
            )
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def contact(self) -> Contact | None:
        """The contact whom it is about, while it is there."""
        return Contact.objects.filter(public_id=self.contact_ref).first() if self.contact_ref else None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.account.time_zone)
