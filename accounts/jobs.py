"""Jobs: long work as a row, done in pieces, that no death of a worker loses or doubles.

A piece is one transaction: it does some work and moves the row on for the next piece, or ends the job. So at any
moment everything up to some point is there once, and nothing after it.

The lease is the lock on the row while a piece runs. It keeps a second worker out and ends with its holder, whatever
any clock says; an alarm wakes a job that fell silent. A try is written down before it is made, so that a piece which
kills its worker is given up instead of being tried for ever.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, ClassVar

from django.db import OperationalError, models, transaction
from django.utils import timezone

from accounts.alarms import SILENCE, clear_alarm, set_alarm
from tenancy.held import Held
from tenancy.models import AccountForeignKey, AccountModel
from tenancy.queue import after_commit

logger = logging.getLogger(__name__)

MOST_TRIES = 3  # of one piece
UNEXPECTED = "Something unexpected happened; our log says what."
GIVEN_UP = "Our program broke off at the same place three times, so it was not started there again."

# Who is told, by kind of job, when a worker can't go on; each is given the job and the state that it was in.
_told: dict[type[Job], Callable[[Any, str], None]] = {}

# What the data map of every job says of these columns.
FACTS = frozenset({"state", "tries", "started_at", "heartbeat_at", "finished_at"})


class Stopped(Exception):
    """The job can't go on. The words are for whoever asked for it."""


class Job(AccountModel):
    """Work for a worker. A subclass names its task, the states that are a worker's, and a final state ``failed``."""

    task: ClassVar[str]
    at_work: ClassVar[tuple[str, ...]] = ("running",)

    by = AccountForeignKey("accounts.Membership", on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    failure = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    belongs_to = "by"

    class Meta(AccountModel.Meta):
        abstract = True

    @property
    def is_at_work(self) -> bool:
        return self.state in self.at_work

    def begin(self, state: str, *, seconds: int = SILENCE) -> None:
        """It is a worker's from the commit on. ``seconds``: how long its pieces may be silent."""
        self.state, self.failure = state, ""
        self.started_at, self.finished_at = timezone.now(), None
        self.move_on(seconds=seconds)
        after_commit(self.task, public_id=str(self.public_id))

    def move_on(self, *, seconds: int = SILENCE) -> None:
        """Save how far it came; its task does the next piece after the commit."""
        self.tries, self.heartbeat_at = 0, timezone.now()
        self.save()
        set_alarm(self.task, self.public_id, seconds=seconds)

    def end(self, state: str, failure: str = "") -> None:
        """Save it in its final state; nobody is woken any more. Who waits is told where a worker could not go on."""
        was, is_broken_off = self.state, state == "failed" and self.is_at_work
        self.state, self.failure, self.finished_at = state, failure[:300], timezone.now()
        self.save()
        clear_alarm(self.task, self.public_id)
        if is_broken_off and (tell := _told.get(type(self))):
            tell(self, was)


def tell_of_failures(model: type[Job], tell: Callable[[Any, str], None]) -> None:
    """Whenever a job of this kind breaks off, whatever the reason, ``tell`` is called in the same transaction."""
    _told[model] = tell


def begin_try(model: type[Job], public_id: str) -> bool:
    """Write down that the next piece is tried. False when there is nothing to do for us."""
    job = _take(model, public_id)
    if job is None:
        if not _at_work(model, public_id).exists():
            clear_alarm(model.task, public_id)
        return False
    if job.tries >= MOST_TRIES:
        logger.error("%s %s was given up after %s tries", model.task, public_id, job.tries)
        job.end("failed", GIVEN_UP)
        return False
    job.tries, job.heartbeat_at = job.tries + 1, timezone.now()
    job.save(update_fields=["tries", "heartbeat_at"])
    return True


def go_on(model: type[Job], public_id: str, piece: Callable[[Any], None]) -> None:
    """Do the next piece. Harmless when another worker is at it, or the job is done."""
    job = _take(model, public_id)
    if job is None:
        return
    try:
        with transaction.atomic():
            piece(job)
    except OperationalError:
        raise  # the connection broke or two transactions collided: the alarm wakes the job again
    except (Stopped, Held) as trouble:
        _fail(job, str(trouble))
    except Exception:
        logger.exception("%s %s stopped", model.task, public_id)
        _fail(job, UNEXPECTED)


def _at_work(model: type[Job], public_id: str) -> Any:
    return model._default_manager.filter(public_id=public_id, state__in=model.at_work)


def _take(model: type[Job], public_id: str) -> Any:
    return _at_work(model, public_id).select_for_update(skip_locked=True).first()


def _fail(job: Job, sentence: str) -> None:
    """Stop with a sentence, as far as the last finished piece came."""
    job.refresh_from_db()
    job.end("failed", sentence)
