"""Alarm clocks for work that must not be forgotten when a worker dies or a message is lost.

A job that goes on in pieces sets its alarm in each piece's own transaction and clears it with the last. As long
as it lives, the alarm never rings; when it has been silent too long, ``ring`` wakes the task again. The table
stands outside the fence, because nobody is in an account when the clock is looked at: it holds numbers alone.

There is one clock, the database's. Set forward, it rings early, which is harmless; set back, an alarm is suddenly
further away than any is ever set, and rings for that.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from celery import current_app, shared_task
from django.db import models, transaction
from django.db.models.functions import Now

from tenancy.context import current_account_id

SILENCE = 60  # seconds
LONGEST_SILENCE = 600


class Alarm(models.Model):
    """When to wake a task again that should have moved by then."""

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    task = models.CharField(max_length=100)
    public_id = models.UUIDField()
    rings_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "task", "public_id"], name="alarm_once"),
        ]

    def __str__(self) -> str:
        return f"{self.task} at {self.rings_at}"


def set_alarm(task: str, public_id: uuid.UUID, *, seconds: int = SILENCE) -> None:
    """Wake ``task`` for this record unless the alarm is set again or cleared within ``seconds``."""
    if seconds > LONGEST_SILENCE:
        raise ValueError(f"An alarm is set for {LONGEST_SILENCE} seconds at most; do the work in smaller pieces.")
    alarm = Alarm(
        account_id=current_account_id(),
        task=task,
        public_id=public_id,
        rings_at=Now() + timedelta(seconds=seconds),
    )
    Alarm.objects.bulk_create(
        [alarm],
        update_conflicts=True,
        unique_fields=["account", "task", "public_id"],
        update_fields=["rings_at"],
    )


def clear_alarm(task: str, public_id: uuid.UUID) -> None:
    """The work is done."""
    Alarm.objects.filter(account_id=current_account_id(), task=task, public_id=public_id).delete()


@transaction.atomic
def ring(limit: int = 1000) -> int:
    """Wake what has been silent too long, and set it again: who is woken may die too. Two at once are harmless."""
    far_away = models.Q(rings_at__gt=Now() + timedelta(seconds=LONGEST_SILENCE))
    silent = Alarm.objects.select_for_update(skip_locked=True).filter(models.Q(rings_at__lte=Now()) | far_away)
    due = list(silent[:limit])
    for alarm in due:
        message = {"public_id": str(alarm.public_id), "account_id": alarm.account_id}
        current_app.send_task(alarm.task, kwargs=message)
    again = Alarm.objects.filter(pk__in=[alarm.pk for alarm in due])
    again.update(rings_at=Now() + timedelta(seconds=SILENCE))
    return len(due)


@shared_task(name="accounts.ring_alarms", ignore_result=True)
def ring_alarms() -> None:
    """By the clock, several times a minute."""
    ring()
