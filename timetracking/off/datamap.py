"""Days off are about a member, and “sick” is about health: few may read the kind, and nothing is derived of it."""

from __future__ import annotations

from datamap import Column, Erasure, Subject, Support, describe
from timetracking.models import SpecialDay, TimeOff, TimeOffType, WorkingTime

describe(
    WorkingTime,
    purpose="Knowing how long a member is meant to work, and whose holidays they keep",
    subject=Subject.MEMBER,
    fields={
        **dict.fromkeys(
            ("starts_on", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), "work"
        ),
        "country": "work",
        "region": "work",
        "days_off": "work",
    },
    rows_for="person",
    erase=Erasure.DELETE_ROW,
)

describe(
    TimeOffType,
    fields={"name": "business"},
    not_personal=frozenset(
        {"colour", "is_paid", "lowers_target", "needs_approval", "is_counted", "position", "archived_at"}
    ),
)

describe(SpecialDay, fields={"day": "business", "name": "business"}, not_personal=frozenset({"kind"}))

describe(
    TimeOff,
    purpose="Planning the team around days off; the kind may say something about health, so colleagues read “Away”",
    subject=Subject.MEMBER,
    fields={
        **dict.fromkeys(("first_day", "last_day", "half"), "work"),
        "type": Column("work", support=Support.HIDDEN),
        "note": "free text",
        "answer": "free text",
    },
    not_personal=frozenset({"state", "decided_at"}),
    rows_for="person",
    erase=Erasure.DELETE_ROW,
)
