"""An archive that is not written, or does not come in after all: its owners hear of it, whatever the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.urls import reverse

import audit
from accounts import jobs
from accounts.bell import BellKind, Told, register, ring
from accounts.models import Membership
from accounts.permissions import can
from privacy.exports import emails
from privacy.exports.models import ArchiveImport, Export


def _not_written(member: Membership, public_ids: Sequence[UUID]) -> Mapping[UUID, Told]:
    found = Export.objects.filter(public_id__in=public_ids) if can(member, "export.start") else ()
    words = "could not write the archive that was asked for. Nothing is lost: ask for a new one"
    return {each.public_id: Told(words, reverse("exports:export", args=_place(member, each))) for each in found}


def _not_stored(member: Membership, public_ids: Sequence[UUID]) -> Mapping[UUID, Told]:
    found = ArchiveImport.objects.filter(public_id__in=public_ids) if can(member, "archive.import") else ()
    words = "could not bring the archive in. Nothing of it was stored: see why"
    return {each.public_id: Told(words, reverse("exports:archive_import", args=_place(member, each))) for each in found}


def _place(member: Membership, job: jobs.Job) -> list[object]:
    return [member.account.slug, job.public_id]


NOT_WRITTEN = register(BellKind("archive_not_written", "package-export", _not_written, "could not write an archive"))
NOT_STORED = register(BellKind("archive_not_stored", "package-import", _not_stored, "could not bring an archive in"))


def of_export(export: Export, was: str) -> None:
    """Whoever waits for it would wait for ever."""
    audit.record("export.stopped", export, data={"detail": export.failure[:200]})
    emails.stopped(export)
    ring(emails.owners(export.account), NOT_WRITTEN, export)


def of_import(job: ArchiveImport, was: str) -> None:
    """The log says why; once it was accepted, all owners count on it."""
    audit.record("archive.refused", job, data={"detail": job.failure[:200]})
    if was == ArchiveImport.State.RUNNING:
        emails.brought(job)
        ring(emails.owners(job.account), NOT_STORED, job)


jobs.tell_of_failures(Export, of_export)
jobs.tell_of_failures(ArchiveImport, of_import)
