"""When somebody is meant to work, and when not: working time, special days, time off and its kinds."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.choices import country_name
from accounts.models import Membership
from accounts.permissions import within_reach
from lib.durations import DAY
from tenancy.models import AccountForeignKey, AccountManager, AccountQuerySet, VersionedModel

FULL_DAY = 8 * 60
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _weekday(minutes: int) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(default=minutes)


class WorkingTime(VersionedModel):
    """How long somebody works on each weekday, and whose holidays they keep, from a day on.

    Without a person it is the firm's, for everybody who has none of their own.
    """

    person = AccountForeignKey(
        "accounts.Membership", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    starts_on = models.DateField("from")
    monday = _weekday(FULL_DAY)
    tuesday = _weekday(FULL_DAY)
    wednesday = _weekday(FULL_DAY)
    thursday = _weekday(FULL_DAY)
    friday = _weekday(FULL_DAY)
    saturday = _weekday(0)
    sunday = _weekday(0)
    country = models.CharField("holidays of", max_length=2, blank=True)
    region = models.CharField(max_length=20, blank=True)
    days_off = models.DecimalField("days off a year", max_digits=4, decimal_places=1, null=True, blank=True)

    belongs_to = "person"

    class Meta(VersionedModel.Meta):
        ordering = ["-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "person", "starts_on"],
                nulls_distinct=False,
                name="workingtime_once_a_day",
                violation_error_message="Working time that begins on this day is there already. Change that one.",
            ),
            models.CheckConstraint(
                condition=Q(**{f"{weekday}__lte": DAY for weekday in WEEKDAYS}),
                name="workingtime_fits_in_a_day",
                violation_error_message="A day has 24 hours.",
            ),
            models.CheckConstraint(
                condition=Q(days_off__isnull=True) | Q(days_off__range=(0, 366)),
                name="workingtime_fits_in_a_year",
                violation_error_message="A year has 366 days at most.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.person or "Everybody")

    @property
    def week(self) -> list[int]:
        """The minutes of each weekday, from Monday."""
        return [getattr(self, weekday) for weekday in WEEKDAYS]

    @property
    def minutes(self) -> int:
        return sum(self.week)

    @property
    def country_name(self) -> str:
        return country_name(self.country)


class SpecialDay(VersionedModel):
    """A day that the whole firm has off, wholly or by half, or works although the calendar says holiday."""

    class Kind(models.TextChoices):
        """What it does to the day."""

        OFF = "off", "Day off"
        HALF = "half", "Half a day off"
        WORKING = "working", "Working day"

    day = models.DateField()
    kind = models.CharField(max_length=7, choices=Kind, default=Kind.OFF)
    name = models.CharField(max_length=80)

    class Meta(VersionedModel.Meta):
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "day"],
                name="specialday_once",
                violation_error_message="This day is on the list already.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class TimeOffType(VersionedModel):
    """A kind of time off: its name, its colour, whether it is paid, and whether less is expected meanwhile."""

    class Colour(models.TextChoices):
        """A colour of the charts; the word stands beside it always."""

        BLUE = "1", "Blue"
        ORANGE = "2", "Orange"
        GREEN = "3", "Green"
        VIOLET = "4", "Violet"
        GREY = "5", "Grey"

    name = models.CharField(max_length=60)
    colour = models.CharField(max_length=1, choices=Colour, default=Colour.BLUE)
    is_paid = models.BooleanField("paid", default=True)
    lowers_target = models.BooleanField("lowers the hours expected", default=True)
    needs_approval = models.BooleanField("a manager approves it", default=False, db_default=False)
    is_counted = models.BooleanField("comes off the days of the year", default=False, db_default=False)
    position = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    offered = Q(archived_at=None)

    class Meta(VersionedModel.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name"],
                name="timeofftype_name",
                violation_error_message="There is a kind of time off with this name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.archived_at is None

    @property
    def icon(self) -> str:
        """The sun for what is counted as leisure, a calendar for everything else: no picture says what somebody has."""
        return "beach" if self.is_counted else "calendar-off"


class TimeOffQuerySet(AccountQuerySet):
    """Time off by whose it is, when, and whether it counts."""

    def visible_to(self, member: Membership) -> Self:
        """With all that it says: the own, or everybody's for who plans the team's."""
        return within_reach(self, member, "timeoff.edit")

    def between(self, first: date, last: date) -> Self:
        return self.filter(first_day__lte=last, last_day__gte=first)

    def granted(self) -> Self:
        return self.filter(state=TimeOff.State.APPROVED)

    def standing(self) -> Self:
        """What is granted, or may be yet."""
        return self.exclude(state=TimeOff.State.DECLINED)

    def with_names(self) -> Self:
        return self.select_related("type", "person__user", "decided_by__user")


class TimeOff(VersionedModel):
    """Days on which somebody is away. Why is for their own eyes and for who plans the team."""

    class Half(models.TextChoices):
        """Which half of a single day."""

        WHOLE = "", "All day"
        MORNING = "am", "Morning"
        AFTERNOON = "pm", "Afternoon"

    class State(models.TextChoices):
        """Where a request stands."""

        REQUESTED = "requested", "Requested"
        APPROVED = "approved", "Approved"
        DECLINED = "declined", "Declined"

    person = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+", editable=False)
    type = AccountForeignKey(TimeOffType, models.PROTECT, related_name="+")
    first_day = models.DateField("from")
    last_day = models.DateField("to")
    half = models.CharField("part of the day", max_length=2, choices=Half, blank=True, default=Half.WHOLE)
    note = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.APPROVED, editable=False)
    decided_by = AccountForeignKey(
        "accounts.Membership", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    answer = models.CharField(max_length=300, blank=True)

    belongs_to = "person"
    objects = AccountManager.from_queryset(TimeOffQuerySet)()

    class Meta(VersionedModel.Meta):
        verbose_name = "time off"
        verbose_name_plural = "time off"
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="timeoff_ends_after_it_begins",
                violation_error_message="The last day comes before the first.",
            ),
            models.CheckConstraint(
                condition=Q(half="") | Q(last_day=F("first_day")),
                name="timeoff_half_of_one_day",
                violation_error_message="Half a day is a single day. Enter the others apart from it.",
            ),
        ]
        indexes = [models.Index(fields=["account", "person", "first_day"], name="timeoff_of_person")]

    def __str__(self) -> str:
        return f"time off of {self.person}"

    @property
    def is_over(self) -> bool:
        return self.last_day < timezone.localdate()

    @property
    def is_requested(self) -> bool:
        return self.state == self.State.REQUESTED
