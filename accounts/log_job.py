"""One reading of the whole log, for somebody who asked for it: a check, or an export."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.alarms import Alarm
from accounts.files.stored import StoredFile
from accounts.jobs import Job
from tenancy.models import AccountForeignKey


class LogJob(Job):
    """A check of the log, with what it said, or an export, with its file."""

    task: ClassVar[str] = "accounts.read_log"

    class What(models.TextChoices):
        """What the log is read for."""

        CHECK = "check", "Check"
        PROOF = "jsonl", "For proof, as JSON lines"
        READING = "csv", "For reading, as a table"

    class State(models.TextChoices):
        """How far it came; it is a worker's while it runs."""

        RUNNING = "running", "Under way"
        DONE = "done", "Done"
        FAILED = "failed", "Stopped"

    what = models.CharField(max_length=5, choices=What)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    total = models.PositiveBigIntegerField(default=0)
    anchor = models.TextField(blank=True)
    asked = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    file = AccountForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(Job.Meta):
        abstract = False
        indexes = [models.Index(fields=["account", "what", "-id"], name="logjob_newest")]

    def __str__(self) -> str:
        return str(self.get_what_display())

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    @property
    def is_clean(self) -> bool:
        """A check that found nothing wrong."""
        return self.is_done and not self.report.get("findings")

    @property
    def done(self) -> int:
        """How many events were read so far; a worker says so beside its transaction."""
        mark = Alarm.objects.filter(account_id=self.account_id, task=self.task, public_id=self.public_id)
        return min(mark.values_list("done", flat=True).first() or 0, self.total)
