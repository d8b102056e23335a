"""Verbs on notes. Each leaves the words for search and one line in the log behind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

import audit
from accounts.bell import BellKind, Told, register, ring
from accounts.models import Membership
from crm.models import Mention, Note
from crm.search import reindex
from tenancy import held
from tenancy.context import whole

MOST_PINNED = 10


class TooManyPinned(Exception):
    """A record keeps a few notes on top, or none would stand out."""


@whole
def write(note: Note, called: Iterable[Membership]) -> Note:
    """Store a new note, and ring for those it calls."""
    note.save()
    _call(note, called, former=set(), by=note.author)
    audit.record("note.created", note)
    return note


@whole
def rewrite(note: Note, called: Iterable[Membership], *, expected: int, before: str, by: Membership) -> Note:
    """Store a note that ``by`` changed; only those it did not call before hear of it. Raises Conflict."""
    former = set(Mention.objects.filter(note=note).values_list("member_id", flat=True))
    note.save_checked(expected)
    _call(note, called, former, by)
    audit.record("note.changed", note, data={"changes": {"text": [before, note.text]}})
    return note


@whole
def remove(note: Note) -> Note:
    """Take the note away; it can be put back for thirty days. Raises Held."""
    held.refuse_one(note)
    note.deleted_at, note.pinned_at = timezone.now(), None
    note.save_checked(note.version)
    audit.record("note.deleted", note)
    return note


@whole
def put_back(note: Note) -> Note:
    note.deleted_at = None
    note.save_checked(note.version)
    audit.record("note.restored", note)
    return note


@whole
def pin(note: Note, *, is_pinned: bool, expected: int) -> Note:
    """Keep the note on top of its record's timeline, or let it go to its day. Raises TooManyPinned, or Conflict."""
    if is_pinned and pinned_beside(note) >= MOST_PINNED:
        raise TooManyPinned
    note.pinned_at = timezone.now() if is_pinned else None
    note.save_checked(expected)
    return note


def pinned_beside(note: Note) -> int:
    """How many notes are on top of the same record."""
    same = {f"{noun}_id": getattr(note, f"{noun}_id") for noun in ("company", "contact", "deal")}
    return Note.objects.live().filter(pinned_at__isnull=False, **same).count()


def _call(note: Note, called: Iterable[Membership], former: set[int], by: Membership | None) -> None:
    called = list(called)
    Mention.objects.filter(note=note).exclude(member__in=called).delete()
    new = [member for member in called if member.pk not in former]
    Mention.objects.bulk_create(Mention(note=note, member=member) for member in new)
    reindex([note])
    ring(new, MENTION, note, by=by)


def _told(member: Membership, public_ids: Sequence[UUID]) -> dict[UUID, Told]:
    notes = Note.objects.visible_to(member).filter(public_id__in=public_ids)
    return {
        note.public_id: Told(
            f"mentioned you in {note}", reverse("crm:note", args=[member.account.slug, note.public_id])
        )
        for note in notes.select_related("company", "contact", "deal")
    }


MENTION = register(BellKind("mention", "at", _told, "mentioned you in a note"))
