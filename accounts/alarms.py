"""Alarm clocks for work that must not be forgotten when a worker dies or a message is lost.

A job that goes on in pieces sets its alarm in each piece's own transaction and clears it with the last. As long
as it lives, the alarm never rings; when it has been silent too long, ``ring`` wakes the task again. The table
stands outside the fence, because nobody is in an account when the clock is looked at: it holds numbers alone.
Work that can't be cut into pieces keeps its alarm from ringing by a ``Beat``.

There is one clock, the database's. Set forward, it rings early, which is harmless; set back, an alarm is suddenly
further away than any is ever set, and rings for that.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Self, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Now

from tenancy.context import current_account_id
from tenancy.queue import send

SILENCE = 60  # seconds
LONGEST_SILENCE = 600
SECONDS_BETWEEN_BEATS = 1
ITEMS_BETWEEN_LOOKS = 100

Item = TypeVar("Item")

_BEAT = """
    UPDATE accounts_alarm SET done = %s, rings_at = now() + make_interval(secs => %s)
    WHERE account_id = %s AND task = %s AND public_id = %s
"""


class Alarm(models.Model):
    """When to wake a task again that should have moved by then."""

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    task = models.CharField(max_length=100)
    public_id = models.UUIDField()
    rings_at = models.DateTimeField(db_index=True)
    done = models.PositiveBigIntegerField(default=0, db_default=0)  # how far the work has come, by its own count

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


class Beat:
    """Keeps the alarm of one long transaction from ringing, and says how far that has come.

    What the transaction writes nobody else sees before its end, so this has a connection of its own, opened at the
    first beat. Work that is done within a second needs none.
    """

    def __init__(self, task: str, public_id: uuid.UUID) -> None:
        self.whose = [current_account_id(), task, public_id]
        self.next = time.monotonic() + SECONDS_BETWEEN_BEATS
        self.connection: BaseDatabaseWrapper | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self.connection is not None:
            self.connection.close()

    def counting(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items, with a beat now and then that says how many there were."""
        for number, item in enumerate(items, 1):
            if number % ITEMS_BETWEEN_LOOKS == 0:
                self.watch(number)
            yield item

    def watch(self, done: int) -> None:
        """A beat, if it is time for one. Cheap enough for every piece of the work."""
        if time.monotonic() >= self.next:
            self.beat(done)

    def beat(self, done: int) -> None:
        """Say now that we live and how far we came."""
        if self.connection is None:
            self.connection = connections.create_connection(DEFAULT_DB_ALIAS)
        with self.connection.cursor() as cursor:
            cursor.execute(_BEAT, [done, SILENCE, *self.whose])
        self.next = time.monotonic() + SECONDS_BETWEEN_BEATS


@transaction.atomic
def ring(limit: int = 1000) -> int:
    """Wake what has been silent too long, and set it again: who is woken may die too. Two at once are harmless."""
    far_away = models.Q(rings_at__gt=Now() + timedelta(seconds=LONGEST_SILENCE))
    silent = Alarm.objects.select_for_update(skip_locked=True).filter(models.Q(rings_at__lte=Now()) | far_away)
    due = list(silent[:limit])
    for alarm in due:
        message = {"public_id": str(alarm.public_id), "account_id": alarm.account_id}
        send(alarm.task, kwargs=message)
    again = Alarm.objects.filter(pk__in=[alarm.pk for alarm in due])
    again.update(rings_at=Now() + timedelta(seconds=SILENCE))
    return len(due)
