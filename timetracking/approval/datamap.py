"""How hours are approved is about members; what the firm decided about time is about nobody."""

from __future__ import annotations

from datamap import Column, Subject, Support, describe
from timetracking.models import Delegation, LateEdit, Signature, TimeSettings, Timesheet

describe(
    TimeSettings,
    fields={"lock_reason": "business"},
    not_personal=frozenset(
        {
            "day_ends",
            "allows_future",
            "needs_clock",
            "needs_note",
            "approval",
            "period",
            "period_starts_on",
            "levels",
            "smallest_group",
            "locked_through",
        }
    ),
)

describe(
    Timesheet,
    purpose="Approving the hours of a period",
    subject=Subject.MEMBER,
    fields={"first_day": "work", "last_day": "work", "has_no_hours": "work", "words": "free text"},
    not_personal=frozenset({"state", "level", "submitted_at", "decided_at", "marked_days"}),
    rows_for="person",
)

describe(
    Signature,
    purpose="Knowing who approved which hours",
    subject=Subject.MEMBER,
    not_personal=frozenset({"level", "created_at"}),
    rows_for="by",
)

describe(
    LateEdit,
    purpose="Showing what was changed in hours and expenses after they were approved or locked, and why",
    subject=Subject.MEMBER,
    fields={
        "day": "work",
        "before": Column("free text", export="The entry or expense as it was."),
        "after": Column("free text", export="The entry or expense as it became."),
        "former_receipt": Column("file", support=Support.HIDDEN),
        "reason": "free text",
    },
    not_personal=frozenset({"entry", "created_at"}),
    rows_for="person",
)

describe(
    Delegation,
    purpose="Approving in the place of somebody who is away",
    subject=Subject.MEMBER,
    fields={"first_day": "work", "last_day": "work"},
    rows_for="person",
)
