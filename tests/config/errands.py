"""Tasks for a real worker that tests start: `celery --app=tests.config.errands worker`."""

import os
import time
from pathlib import Path

from celery.signals import celeryd_init

from config.celery import app


@celeryd_init.connect
def be_impatient(conf, **others) -> None:
    """So that a test need not wait a quarter of an hour for the message of a killed worker."""
    conf.broker_transport_options = {**conf.broker_transport_options, "visibility_timeout": 3}


@app.task(name="errands.note")
def note(path: str, word: str) -> None:
    """Write a line."""
    with Path(path).open("a") as file:
        file.write(f"{word}\n")


@app.task(name="errands.note_slowly")
def note_slowly(path: str) -> None:
    """Write that it began, work a while, write that it is done: only the first time it takes long."""
    first = not Path(path).exists()
    note(path, f"begun {os.getpid()}")
    if first:
        time.sleep(60)
    note(path, "done")


@app.task(name="errands.note_at_length")
def note_at_length(path: str) -> None:
    """Belongs to the queue of long jobs."""
    note(path, "at length")
