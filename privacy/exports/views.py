"""Admin, Export: asking for an archive, reading what is in it about others, fetching it, throwing it away."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.files.serving import respond_from_anywhere
from accounts.permissions import allow, open_when_read_only
from accounts.reauthentication import reauthenticated
from crm.models import Contact
from lib.errors import error_page
from lib.forms import posted
from lib.htmx import page_or_part
from lib.keyset import page
from lib.seals import Seal, marks
from privacy.exports import actions
from privacy.exports.forms import ExportForm
from privacy.exports.models import Export
from privacy.exports.scopes import texts

SHOWN = 20
_TOKEN = Seal("download of an archive")


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("export.start")
@reauthenticated
def exports(request: Any) -> HttpResponse:
    """What archives there are, and the form that asks for one."""
    form = ExportForm(posted(request), account_id=request.account.pk, initial=_asked_in_address(request))
    if form.is_valid():
        try:
            export = actions.start(form.cleaned_data["scope"], by=request.membership, about=form.about)
            return redirect("exports:export", request.account.slug, export.public_id)
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
    past = page(_exports(), order=("-id",), cursor=request.GET.get("page"), size=SHOWN)
    status = 422 if form.is_bound else 200
    return render(request, "privacy/exports/exports.html", {"form": form, "past": past}, status=status)


@require_safe
@allow("export.start")
def export(request: Any, public_id: UUID) -> HttpResponse:
    """How far it is; then its file, what is in it, and how to check it."""
    found = _export_or_404(public_id)
    if found.waits_for_review:
        return redirect("exports:export_review", request.account.slug, public_id)
    context = {"export": found, "done": actions.progress(found)}
    return page_or_part(request, "privacy/exports/export.html", "state", context)


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("export.start")
@reauthenticated
def export_review(request: Any, public_id: UUID) -> HttpResponse:
    """Every text about the contact, before it leaves: others may be named in it."""
    found = _export_or_404(public_id)
    contact = Contact.objects.filter(public_id=found.about).first() if found.about else None
    if not found.waits_for_review or contact is None:
        return redirect("exports:exports" if found.waits_for_review else "exports:export", *_place(request, found))
    shown = [_Text(*each) for each in texts(contact)]
    seen = _mark(shown)
    if request.method == "POST" and request.POST.get("seen") == seen:
        chosen = set(request.POST.getlist("withheld")) & {text.name for text in shown}
        with suppress(actions.Refused):  # somebody was quicker: the archive's page says how it stands
            actions.review(found, withheld=chosen)
        return redirect("exports:export", request.account.slug, public_id)
    context = {"export": found, "contact": contact, "texts": shown, "seen": seen, "is_new": request.method == "POST"}
    status = 409 if request.method == "POST" else 200
    return render(request, "privacy/exports/review.html", context, status=status)


@open_when_read_only
@allow("export.start")
@reauthenticated
@require_POST
def export_download(request: Any, public_id: UUID) -> HttpResponse:
    """The click that lets the file out, for some minutes: logged, and told to every owner."""
    found = _export_or_404(public_id)
    if not found.is_ready:
        return error_page(410, back_url=reverse("exports:exports", args=[request.account.slug]))
    actions.note_fetched(found, by=request.membership)
    words = {"token": _TOKEN.close(f"{found.public_id} {request.membership.public_id}")}
    address = reverse("exports:export_file", args=[request.account.slug, public_id])
    return redirect(f"{address}?{urlencode(words)}")


@require_safe
@allow("export.start")
def export_file(request: Any, public_id: UUID) -> Any:
    """The archive, to whoever clicked a few minutes ago; a broken download goes on where it stopped."""
    found = _export_or_404(public_id)
    if not found.is_ready or found.file is None:
        return error_page(410, back_url=reverse("exports:exports", args=[request.account.slug]))
    told = _TOKEN.open(request.GET.get("token", ""), max_age=actions.WORTH)
    if told != f"{found.public_id} {request.membership.public_id}":
        return redirect("exports:export", request.account.slug, public_id)
    return respond_from_anywhere(found.file, request)


@open_when_read_only
@allow("export.start")
@reauthenticated
@require_POST
def export_delete(request: Any, public_id: UUID) -> HttpResponse:
    """Away with it, before its time."""
    if actions.throw_away(_export_or_404(public_id)):
        messages.success(request, "The archive is deleted, and its key with it.")
    return redirect("exports:exports", request.account.slug)


class _Text:
    """One text that may name others, as the review shows it."""

    def __init__(self, entity: Any, row: Any, column: str, words: str) -> None:
        self.name = f"{entity.name} {row.public_id} {column}"
        self.what, self.words = f"{entity.model._meta.verbose_name}, {column}".capitalize(), words
        self.at = getattr(row, "created_at", None)


def _mark(shown: list[_Text]) -> str:
    """Changes when somebody writes another text, or another word in one."""
    return marks("texts about a contact", repr([(text.name, text.words) for text in shown]))[0]


def _exports() -> Any:
    return Export.objects.select_related("by__user", "file")


def _export_or_404(public_id: UUID) -> Export:
    found: Export = get_object_or_404(_exports(), public_id=public_id)
    return found


def _place(request: Any, found: Export) -> tuple[Any, ...]:
    slug = request.account.slug
    return (slug,) if found.waits_for_review else (slug, found.public_id)


def _asked_in_address(request: Any) -> dict[str, Any]:
    """``?contact=…``: the way from a contact's page."""
    address = request.GET.get("contact", "")
    return {"scope": Export.Scope.CONTACT, "contact": address} if address else {}
