"""Notes for programs: the same form and actions as on the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from accounts.api import lists
from accounts.api.body import BodyForm
from accounts.api.fields import CREATED, ID, UPDATED, VERSION, Reference, Switch, Text
from accounts.api.problems import Problem
from accounts.api.resource import Resource
from accounts.api.values import EXAMPLE_ID
from accounts.models import Membership
from accounts.permissions import can
from crm import about_api
from crm.models import Note
from crm.restricted import refuse_change
from crm.search import matching
from crm.timeline import notes
from crm.timeline.forms import NoteForm


class NoteBody(BodyForm, NoteForm):
    """A note, its colleagues called by ``@[id]``, or as people write."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["text"] = self.instance.text


class Notes(Resource):
    """``/notes/``"""

    name, one, about = "notes", "note", "What was written about a contact, a company or a deal."
    model, scope, is_searched = Note, "crm", True
    may = {"browse": "note.view", "create": "note.edit", "read": "note.view", "change": "note.edit",
           "delete": "note.edit"}  # fmt: skip
    fields = (
        ID,
        VERSION,
        Text("text", "The words. `@[id]` calls a member, who hears of it.", "She likes the draft.", is_required=True),
        *about_api.references(is_fixed=True),
        Switch("pinned", "Stays on top of the record's timeline; a record has ten such.", False, column="pinned_at"),
        Reference("author", "Who wrote it.", EXAMPLE_ID, to="members", is_read_only=True, may_be_null=False),
        CREATED,
        UPDATED,
    )
    orders = {
        "-created_at": ("-id",),
        "created_at": ("id",),
        "updated_at": ("updated_at", "id"),
        "-updated_at": ("-updated_at", "-id"),
    }
    filters = (
        *about_api.filters(),
        lists.by_reference(
            "author", lambda member: Membership.objects.filter(account_id=member.account_id), "Written by this member."
        ),
        lists.by_flag("pinned", "On top, or not.", lambda flag: Q(pinned_at__isnull=not flag)),
        lists.by_instant("updated_since", "updated_at__gte", "Changed at or after this moment."),
    )

    def visible(self, member: Membership) -> QuerySet[Any]:
        return Note.objects.visible_to(member)

    def editable(self, member: Membership) -> QuerySet[Any]:
        return self.visible(member).select_related("author__user", "contact", "company", "deal")

    def searched(self, rows: QuerySet[Any], text: str, member: Membership) -> QuerySet[Any]:
        return rows.filter(matching(Note, text))

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        pinned = given.pop("pinned", None)
        if record is None:
            subject = about_api.need_record(given, request.membership)
            record = Note(**{str(subject._meta.model_name): subject})
        else:
            self._refuse(record, request, only_pins="text" not in given)
        form = NoteBody(given, instance=record, member=request.membership)
        form.pinned = pinned
        return form

    def store(self, form: Any, request: Any) -> Note:
        note: Note = form.save() if "text" in form.changed_data else form.instance
        if form.pinned is None or form.pinned == bool(note.pinned_at):
            return note
        try:
            return notes.pin(note, is_pinned=form.pinned, expected=note.version)
        except notes.TooManyPinned:
            words = f"{notes.MOST_PINNED} notes are on top already. Take one off first."
            raise Problem("invalid", errors={"pinned": [words]}) from None

    def remove(self, record: Any, request: Any) -> None:
        self._refuse(record, request)
        notes.remove(record)

    def _refuse(self, record: Note, request: Any, *, only_pins: bool = False) -> None:
        """Who reads a note may pin it; its words are its author's, and managers'."""
        if not only_pins and not can(request.membership, "note.edit", record):
            raise Problem("forbidden", "A note is changed by who wrote it, or by a manager.")
        refuse_change(record.records[0])


RESOURCES = (Notes(),)
