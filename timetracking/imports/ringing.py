"""Who left the page of a long import of hours hears from the bell when it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.template.defaultfilters import pluralize
from django.urls import reverse

from accounts.bell import BellKind, Told, register
from accounts.models import Membership
from crm.imports import ringing
from lib.formats import number
from timetracking.models import HoursImport


def finished(member: Membership, public_ids: Sequence[UUID]) -> Mapping[UUID, Told]:
    jobs = HoursImport.objects.visible_to(member).filter(public_id__in=public_ids).select_related("file")
    page = "timetracking:hours_import"
    return {job.public_id: Told(_words(job), reverse(page, args=[member.account.slug, job.public_id])) for job in jobs}


def _words(job: HoursImport) -> str:
    if job.state == job.State.UNDONE:
        return f"took the import of {job.file} back"
    rows = f"{number(job.stored)} entr{pluralize(job.stored, 'y,ies')}"
    return f"finished the import of {job.file}: {rows} added, {number(job.rejected)} not"


IMPORTED = register(BellKind("hours_import_done", "upload", finished, "finished an import of yours"))


def tell_who_waited(job: HoursImport) -> None:
    """For the piece that ended it."""
    ringing.tell_who_waited(job, IMPORTED)
