"""Projects and tasks are the firm's trade; who worked on them, when and how long is about members."""

from __future__ import annotations

from datamap import Column, Subject, Support, describe
from timetracking.approval import datamap as approval  # noqa: F401  (a room's own tables)
from timetracking.expenses import datamap as expenses  # noqa: F401
from timetracking.imports import datamap as imports  # noqa: F401
from timetracking.models import Project, RunningTimer, SheetRow, Task, TimeEntry, TimeEntryTag
from timetracking.off import datamap as off  # noqa: F401  (a room's own tables)
from timetracking.projects import datamap as projects
from timetracking.rates import datamap as rates  # noqa: F401
from timetracking.reminders import datamap as reminders  # noqa: F401
from timetracking.reports import datamap as reports  # noqa: F401

describe(
    Project,
    fields={
        "name": "business",
        "name_key": Column("technical", export="A copy of the name.", support=Support.HIDDEN),
        "code": "business",
        **projects.TERMS,
    },
    not_personal=frozenset({"billable", "budget_period", "archived_at", "is_sample"}),
)

describe(
    Task, fields={"name": "business"}, not_personal=frozenset({"billable", "position", "archived_at", "is_sample"})
)

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
        "bill_rate": "business",
        "cost_rate": "business",
    },
    not_personal=frozenset(
        {
            "billable",
            "source",
            "needs_check",
            "locked_at",
            "lock_reason",
            "has_own_rate",
            "rate_currency",
            "cost_currency",
            "rates_frozen_at",
        }
    ),
    rows_for="person",
)

describe(
    TimeEntryTag,
    purpose="Sorting hours by the firm's own words",
    subject=Subject.MEMBER,
    rows_for="entry__person",
)

describe(
    SheetRow,
    purpose="Remembering the rows of a member's week",
    subject=Subject.MEMBER,
    fields={"week": "work"},
    not_personal=frozenset({"hidden_at"}),
    rows_for="person",
)

describe(
    RunningTimer,
    purpose="Timing what a member works on now, and asking about a timer that was forgotten; gone once it is stopped",
    subject=Subject.MEMBER,
    fields={"started_at": "work", "time_zone": "work", "seen_at": "work", "note": "free text", "tags": "business"},
    not_personal=frozenset({"billable", "ask_at", "asked_at"}),
    rows_for="person",
)
