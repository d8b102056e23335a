"""What happened to a record, as sentences: read from the audit log, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from audit.models import Event, Payload
from crm.models import Record
from lib import formats
from lib.keyset import Page, page

SHOWN = 30

# kind's verb → (icon, words after the actor's name)
_SENTENCES = {
    "created": ("plus", "added {record}"),
    "changed": ("pencil", "changed"),
    "deleted": ("trash", "moved {record} to the bin"),
    "restored": ("arrow-back-up", "took {record} out of the bin"),
    "imported": ("upload", "imported {record}"),
}
_ELSE = ("point", "{verb} {record}")
LABELS = {
    "email_label": "E-mail label",
    "phone_label": "Phone label",
    "domain": "Website",
    "title": "Job title",
    "email": "E-mail",
    "emails": "Further e-mail addresses",
    "phones": "Further phone numbers",
    "region": "State or region",
}
LONG_TEXTS = frozenset({"note"})


@dataclass(frozen=True)
class Change:
    """One field's old and new value, by the name people read."""

    label: str
    old: str
    new: str
    is_long: bool


@dataclass(frozen=True)
class Line:
    """One event: who did what, when."""

    icon: str
    actor: str
    words: str
    changes: list[Change]
    at: datetime

    @property
    def day(self) -> date:
        return formats.plain_day(self.at)

    @property
    def clock(self) -> str:
        return formats.clock(self.at)


def timeline(record: Record, cursor: str | None = None) -> Page[Line]:
    """The record's events, a page at a time."""
    events = Event.objects.filter(record_type=record._meta.label_lower, record_id=record.public_id)
    found = page(events, order=("-id",), cursor=cursor, size=SHOWN)
    payloads = dict(
        Payload.objects.filter(event_id__in=[event.pk for event in found.rows]).values_list("event_id", "data")
    )
    noun = f"this {record._meta.verbose_name}"
    lines = [_line(event, payloads.get(event.pk, {}), noun) for event in found.rows]
    return Page(lines, found.next, found.previous, found.is_restarted)


def _line(event: Event, data: dict[str, Any], noun: str) -> Line:
    verb = event.kind.partition(".")[2]
    icon, words = _SENTENCES.get(verb, _ELSE)
    changes = [
        Change(_label(name), str(old), str(new), name in LONG_TEXTS)
        for name, (old, new) in data.get("changes", {}).items()
        if verb != "created"
    ]
    actor = data.get("actor") or "Somebody whose name was erased"
    if verb == "changed" and not changes:
        words = "saved {record}"
    return Line(icon, actor, words.format(record=noun, verb=verb.replace("_", " ")), changes, event.written_at)


def _label(name: str) -> str:
    return LABELS.get(name) or name.replace("_", " ").capitalize()
