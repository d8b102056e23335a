"""How an account works with time: one row, which is made when something is first changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any, Self

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import Q

from tenancy.context import memory
from tenancy.models import VersionedModel
from tenancy.written import Written

LEVELS = 3
SMALLEST_GROUP = 3


class TimeSettings(VersionedModel):
    """What the firm decided about time. ``current()`` is the one way to read it."""

    class Period(models.TextChoices):
        """How long a timesheet is."""

        WEEK = "week", "A week"
        TWO_WEEKS = "two_weeks", "Two weeks"
        HALF_MONTH = "half_month", "Half a month"
        MONTH = "month", "A month"

    class Approval(models.TextChoices):
        """Who approves timesheets."""

        OFF = "off", "Nobody: hours are not submitted"
        MANAGER = "manager", "The person’s manager"
        PROJECT = "project", "The managers of the projects"

    day_ends = models.TimeField("working day ends", default=time(19))
    allows_future = models.BooleanField("time may be logged for days to come", default=True)
    needs_clock = models.BooleanField("every entry says when it began and ended", default=False, db_default=False)
    needs_note = models.BooleanField("every entry needs a note", default=False)
    approval = models.CharField("approved by", max_length=7, choices=Approval, default=Approval.OFF)
    period = models.CharField(max_length=10, choices=Period, default=Period.WEEK)
    period_starts_on = models.DateField("a day in the first of the two weeks", null=True, blank=True)
    levels = models.PositiveSmallIntegerField(
        default=1, choices=[(number, str(number)) for number in range(1, LEVELS + 1)]
    )
    locked_through = models.DateField("locked up to and including", null=True, blank=True)
    lock_reason = models.CharField("why", max_length=200, blank=True)
    smallest_group = models.PositiveSmallIntegerField(
        "people a report needs to put them side by side", default=SMALLEST_GROUP, db_default=SMALLEST_GROUP
    )

    class Meta(VersionedModel.Meta):
        verbose_name_plural = "time settings"
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                name="timesettings_one_an_account",
                violation_error_message="There are settings already. Load the page again.",
            ),
            models.CheckConstraint(
                condition=Q(levels__range=(1, LEVELS)),
                name="timesettings_levels",
                violation_error_message=f"There are one to {LEVELS} levels.",
            ),
            models.CheckConstraint(
                condition=Q(smallest_group__gte=SMALLEST_GROUP),
                name="timesettings_smallest_group",
                violation_error_message=f"A report compares at least {SMALLEST_GROUP} people.",
            ),
        ]

    def __str__(self) -> str:
        return "time settings"

    @classmethod
    def current(cls) -> Self:
        """The account's settings, read once a request or task; as they come where nothing was changed yet."""
        found = memory()
        if cls not in found:
            found[cls] = next(iter(_WRITTEN.records(cls)), None) or cls()
        settings: Self = found[cls]
        return settings

    @classmethod
    def read(cls, names: Sequence[str], values: Sequence[Any]) -> None:
        """What a statement found of them, for ``current()``, unless they were read before; nothing where none are."""
        is_there = values[names.index("id")] is not None
        memory().setdefault(cls, cls.from_db(DEFAULT_DB_ALIAS, names, values) if is_there else cls())

    @property
    def is_approval_on(self) -> bool:
        return self.approval != self.Approval.OFF

    @property
    def day_ends_minute(self) -> int:
        """Minutes after midnight, on the clock of whoever works."""
        return self.day_ends.hour * 60 + self.day_ends.minute


_WRITTEN = Written.whole(TimeSettings, "id")
