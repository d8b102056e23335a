"""Who left the page of a long import hears from the bell when it is done, by mail too where they wish for letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.template.defaultfilters import pluralize
from django.urls import reverse

from accounts.bell import BellKind, Told, register, ring
from accounts.models import Membership
from crm.models import ContactImport
from crm.models.imports import FileImport
from lib.formats import number

LONG = timedelta(seconds=10)  # who waits less is still looking


def finished(member: Membership, public_ids: Sequence[UUID]) -> Mapping[UUID, Told]:
    jobs = ContactImport.objects.visible_to(member).filter(public_id__in=public_ids).select_related("file")
    return {
        job.public_id: Told(_words(job), reverse("imports:import", args=[member.account.slug, job.public_id]))
        for job in jobs
    }


def _words(job: ContactImport) -> str:
    if job.state == job.State.UNDONE:
        return f"took the import of {job.file} back"
    rows = f"{number(job.accepted)} row{pluralize(job.accepted)}"
    return f"finished the import of {job.file}: {rows} imported, {number(job.rejected)} not"


IMPORTED = register(BellKind("import_done", "upload", finished, "finished an import of yours"))


def tell_who_waited(job: FileImport, kind: BellKind = IMPORTED) -> None:
    """For the piece that ended it."""
    if job.asked_by and job.started_at and job.finished_at and job.finished_at - job.started_at > LONG:
        ring([job.asked_by], kind, job)
