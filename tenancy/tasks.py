"""Tasks that are doors into one account."""

from __future__ import annotations

from typing import Any

from celery import Task

from tenancy.context import Actor, activate


class AccountTask(Task):
    """A task that runs inside one account, in one transaction. It declares ``account_id`` as a keyword."""

    abstract = True

    def __call__(self, *args: Any, account_id: int, **kwargs: Any) -> Any:
        with activate(account_id, actor=Actor("job", None, self.name)):
            return self.run(*args, account_id=account_id, **kwargs)
