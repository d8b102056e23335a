"""Letters about archives, to every owner: nobody takes a firm's data along unnoticed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from accounts import mail
from accounts.models import Account, Membership
from lib import formats
from privacy.exports.models import ArchiveImport, Export


def asked(export: Export) -> None:
    """Somebody asked for an archive."""
    _to_owners("export_asked", export)


def ready(export: Export) -> None:
    """It can be fetched, until when."""
    _to_owners("export_ready", export)


def stopped(export: Export) -> None:
    """It was not written."""
    _to_owners("export_stopped", export, failure=export.failure)


def fetched(export: Export, by: Membership) -> None:
    """Somebody fetched it."""
    _to_owners("export_fetched", export, by=str(by))


def coming(job: ArchiveImport) -> None:
    """An archive is being brought in."""
    _of_an_import("archive_coming", job)


def brought(job: ArchiveImport) -> None:
    """How that ended."""
    _of_an_import("archive_brought", job)


def _to_owners(kind: str, export: Export, **words: Any) -> None:
    account = export.account
    url = settings.SITE_URL + reverse("exports:export", args=[account.slug, export.public_id])
    for owner in owners(account):
        with formats.use(locale=owner.user.locale):
            ends = export.file.expires_at if export.file else None
            until = formats.day(ends.date(), "year") if ends else ""
        said = {"firm": account.name, "of_what": str(export).lower(), "asked_by": str(export.by or "the operator")}
        mail.write(kind, owner.user.email, account=account, export_url=url, until=until, **{**said, **words})


def _of_an_import(kind: str, job: ArchiveImport) -> None:
    account = job.account
    url = settings.SITE_URL + reverse("exports:archive_import", args=[account.slug, job.public_id])
    said = {"firm": account.name, "by": str(job.by), "of_whom": job.plan["account"]["name"]}
    said |= {"rows": job.rows or job.total, "failure": job.failure, "import_url": url}
    for owner in owners(account):
        mail.write(kind, owner.user.email, account=account, **said)


def owners(account: Account) -> QuerySet[Membership]:
    """Who hears of it."""
    found = Membership.objects.filter(account=account, role=Membership.Role.OWNER, removed_at=None)
    return found.select_related("user", "account")
