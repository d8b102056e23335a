"""What merging keeps: enough to take it back, and where an old address leads."""

from crm.models import Merge, MergedRecord, MergedRow, NoDuplicate
from datamap import Column, Erasure, Subject, Support, describe

TAKING_BACK = "Taking back a merge of two records that were not the same"
A_ROW = Column("free text", export="A copy of what merged records held, kept for 30 days.", support=Support.HIDDEN)

describe(
    Merge,
    purpose="Showing which records became one, and by whom",
    subject=Subject.CONTACT,
    not_personal=frozenset({"at", "undone_at"}),
    rows_for="contact",
    erase=Erasure.DELETE_ROW,
)

describe(
    MergedRecord,
    purpose="Leading the address of a merged record to what it became",
    subject=Subject.CONTACT,
    fields={"old_id": "technical"},
    rows_for="merge__contact",
    erase=Erasure.DELETE_ROW,
)

describe(
    MergedRow,
    purpose=TAKING_BACK,
    subject=Subject.CONTACT,
    fields={"table": "technical", "before": A_ROW, "after": A_ROW},
    not_personal=frozenset({"row_id"}),
    rows_for="merge__contact",
    erase=Erasure.DELETE_ROW,
)

describe(
    NoDuplicate,
    purpose="Not asking again about records that look alike and are not the same",
    fields={"kind": "technical"},
    not_personal=frozenset({"first_id", "second_id", "at"}),
    rows_for="by",
)
