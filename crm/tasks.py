"""What runs outside a request."""

from __future__ import annotations

from celery import shared_task

from accounts.tasks import JobTask
from crm.imports import job
from crm.models import ContactImport


@shared_task(base=JobTask, name=ContactImport.task, job=ContactImport)
def go_on_importing(public_id: str, *, account_id: int) -> None:
    """The next piece of an import; it wakes itself for the one after it."""
    job.go_on(public_id)
