"""Tasks that are doors into one account."""

from __future__ import annotations

from typing import Any

from celery import Task
from django.apps import apps
from django.conf import settings

from tenancy.context import Actor, activate


def is_open(account_id: int) -> bool:
    """Whether the account is there and not closed."""
    accounts = apps.get_model(settings.ACCOUNT_MODEL)._default_manager
    return bool(accounts.filter(pk=account_id, closed_at=None).exists())


class AccountTask(Task):
    """A task that runs inside one account, in one transaction. It declares ``account_id`` as a keyword.

    The message of an account that is closed or gone meanwhile is dropped without a word, unless the task says
    ``when_closed``: whatever was to be done there is not wanted any more.
    """

    abstract = True
    when_closed = False

    def __call__(self, *args: Any, account_id: int, **kwargs: Any) -> Any:
        with activate(account_id, actor=Actor("job", None, self.name)):
            if not (self.when_closed or is_open(account_id)):
                return None
            return self.run(*args, account_id=account_id, **kwargs)
