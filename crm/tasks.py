"""What runs outside a request."""

from __future__ import annotations

from celery import shared_task

from crm.imports import job
from tenancy.queue import AccountTask


@shared_task(base=AccountTask, name=job.TASK)
def go_on_importing(public_id: str, *, account_id: int) -> None:
    """The next piece of an import; it wakes itself for the one after it."""
    job.go_on(public_id)
