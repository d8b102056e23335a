"""Notes on records: written below the record's head, read in its timeline."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import allow, can
from crm.models import Note
from crm.restricted import refuse_change
from crm.timeline import mentions, notes
from crm.timeline.forms import NoteForm
from crm.timeline.timeline import shown_notes
from crm.views import shared
from lib.addresses import version_in
from lib.forms import posted


@require_http_methods(["GET", "POST"])
@allow("note.edit")
def note_create(request: Any) -> HttpResponse:
    """Write a note on the record that the address names."""
    record = shared.asked_record(request)
    if record is None:
        return redirect("crm:contacts", request.account.slug)
    subject = Note(**{str(record._meta.model_name): record})
    form = NoteForm(posted(request), instance=subject, member=request.membership)
    if form.is_bound and form.is_valid():
        return _to_timeline(request, form.save())
    return _form(request, form)


@require_safe
@allow("note.view")
def note(request: Any, public_id: Any) -> HttpResponse:
    """One note on a page of its own: where a notice and the search lead."""
    found = _note_or_404(request, public_id)
    (shown,) = shown_notes(Note.objects.filter(pk=found.pk), None, request.membership)
    (record,) = found.records
    context = {"shown": shown, "record": record, "record_url": shared.page_of(request, record)}
    return render(request, "crm/note.html", context)


@require_http_methods(["GET", "POST"])
@allow("note.edit")
def note_edit(request: Any, public_id: Any) -> HttpResponse:
    """Change a note; if somebody else saved meanwhile, both values are shown."""
    found = _own_or_404(request, public_id)
    form = NoteForm(posted(request), instance=found, member=request.membership)
    if form.is_bound and form.is_valid():
        return _to_timeline(request, form.save())
    return _form(request, form)


@require_safe
@allow("note.edit")
def note_people(request: Any) -> HttpResponse:
    """Whom a note on this record may call: those who may see it."""
    record = shared.asked_record(request)
    people = mentions.people_of(request.account.pk)
    if record is not None:
        people = [each for each in people if can(each, f"{record._meta.model_name}.view", record)]
    meant = mentions.handles_of(people)
    named = [(each, each.user.email if len(meant[str(each).casefold()]) > 1 else str(each)) for each in people]
    return render(request, "crm/timeline/_people.html", {"people": named})


@require_POST
@allow("note.edit")
def note_delete(request: Any, public_id: Any) -> HttpResponse:
    found = notes.remove(_own_or_404(request, public_id))
    undo = reverse("crm:note_restore", args=[request.account.slug, found.public_id])
    messages.success(request, "The note is deleted.", extra_tags=undo)
    return _to_timeline(request, found)


@require_POST
@allow("note.edit")
def note_restore(request: Any, public_id: Any) -> HttpResponse:
    return _to_timeline(request, notes.put_back(_own_or_404(request, public_id, deleted=True)))


@require_POST
@allow("note.edit")
def note_pin(request: Any, public_id: Any) -> HttpResponse:
    """Keep a note on top, or let it go to its day."""
    found = _note_or_404(request, public_id)
    refuse_change(found.records[0])
    try:
        notes.pin(found, is_pinned="pin" in request.POST, expected=version_in(request.POST, found))
    except notes.TooManyPinned:
        messages.error(request, f"{notes.MOST_PINNED} notes are on top already. Take one off first.")
    return _to_timeline(request, found)


def _note_or_404(request: Any, public_id: Any, *, deleted: bool = False) -> Note:
    rows = Note.objects.visible_to(request.membership, deleted=deleted)
    return get_object_or_404(rows.select_related("author__user", "company", "contact", "deal"), public_id=public_id)


def _own_or_404(request: Any, public_id: Any, *, deleted: bool = False) -> Note:
    """A note that this member may change: their own, or with the right anybody's."""
    found = _note_or_404(request, public_id, deleted=deleted)
    if not can(request.membership, "note.edit", found):
        raise Http404
    refuse_change(found.records[0])
    return found


def _form(request: Any, form: NoteForm) -> HttpResponse:
    (record,) = form.instance.records
    context = {"form": form, "record": record, "record_url": shared.page_of(request, record)}
    context["asks_for_it"] = f"?{record._meta.model_name}={record.public_id}"
    return render(request, "crm/note_form.html", context, status=shared.form_status(form))


def _to_timeline(request: Any, note: Note) -> HttpResponse:
    return redirect(f"{shared.page_of(request, note.records[0])}#timeline")
