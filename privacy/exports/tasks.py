"""What writes archives outside a request."""

from __future__ import annotations

from celery import shared_task

from accounts.tasks import JobTask
from privacy.exports import actions, arrivals
from privacy.exports.models import ArchiveImport, Export


@shared_task(base=JobTask, name=Export.task, job=Export)
def write_archive(public_id: str, *, account_id: int) -> None:
    """Write the whole archive."""
    actions.go_on(public_id)


@shared_task(base=JobTask, name=ArchiveImport.task, job=ArchiveImport)
def bring_archive(public_id: str, *, account_id: int) -> None:
    """Check an archive that somebody brought, or store it."""
    arrivals.go_on(public_id)
