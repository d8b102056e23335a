"""Projects and tasks are the firm's trade; who worked on them, when and how long is about members."""

from __future__ import annotations

from datamap import Column, Subject, Support, describe
from timetracking.models import Project, SheetRow, Task, TimeEntry

describe(
    Project,
    fields={
        "name": "business",
        "name_key": Column("technical", export="A copy of the name.", support=Support.HIDDEN),
        "code": "business",
        "hourly_rate": "business",
        "currency": "business",
        "budget_minutes": "business",
    },
    not_personal=frozenset({"billable", "archived_at", "is_sample"}),
)

describe(Task, fields={"name": "business"}, not_personal=frozenset({"billable", "archived_at", "is_sample"}))

describe(
    TimeEntry,
    purpose="Showing and billing the hours worked",
    subject=Subject.MEMBER,
    fields={
        "day": "work",
        "minutes": "work",
        "started_at": "work",
        "stopped_at": "work",
        "time_zone": "work",
        "note": "free text",
    },
    not_personal=frozenset({"billable", "source", "locked_at", "lock_reason"}),
    rows_for="person",
)

describe(
    SheetRow,
    purpose="Remembering the rows of a member's week",
    subject=Subject.MEMBER,
    fields={"week": "work"},
    not_personal=frozenset({"hidden_at"}),
    rows_for="person",
)
