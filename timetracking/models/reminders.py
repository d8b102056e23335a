"""Of what somebody wishes to be reminded, on which days and from what time, and what they were reminded of."""

from __future__ import annotations

from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from tenancy.models import AccountForeignKey, AccountModel, VersionedModel


def monday_to_friday() -> list[int]:
    return [0, 1, 2, 3, 4]


class ReminderWishes(VersionedModel):
    """What a member chose. Who never chose has what stands here at first."""

    person = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+", editable=False)
    to_log = models.BooleanField("hours missing on my last working day", default=True)
    to_submit = models.BooleanField("a period that I have not submitted", default=True)
    to_approve = models.BooleanField("hours that wait for my approval", default=True)
    at = models.TimeField("from", default=time(9))
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=monday_to_friday)

    belongs_to = "person"

    class Meta(VersionedModel.Meta):
        verbose_name_plural = "reminder wishes"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "person"],
                name="reminderwishes_one_a_person",
                violation_error_message="There are wishes already. Load the page again.",
            )
        ]

    def __str__(self) -> str:
        return f"reminders of {self.person}"


class GivenReminder(AccountModel):
    """That somebody was reminded of something: once, however often the clock asks."""

    class Kind(models.TextChoices):
        """Of what."""

        LOG = "log", "hours to log"
        SUBMIT = "submit", "a period to submit"
        APPROVE = "approve", "hours to approve"

    person = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=7, choices=Kind)
    day = models.DateField()  # the one without hours, the first of the period, or the day of the reminder
    given_at = models.DateTimeField(default=timezone.now)

    belongs_to = "person"

    class Meta(AccountModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "person", "kind", "day"], name="givenreminder_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"
