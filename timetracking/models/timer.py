"""What somebody works on at this moment: the timer."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tenancy.models import AccountForeignKey, VersionedModel
from timetracking.models.projects import Project, Task, refuse_task_of_another, work_name


class RunningTimer(VersionedModel):
    """What a member works on now. Once stopped it is gone, and its whole minutes are time entries.

    One a person in each account: a constraint, not a promise. Its zone stays the one it was started in.
    """

    person = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+", editable=False)
    project = AccountForeignKey(Project, models.PROTECT, related_name="+")
    task = AccountForeignKey(Task, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    tags = ArrayField(models.CharField(max_length=60), default=list, db_default=[], blank=True)  # words, until it stops
    billable = models.BooleanField(default=True)
    started_at = models.DateTimeField()
    time_zone = models.CharField(max_length=64, editable=False)
    seen_at = models.DateTimeField(editable=False)  # the last page that they opened or came back to, to the minute
    ask_at = models.DateTimeField(editable=False)  # from then on it may be forgotten
    asked_at = models.DateTimeField(null=True, blank=True, editable=False)

    belongs_to = "person"

    class Meta(VersionedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account", "person"],
                name="runningtimer_one_a_person",
                violation_error_message="A timer is running already.",
            )
        ]

    def __str__(self) -> str:
        return work_name(self.project, self.task)

    def clean(self) -> None:
        refuse_task_of_another(self.project_id, self.task)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
