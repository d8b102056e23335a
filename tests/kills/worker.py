"""Candor's own Celery app, with places where a worker dies.

``KILL_AT="taken@12"`` in its environment kills a worker, all its processes and with no warning, when it comes to
"taken" for the twelfth time. Nothing else is changed: the code between the places is the product's. For processes
of their own (``nursery.py``): who imports it has the places, too.
"""

from __future__ import annotations

import os
import select
import signal
import smtplib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery.signals import task_postrun
from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

from accounts import mail
from accounts.tasks import JobTask
from billing import inbox
from billing.gateway.stripe import StripeProcessor
from config.celery import BEAT, app
from crm.imports import job, steps, writing
from privacy.deletion import certificate, ledger, people, purge, sessions
from privacy.exports import actions as exports
from privacy.exports import arrivals, importing
from timetracking import summary

app.loader.import_default_modules()
app.finalize()

seen: dict[str, int] = {}


def die() -> None:
    os.killpg(os.getpgrp(), signal.SIGKILL)
    signal.pause()  # until the signal is there


def is_time(place: str) -> bool:
    name, _, time = os.environ.get("KILL_AT", "").partition("@")
    seen[place] = seen.get(place, 0) + 1
    return place == name and seen[place] == int(time)


def pass_by(place: str) -> None:
    if is_time(place):
        die()


def before(owner: Any, name: str, place: str) -> None:
    """Die as ``owner.name`` is called."""
    original = getattr(owner, name)
    setattr(owner, name, lambda *given, **words: (pass_by(place), original(*given, **words))[1])


def after(owner: Any, name: str, place: str) -> None:
    """Die as ``owner.name`` returns."""
    original = getattr(owner, name)
    setattr(owner, name, lambda *given, **words: (original(*given, **words), pass_by(place))[0])


# An import, in the order in which a piece passes them.
before(steps.Steps, "_piece", "the try is written down")
before(writing.Changes, "_index", "contacts are in, their search words not")
before(summary, "keep", "hours are in, their sums not")
after(steps.Steps, "write_down", "all is written, nothing committed")
before(app, "send_task", "committed, the next piece's message not sent")


@task_postrun.connect
def finished(*given: Any, **words: Any) -> None:
    pass_by("done, the message not acknowledged")


# An archive that is written, and one that is brought in.
before(exports.Writing, "_readme", "all but its manifest is written")
after(exports, "store", "the archive lies there, nothing committed")
after(arrivals, "check", "the archive is checked, nothing committed")
after(importing, "store", "a file of it lies there, nothing committed")
before(importing, "_make_what_follows", "its rows are in, their search words not")
after(arrivals, "bring", "all of it is in, nothing committed")

# A letter, in the order in which it passes them.
before(mail, "_send", "the letter is claimed")
after(EmailBackend, "send_messages", "taken, nothing committed")
before(smtplib.SMTP, "quit", "committed, the server not told goodbye")


# Word from the card processor, and a step that it is asked to take.
before(inbox, "_act", "the event's try is written down")
before(inbox, "_settle", "the books are copied, the event not marked")
after(inbox, "_settle", "the event is marked, nothing committed")
before(StripeProcessor, "change_subscription", "the step is written down, not asked for")
after(StripeProcessor, "change_subscription", "the step is taken, nothing committed")


def _talk(original: Callable[..., Any]) -> Callable[..., Any]:
    def data(self: smtplib.SMTP, message: bytes) -> Any:
        if is_half := is_time("half of it is said"):
            message = message[: len(message) // 2]
        if is_half or is_time("said, the answer not read"):
            self.putcmd("data")
            self.getreply()
            self.send(message if is_half else message + b"\r\n.\r\n")
            select.select([self.sock], [], [], 0 if is_half else 10)
            die()
        return original(self, message)

    return data


smtplib.SMTP.data = _talk(smtplib.SMTP.data)  # type: ignore[method-assign]


# The erasing of a closed account, in the order in which it passes them.
after(ledger, "write", "the ledger says it, nothing committed")
after(purge, "erase", "rows are gone, nothing committed")
after(people, "erase", "sign-ins are gone, nothing committed")
before(sessions, "drop", "all rows are gone, files and the account are there")
before(certificate, "signed", "all is checked, no certificate")


# Poison: a letter and a row that kill whoever touches them; the worker lives on and gets itself a new process.


def _swallow(owner: Any, name: str, holds_poison: Callable[..., bool]) -> None:
    original = getattr(owner, name)

    def taste(*given: Any, **words: Any) -> Any:
        if holds_poison(*given):
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*given, **words)

    setattr(owner, name, taste)


_swallow(mail, "_message", lambda letter: letter.to.startswith("poison"))
_swallow(job.RowCleaner, "clean", lambda self, record: "poison" in record.values)


OUTSIDE = ("DELETION_LEDGER", "BACKUP_KEYS")  # what a test of its own keeps beside its database


def read_environment() -> None:
    """What is said when a worker begins; this module was read before."""
    steps.BATCH = int(os.environ.get("BATCH", steps.BATCH))
    purge.BATCH = int(os.environ.get("ROWS_AT_ONCE", purge.BATCH))
    for name in OUTSIDE:
        if path := os.environ.get(name):
            setattr(settings, name, Path(path))
    JobTask.seconds_in_a_row = 0  # a message for each piece, as there is for long ones
    app.conf.worker_lost_wait = 0.5  # before a dead process's message goes to the next
    if names := os.environ.get("EVERY_SECOND"):
        app.conf.beat_schedule = {name: {**BEAT[name], "schedule": timedelta(seconds=1)} for name in names.split(",")}
