"""Messages to the workers, and work that waits for the commit.

A message only wakes somebody. Whatever must not be lost is a row with a state, and a sweeper
sends again what nobody picked up.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from tenancy.context import current_account_id


def send(task_name: str, **options: Any) -> None:
    """Send a task by name, at once. Celery is loaded for the first one: a web process starts sooner without it."""
    import_string(settings.QUEUES).send_task(task_name, **options)


def after_commit(task_name: str, **kwargs: Any) -> None:
    """Send the task, by name, with the active account's number, once this transaction is committed.

    A broker that can't be reached does not undo the commit: the sweeper of that state sends again.
    """
    message = {**kwargs, "account_id": current_account_id()}
    transaction.on_commit(lambda: send(task_name, kwargs=message), robust=True)
