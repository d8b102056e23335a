"""Admin, Import an archive: uploading it, seeing what it would bring, deciding."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import allow, open_when_read_only
from accounts.reauthentication import reauthenticated
from audit.candor_verify import MALFORMED, Key
from audit.keys import signing_key
from lib.htmx import page_or_part
from lib.keyset import page
from privacy.exports import arrivals
from privacy.exports.checking import Refused
from privacy.exports.entities import entity_named
from privacy.exports.forms import ArchiveForm
from privacy.exports.importing import role_of
from privacy.exports.models import ArchiveImport

SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@allow("archive.import")
def archive_imports(request: Any) -> HttpResponse:
    """Choose an archive; and those that came so far."""
    form = ArchiveForm(request.POST, request.FILES) if request.method == "POST" else ArchiveForm()
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            job = arrivals.upload(file, name=file.name, by=request.membership)
            return redirect("exports:archive_import", request.account.slug, job.public_id)
        except Refused as refusal:
            form.add_error("file", str(refusal))
    past = page(_imports(), order=("-id",), cursor=request.GET.get("page"), size=SHOWN)
    context = {"form": form, "past": past}
    return render(request, "privacy/exports/imports.html", context, status=422 if form.is_bound else 200)


@require_safe
@allow("archive.import")
def archive_import(request: Any, public_id: UUID) -> HttpResponse:
    """How far it is; then what it would bring, or what became of it."""
    found = _import_or_404(public_id)
    if found.waits_for_decision and found.file.discarded_at is not None:
        arrivals.expire(found)
        found = _import_or_404(public_id)
    return page_or_part(request, "privacy/exports/import.html", "state", _shown(found))


@allow("archive.import")
@reauthenticated
@require_POST
def archive_import_bring(request: Any, public_id: UUID) -> HttpResponse:
    """Store it, and invite who was chosen."""
    found = _import_or_404(public_id)
    try:
        arrivals.accept(found, invite=request.POST.getlist("invite"), by=request.membership)
    except Refused as refusal:
        context = {**_shown(found), "refused": str(refusal)}
        return render(request, "privacy/exports/import.html", context, status=409)
    return redirect("exports:archive_import", request.account.slug, public_id)


@open_when_read_only
@require_POST
@allow("archive.import")
def archive_import_drop(request: Any, public_id: UUID) -> HttpResponse:
    """Away with it; nothing of it was stored."""
    arrivals.drop(_import_or_404(public_id))
    return redirect("exports:archive_imports", request.account.slug)


def _imports() -> Any:
    return ArchiveImport.objects.select_related("by__user", "file", "account")


def _import_or_404(public_id: UUID) -> ArchiveImport:
    found: ArchiveImport = get_object_or_404(_imports(), public_id=public_id)
    return found


def _shown(found: ArchiveImport) -> dict[str, Any]:
    plan = found.plan
    return {
        "job": found,
        "done": arrivals.progress(found) if found.is_at_work else 0,
        "plan": plan,
        "taken_at": parse_datetime(plan.get("taken_at", "")),
        "key": _signer(plan.get("signed_by")),
        "rows": _named(plan.get("rows", {})),
        "total": sum(plan.get("rows", {}).values()),
        "behind": _named(plan.get("behind", {})),
        "here": [person for person in found.people if person["place"]],
        "new": [{**person, "role": role_of(person)} for person in found.people if not person["place"]],
    }


def _named(counts: dict[str, int]) -> list[tuple[str, int]]:
    """How many of what, the most first."""
    words = [(_words(name, rows), rows) for name, rows in counts.items() if rows]
    return sorted(words, key=lambda each: (-each[1], each[0]))


def _words(name: str, rows: int) -> str:
    entity = entity_named(name)
    if entity is None:
        return name
    meta = entity.model._meta
    return str(meta.verbose_name if rows == 1 else meta.verbose_name_plural)


def _signer(line: Any) -> dict[str, Any]:
    """Who signed it, and whether that is this Candor."""
    try:
        key = Key.read(line)
    except (TypeError, AttributeError, *MALFORMED):
        return {}
    own = signing_key()
    return {"name": key.name, "is_ours": own is not None and key == own.public}
