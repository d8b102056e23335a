"""Work that waits for the commit, and tasks that are doors into one account.

A message only wakes somebody. Whatever must not be lost is a row with a state, and a sweeper
sends again what nobody picked up.
"""

from __future__ import annotations

from typing import Any

from celery import Task, current_app
from django.db import transaction

from tenancy.context import Actor, activate, current_account_id


def after_commit(task_name: str, **kwargs: Any) -> None:
    """Send the task, by name, with the active account's number, once this transaction is committed.

    A broker that can't be reached does not undo the commit: the sweeper of that state sends again.
    """
    message = {**kwargs, "account_id": current_account_id()}
    transaction.on_commit(lambda: current_app.send_task(task_name, kwargs=message), robust=True)


class AccountTask(Task):
    """A task that runs inside one account, in one transaction. It declares ``account_id`` as a keyword."""

    abstract = True

    def __call__(self, *args: Any, account_id: int, **kwargs: Any) -> Any:
        with activate(account_id, actor=Actor("job", None, self.name)):
            return self.run(*args, account_id=account_id, **kwargs)
