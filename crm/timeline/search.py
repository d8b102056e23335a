"""Notes are found by the words of their text."""

from __future__ import annotations

from crm.models import Note
from crm.search import SearchKind, register
from crm.timeline.mentions import plain, without_keys
from lib.text import words

MOST = 1_000  # words of one note
BEGINNING = 120

register(
    SearchKind(
        "note",
        Note,
        label="Notes",
        icon="note",
        action="note.view",
        view="crm:note",
        words=lambda note: words(without_keys(note.text))[:MOST],
        visible=lambda member: (
            Note.objects.visible_to(member)
            .select_related("company", "contact", "deal")
            .prefetch_related("mentions__member__user")
            .order_by("-created_at", "-id")
        ),
        detail=lambda note: plain(note.text, [each.member for each in note.mentions.all()])[:BEGINNING],
    )
)
