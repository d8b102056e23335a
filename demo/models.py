"""Sample data on its way into an account, or there."""

from __future__ import annotations

from django.db import models

from accounts.jobs import Job


class SampleJob(Job):
    """Fills the account with a small agency's fortnight, step by step. The latest one says whether it is there."""

    task = "demo.make_sample"

    class State(models.TextChoices):
        """How far it came; it is a worker's while it runs."""

        RUNNING = "running", "Being made"
        DONE = "done", "There"
        FAILED = "failed", "Stopped"
        REMOVED = "removed", "Removed"

    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    step = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)

    class Meta(Job.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(state__in=["running", "done", "failed"]),
                name="samplejob_one_at_a_time",
                violation_error_message="Sample data is there already.",
            )
        ]

    def __str__(self) -> str:
        return "sample data"

    @property
    def is_there(self) -> bool:
        """True when records of it may be in the account, all or some."""
        return self.state in (self.State.DONE, self.State.FAILED)
