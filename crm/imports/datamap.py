"""What an import keeps: the file, what became of each row, and what records said before."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts import jobs
from crm.models import Contact, ContactImport, ImportedChange, ImportedRow
from datamap import Column, Erasure, Subject, Support, describe


def changes_of(contact: Contact) -> QuerySet[ImportedChange]:
    return ImportedChange.objects.filter(kind="contact", record_id=contact.pk)


describe(
    ContactImport,
    purpose="Bringing in a contacts file, and saying who did and what became of it",
    fields={
        "preview": Column("free text", export="A first look at rows that are contacts by now.", support=Support.HIDDEN),
        "sheet": "business",
        "mapping": "business",
        "match_on": "technical",
        "header_key": "technical",
        "tally": "business",
        "undo": "business",
        "failure": "business",
    },
    not_personal=jobs.FACTS
    | {"match_all", "on_match", "takes_erased", "rows_total", "rows_read", "stored", "merged", "skipped", "rejected"},
    rows_for="by",
)

describe(
    ImportedRow,
    purpose="Saying what became of each row of an imported file, and giving back the rows turned away",
    subject=Subject.CONTACT,
    fields={
        "reason": "free text",
        "values": Column("free text", support=Support.HIDDEN),
        "raw": Column("free text", support=Support.HIDDEN),
    },
    not_personal=frozenset({"row", "outcome"}),
    rows_for="contact",
    erase=Erasure.DELETE_ROW,
)

describe(
    ImportedChange,
    purpose="Undoing an import: what a record said before",
    subject=Subject.CONTACT,
    fields={
        "kind": "technical",
        "before": Column("free text", support=Support.HIDDEN),
        "after": Column("free text", support=Support.HIDDEN),
        "parts": "technical",
        "kept": "free text",
    },
    not_personal=frozenset({"record_id", "version"}),
    rows_for=changes_of,
    erase=Erasure.DELETE_ROW,
)
