"""An invented firm on the front page, told by the program itself: its own reading of hours, its own log's sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from audit.sentences import Part, tell
from audit.words import Ref
from lib import durations

LONGEST = 40
HOURS = ("1:30", "1,5", "90m", "9-12:30", "8.20", "45")


@dataclass(frozen=True)
class Typed:
    """A length of time as somebody types it, and what Candor says to it."""

    text: str
    answer: str
    is_refused: bool = False


def typed(text: str) -> Typed:
    """Read it as the weekly grid would."""
    try:
        return Typed(text, durations.echo(durations.parse(text).minutes))
    except durations.DurationError as refusal:
        return Typed(text, str(refusal), is_refused=True)


@dataclass(frozen=True)
class Happening:
    """One line of the invented firm's log."""

    at: str
    who: str
    parts: list[Part]


_ENTRY = {"minutes": 210, "project": "1", "project_name": "Website relaunch", "task_name": "Build"}
_HAPPENED: tuple[tuple[str, str, str, dict[str, Any], tuple[str, str]], ...] = (
    ("14:07", "Bob Reyes", "time_entry.created", {"entry": _ENTRY}, ("timetracking.timeentry", "")),
    ("13:51", "Alice Novak", "contact.changed", {"changes": {"phone": ["+45 20 55 01 12", "+45 31 12 00 98"]}},
     ("crm.contact", "Maren Holt")),
    ("11:20", "Alice Novak", "member.role_changed", {"changes": {"role": ["Member", "Reader"]}},
     ("accounts.membership", "Carol Lindqvist")),
    ("09:02", "Alice Novak", "contacts.imported", {"stored": 231, "merged": 12, "skipped": 0, "rejected": 5},
     ("crm.contactimport", "contacts.csv")),
)  # fmt: skip


def log() -> list[Happening]:
    """Some of a day, newest first, in the sentences that the log would write."""
    yesterday = {"day": (timezone.localdate() - timedelta(days=1)).isoformat()}
    return [
        Happening(at, who, tell(kind, _on(data, yesterday), Ref(type_, "1", name)).parts)
        for at, who, kind, data, (type_, name) in _HAPPENED
    ]


def _on(data: dict[str, Any], day: dict[str, str]) -> dict[str, Any]:
    return {**data, "entry": {**data["entry"], **day}} if "entry" in data else data
