"""How the log tells what happened to notes."""

from __future__ import annotations

from accounts.history import pages_of
from audit.words import Field, Kind, Noun, register, register_noun
from crm.models import Note

register(
    "Contacts and companies",
    Kind("note.created", "Note written", "wrote {record}", "note"),
    Kind("note.changed", "Note changed", "changed {changes} of {record}", "pencil"),
    Kind("note.deleted", "Note deleted", "deleted {record}", "trash"),
    Kind("note.restored", "Note restored", "put {record} back", "arrow-back-up"),
)
register_noun(
    Noun(
        "crm.note",
        "note",
        {"text": Field("Text", is_long=True)},
        pages_of("crm:note", "note.view", lambda member: Note.objects.visible_to(member)),
    )
)
