"""What is kept of an erasure: numbers, keyed hashes and our signature. And why something may not be erased yet."""

from __future__ import annotations

from datamap import Basis, Column, Party, Subject, describe

from .models import AccountDeletion, LedgerLine, LegalHold, PersonErasure, RetentionRun

OURS = "Ours: it speaks of an account that is not there any more."

describe(
    AccountDeletion,
    fields={
        "people": Column("technical", export=OURS),
        "receipts": Column("technical", export=OURS),
        "findings": Column("technical", export=OURS),
        "certificate": Column("technical", export=OURS),
    },
    not_personal=frozenset(
        {"number", "digest", "stage", "asked_at", "closed_at", "begun_at", "erased_at", "looked_at", "before", "gone"}
    ),
    exported=OURS,
)

describe(
    PersonErasure,
    fields={
        "addresses": Column("technical", export="Keyed hashes, from which nobody can be read."),
        "certificate": Column("technical", export="A page and a file of their own, for whoever has the address."),
    },
    not_personal=frozenset(
        {"kind", "digest", "number", "ground", "state", "asked_at", "erased_at", "lines", "accounts", "blanked"}
    ),
    exported="Ours: that somebody was erased, without a word on whom.",
)

describe(RetentionRun, not_personal=frozenset({"at", "removed"}), exported="Ours: counts of rows, and no word of them.")

describe(LedgerLine, not_personal=frozenset({"digest", "kind", "known_at"}), exported=OURS)

describe(
    LegalHold,
    purpose="Keeping what a court may ask for",
    subject=Subject.ACCOUNT_HOLDER,
    party=Party.CONTROLLER,
    basis=Basis.LEGAL_OBLIGATION,
    fields={
        "record_id": "technical",
        "matter": "business",
        "reason": "business",
        "custodian": Column("business", export="Our own record of who answers for the hold."),
        "placed_by": Column("activity", export="Our own record of who answers for the hold."),
    },
    not_personal=frozenset({"record_type", "review_on", "is_sealed", "placed_at", "released_at", "reminded_at"}),
    rows_for="placed_by",
    exported="Our own record; the log tells of every hold that no court has sealed.",
)
