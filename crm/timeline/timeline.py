"""What the log tells of a record itself, and what people wrote about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.history import lines
from accounts.models import Membership
from accounts.permissions import can
from audit.models import Event
from crm.merging.queries import merged_ids
from crm.models import Note, Record
from crm.timeline import mentions
from crm.timeline.sources import Before, Line, Source, about, newest, register, told_elsewhere


def changes(record: Any, member: Membership, before: Before | None, limit: int) -> list[Line]:
    """How the record and what became part of it came into being and changed; what another source tells is left out."""
    parts = merged_ids(record)
    events = Event.objects.filter(record_id__in=[record.public_id, *parts]).exclude(kind__in=told_elsewhere())
    events = events.exclude(record_id__in=parts, kind__endswith=".merged_into")  # the record itself tells that
    found = list(newest(events, before, limit, at="written_at"))
    told = lines(found, member, page_of=record.public_id)
    return [Line(line.at, line.event.pk, "crm/timeline/_change.html", line, line.icon) for line in told]


@dataclass(frozen=True)
class ShownNote:
    """A note for its reader: its words, where it stands if not here, and whether it may be changed."""

    note: Note
    pieces: list[mentions.Piece]
    elsewhere: Record | None
    elsewhere_url: str
    may_edit: bool
    may_pin: bool


def _notes(record: Any, member: Membership) -> QuerySet[Any]:
    own = Q(**{str(record._meta.model_name): record.pk}, pinned_at__isnull=False)
    return Note.objects.live().filter(about(record, member)).exclude(own)


def notes(record: Any, member: Membership, before: Before | None, limit: int) -> list[Line]:
    """What people wrote about the record; what is pinned on it stands above the timeline."""
    shown = shown_notes(newest(_notes(record, member), before, limit), record, member)
    return [Line(each.note.created_at, each.note.pk, "crm/timeline/_note.html", each) for each in shown]


def pinned_on(record: Record, member: Membership) -> list[ShownNote]:
    """The notes that stay on top of the record's timeline, the latest first."""
    if "pinned" in record.lacks or not can(member, "note.view"):
        return []
    own = Note.objects.live().filter(**{str(record._meta.model_name): record.pk}, pinned_at__isnull=False)
    return shown_notes(own.order_by("-pinned_at", "-id"), record, member)


def shown_notes(rows: QuerySet[Any], record: Record | None, member: Membership) -> list[ShownNote]:
    """These notes in words; as many statements for many as for few."""
    found = rows.select_related("author__user", "company", "contact", "deal").prefetch_related("mentions__member__user")
    return [_shown(note, record, member) for note in found]


def _shown(note: Note, record: Record | None, member: Membership) -> ShownNote:
    called: Iterable[Membership] = [mention.member for mention in note.mentions.all()]
    elsewhere = next((each for each in note.records if each != record), None)
    url = ""
    if elsewhere is not None:
        url = reverse(f"crm:{elsewhere._meta.model_name}", args=[member.account.slug, elsewhere.public_id])
    is_open = not any(getattr(each, "is_restricted", False) for each in note.records)
    may_edit, may_pin = is_open and can(member, "note.edit", note), is_open and can(member, "note.edit")
    return ShownNote(note, mentions.pieces(note.text, called), elsewhere, url, may_edit, may_pin)


register(Source("note", "Notes", "note", notes, action="note.view", order=10, every=_notes))
register(Source("change", "Changes", "pencil", changes, action="home.view", order=90))
