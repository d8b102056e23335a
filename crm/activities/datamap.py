"""What activities say about people: whom they concern, and who does them."""

from __future__ import annotations

from crm.models import Activity
from datamap import Erasure, Subject, describe

describe(
    Activity,
    purpose="Planning what to do for the firm's clients, and saying what was done",
    subject=Subject.CONTACT,
    fields={
        "subject": "free text",
        "note": "free text",
        "outcome": "free text",
        "kind": "activity",
        "due_on": "activity",
        "due_time": "activity",
        "due_at": "activity",
        "minutes": "activity",
        "done_at": "activity",
        "time_zone": "preference",
    },
    not_personal=frozenset(
        {
            "repeats",
            "series",
            "remind_before",
            "remind_at",
            "reminded_at",
            "is_sample",
            "deleted_at",
        }
    ),
    rows_for="contact",
    erase=Erasure.DELETE_ROW,
)
