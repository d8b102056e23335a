"""A certificate as a page to print and as a file to keep; before that, how far the erasing came."""

from __future__ import annotations

from datetime import date
from secrets import compare_digest
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_date, parse_datetime
from django.views.decorators.http import require_safe

from accounts.closing import certificate_secrets
from lib import formats
from privacy.deletion import certificate
from privacy.deletion.models import AccountDeletion
from privacy.deletion.preview import words_of


@require_safe
def certificate_page(request: HttpRequest, public_id: UUID, secret: str) -> HttpResponse:
    deletion = _deletion(public_id, secret)
    context: dict[str, Any] = {"deletion": deletion, "secret": secret}
    if deletion.certificate:
        facts = certificate.facts_of(deletion.certificate)
        context |= {
            "facts": facts,
            "erased_at": parse_datetime(facts["erased_at"]),
            "closed_at": parse_datetime(facts["closed_at"]),
            "verified_at": parse_datetime(facts["verified_at"]),
            "backups_end": parse_date(facts["backups"]["last_one_ends_on"]),
            "all_kept": [each | {"review_on": _day(each["review_on"])} for each in facts["kept"]],
            "rows": _rows(facts),
            "total": sum(each["erased"] for each in facts["rows"].values()),
            "troubles": certificate.troubles(deletion.certificate),
            "key": certificate.public_key(),
        }
    return _told_to_nobody_else(render(request, "privacy/deletion/certificate.html", context))


@require_safe
def certificate_file(request: HttpRequest, public_id: UUID, secret: str) -> HttpResponse:
    deletion = _deletion(public_id, secret)
    if not deletion.certificate:
        raise Http404
    response = HttpResponse(deletion.certificate, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="erasure-{public_id}.json"'
    return _told_to_nobody_else(response)


def _deletion(public_id: UUID, secret: str) -> AccountDeletion:
    """The number of an account alone opens nothing: everybody who worked there may know it."""
    if not any(compare_digest(secret, ours) for ours in certificate_secrets(public_id)):
        raise Http404
    return get_object_or_404(AccountDeletion, public_id=public_id)


def _told_to_nobody_else(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _day(said: str) -> str:
    return formats.day(date.fromisoformat(said), "year")


def _rows(facts: dict[str, Any]) -> list[tuple[str, str, dict[str, int]]]:
    """Each table in words and by its name, with the numbers before and after; the largest first."""
    named = [(words_of(table), table, numbers) for table, numbers in facts["rows"].items()]
    return sorted(named, key=lambda row: (-row[2]["before"], row[0]))
