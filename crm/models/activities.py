"""Activities: what somebody means to do about a client, and what came of it."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from crm.models.deals import About
from crm.models.records import RecordQuerySet
from lib.weeks import instant_at, span_of_day
from tenancy.models import AccountForeignKey, AccountManager, VersionedModel

MORNING = time(9)  # from when a reminder is counted where no time of day is given
LONGEST = 24 * 60  # minutes
A_DAY = timedelta(days=1)
EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)


def due_before(day: date, zone: ZoneInfo) -> Q:
    """The condition that it was due before the reader's day begins."""
    start, _ = span_of_day(day, zone)
    timed = Q(due_time__isnull=False, due_at__lt=start)
    # No zone is further away than a day: by this an index narrows the rest.
    return Q(Q(due_time__isnull=True, due_on__lt=day) | timed, due_on__lte=day + A_DAY)


def due_between(first: date, last: date, zone: ZoneInfo) -> Q:
    """The condition that it is due on one of the reader's days."""
    (start, _), (_, end) = span_of_day(first, zone), span_of_day(last, zone)
    timed = Q(due_time__isnull=False, due_at__gte=start, due_at__lt=end)
    near = (first - A_DAY, last + A_DAY)
    return Q(Q(due_time__isnull=True, due_on__range=(first, last)) | timed, due_on__range=near)


def done_on(day: date, clock: time | None, zone: ZoneInfo) -> datetime:
    """When something was done: at its time, or else at noon of its day, or now if that is today."""
    if clock is not None:
        return instant_at(day, clock.hour * 60 + clock.minute, zone)
    start, end = span_of_day(day, zone)
    return timezone.now() if start <= timezone.now() < end else instant_at(day, 12 * 60, zone)


class ActivityQuerySet(RecordQuerySet):
    """Activities by what lists ask of them. A day is the reader's: a time of day is looked at with their clock."""

    def open(self) -> Self:
        return self.filter(done_at__isnull=True, deleted_at__isnull=True)

    def done(self) -> Self:
        return self.filter(done_at__isnull=False, deleted_at__isnull=True)

    def before(self, day: date, zone: ZoneInfo) -> Self:
        return self.filter(due_before(day, zone))

    def between(self, first: date, last: date, zone: ZoneInfo) -> Self:
        return self.filter(due_between(first, last, zone))

    def after(self, day: date, zone: ZoneInfo) -> Self:
        """Due when the reader's day is over, or on no day."""
        _, end = span_of_day(day, zone)
        timed = Q(due_time__isnull=False, due_at__gte=end)
        return self.filter(Q(due_on__isnull=True) | Q(due_time__isnull=True, due_on__gt=day) | timed)

    def with_names(self) -> Self:
        """With all that a row says."""
        return self.select_related("owner__user", "contact", "company", "deal")


class Activity(About, VersionedModel):
    """A task, a call, a meeting or an e-mail: to be done by somebody, or done."""

    class Kind(models.TextChoices):
        """What it takes to do it."""

        TASK = "task", "Task"
        CALL = "call", "Call"
        MEETING = "meeting", "Meeting"
        EMAIL = "email", "E-mail"

    kind = models.CharField(max_length=7, choices=Kind, default=Kind.TASK)
    subject = models.CharField(max_length=300)
    note = models.TextField(blank=True)
    due_on = models.DateField(
        "due", null=True, blank=True, validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]
    )
    due_time = models.TimeField("time", null=True, blank=True)
    time_zone = models.CharField(max_length=64, blank=True, editable=False)  # in which day and time are meant
    due_at = models.DateTimeField(null=True, editable=False)  # the instant that they name
    minutes = models.PositiveSmallIntegerField(
        "duration", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(LONGEST)]
    )
    repeats = models.CharField(max_length=200, blank=True, editable=False)  # an RRULE that begins with this one
    series = models.UUIDField(null=True, editable=False)  # shared by all that one rule has made
    remind_before = models.PositiveIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(366 * LONGEST)]
    )  # minutes
    remind_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, editable=False)  # when the clock gave the reminder
    owner = AccountForeignKey("accounts.Membership", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=500, blank=True)
    done_at = models.DateTimeField(null=True, editable=False)
    done_by = AccountForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    is_sample = models.BooleanField(default=False, db_default=False, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)
    deleted_by = AccountForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    belongs_to = "owner"
    objects = AccountManager.from_queryset(ActivityQuerySet)()

    class Meta(VersionedModel.Meta):
        verbose_name_plural = "activities"
        constraints = [
            models.CheckConstraint(
                condition=~Q(subject=""),
                name="activity_has_a_subject",
                violation_error_message="Say what is to be done.",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=False) | Q(due_time__isnull=True, repeats="", remind_before__isnull=True),
                name="activity_time_needs_a_day",
                violation_error_message="A time, a repeat and a reminder before it need a day.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "owner", "due_on", "due_time", "id"],
                condition=Q(done_at__isnull=True, deleted_at__isnull=True),
                name="activity_open_of_owner",
            ),
            models.Index(
                fields=["account", "due_on", "due_time", "id"],
                condition=Q(done_at__isnull=True, deleted_at__isnull=True),
                name="activity_open",
            ),
            models.Index(
                fields=["account", "-done_at", "-id"],
                condition=Q(done_at__isnull=False, deleted_at__isnull=True),
                name="activity_done",
            ),
            models.Index(
                fields=["account", "remind_at"],
                condition=Q(remind_at__isnull=False, reminded_at__isnull=True),
                name="activity_to_remind",
            ),
            models.Index(
                fields=["account", "-deleted_at", "-id"], condition=Q(deleted_at__isnull=False), name="activity_bin"
            ),
            models.Index(fields=["account", "updated_at", "id"], name="activity_by_change"),
        ]

    def __str__(self) -> str:
        return self.subject

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_derived()
        super().save(*args, **kwargs)

    @property
    def zone(self) -> ZoneInfo:
        """Where its day and time are meant."""
        return ZoneInfo(self.time_zone or "UTC")

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    @property
    def is_in_bin(self) -> bool:
        return self.deleted_at is not None

    @property
    def ends_at(self) -> datetime | None:
        """When a timed one is over, as far as that is known."""
        return self.due_at + timedelta(minutes=self.minutes or 0) if self.due_at else None

    def fill_derived(self) -> None:
        """The instants that day, time and zone name; a reminder that moves is given anew."""
        self.due_at = self._instant(self.due_on, self.due_time) if self.due_on and self.due_time else None
        if self.due_on and self.remind_before is not None:
            remind_at = self._instant(self.due_on, self.due_time or MORNING) - timedelta(minutes=self.remind_before)
            if remind_at != self.remind_at:
                self.remind_at, self.reminded_at = remind_at, None
        if self.repeats and self.series is None:
            self.series = uuid.uuid4()

    def _instant(self, day: date, clock: time) -> datetime:
        return instant_at(day, clock.hour * 60 + clock.minute, self.zone)
