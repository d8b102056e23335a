"""What a firm keeps about the work it hopes to win: its own trade, except for who has to do with it."""

from __future__ import annotations

from crm.models import Deal, DealContact, DealTag, LostReason, Pipeline, Stage, StageMove
from datamap import Column, Erasure, Subject, Support, describe

describe(Pipeline, fields={"name": "business"}, not_personal=frozenset({"position", "archived_at"}))

describe(
    Stage,
    fields={"name": "business"},
    not_personal=frozenset({"position", "probability", "stale_days", "removed_at"}),
)

describe(LostReason, fields={"name": "business"}, not_personal=frozenset({"position"}))

describe(
    Deal,
    purpose="Knowing what work is in sight, and who looks after it",
    fields={
        "name": "business",
        "name_key": Column("technical", export="A copy of the name.", support=Support.HIDDEN),
        "value": "business",
        "currency": "business",
        "close_on": "business",
        "closed_on": "business",
        "lost_reason": "business",
        "lost_words": "business",
        "note": "business",
        "custom": "business",
    },
    not_personal=frozenset({"status", "position", "moved_at", "deleted_at", "is_sample"}),
)

describe(
    StageMove,
    purpose="Knowing how a deal went: when it came into which stage, and who moved it",
    not_personal=frozenset({"at"}),
)

describe(
    DealContact,
    purpose="Knowing whom to speak with about a deal",
    subject=Subject.CONTACT,
    rows_for="contact",
    erase=Erasure.DELETE_ROW,
)

describe(DealTag)
