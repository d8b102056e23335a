"""What an import of hours keeps: the file, who and what its rows mean, and what became of each row."""

from __future__ import annotations

from accounts import jobs
from datamap import Column, Subject, Support, describe
from timetracking.models import HoursImport, HoursRow

describe(
    HoursImport,
    purpose="Bringing in a file of hours, and saying who did and what became of it",
    fields={
        "preview": Column("free text", export="A first look at rows that are entries by now.", support=Support.HIDDEN),
        "sheet": "business",
        "mapping": "business",
        "found": Column("free text", support=Support.HIDDEN),
        "chosen": Column("free text", support=Support.HIDDEN),
        "made": "technical",
        "header_key": "technical",
        "tally": "business",
        "undo": "business",
        "failure": "business",
    },
    not_personal=jobs.FACTS
    | {"source", "days", "time_zone", "rows_total", "rows_read", "stored", "merged", "skipped", "rejected"},
    rows_for="by",
)

describe(
    HoursRow,
    purpose="Saying what became of each row of an imported file of hours, and giving back the rows turned away",
    subject=Subject.MEMBER,
    fields={
        "reason": "free text",
        "values": Column("free text", support=Support.HIDDEN),
        "raw": Column("free text", support=Support.HIDDEN),
        "kept": "free text",
    },
    not_personal=frozenset({"row", "outcome"}),
    rows_for="entry__person",
)
