"""Tasks for a real worker that tests start: ``celery --app=tests.tenancy.worker_tasks worker``."""

import os
from pathlib import Path

from django.db import connection

from config.celery import app
from crm.models import Tag
from tenancy.context import current_account_id_or_none, current_actor
from tenancy.tasks import AccountTask


@app.task(name="trial.look", base=AccountTask)
def look(path: str, *, account_id: int, fails: bool = False) -> None:
    """Note what is seen in the account, and in which process."""
    names = ",".join(Tag.objects.order_by("name").values_list("name", flat=True))
    note(path, f"{names} {current_actor().kind}")
    Tag.objects.create(name="left by a task")
    if fails:
        raise ZeroDivisionError


@app.task(name="trial.look_without_account")
def look_without_account(path: str) -> None:
    """A task that forgot the account: whatever the last one left would be seen here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.account_id', true)")
        note(path, f"{current_account_id_or_none()} {cursor.fetchone()[0] or 'nobody'}")


def note(path: str, words: str) -> None:
    with Path(path).open("a") as file:
        file.write(f"{os.getpid()} {words}\n")
