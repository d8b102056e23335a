"""What people write and say to us, and what our staff did about it. We decide about it ourselves: controller."""

from __future__ import annotations

from typing import Any

from datamap import Basis, Column, Erasure, Interest, Keep, Party, Reason, Retention, Source, Subject, describe

from .models import (
    Call,
    Grant,
    GrantStep,
    Look,
    Mask,
    Review,
    StaffAction,
    Suggestion,
    SupportSettings,
    Ticket,
    TicketFile,
    TicketMessage,
)

OURS: dict[str, Any] = {"subject": Subject.ACCOUNT_HOLDER, "party": Party.CONTROLLER}
ANSWERING = "Answering what people ask us"

describe(
    Ticket,
    **OURS,
    purpose=ANSWERING,
    basis=Basis.LEGITIMATE_INTEREST,
    interest=Interest.SUPPORT,
    retention=Retention.TWO_YEARS,
    counted_from="closed_at",
    fields={
        "number": "activity",
        "topic": "activity",
        "subject": "free text",
        "name": "identity",
        "email": "contact details",
        "opened_at": "activity",
        "touched_at": "activity",
        "closed_at": "activity",
    },
    not_personal=frozenset({"queue", "state", "is_urgent"}),
    rows_for="user",
    erase=Erasure.DELETE_ROW,
)

# The notes among staff are about the person as well: they are in the person's copy.
describe(
    TicketMessage,
    **OURS,
    purpose=ANSWERING,
    basis=Basis.LEGITIMATE_INTEREST,
    interest=Interest.SUPPORT,
    retention=Retention.TWO_YEARS,
    counted_from="ticket__closed_at",
    fields={"text": "free text", "written_at": "activity"},
    not_personal=frozenset({"kind"}),
    rows_for="ticket__user",
    erase=Erasure.DELETE_ROW,
)

describe(
    TicketFile,
    **OURS,
    purpose=ANSWERING,
    basis=Basis.LEGITIMATE_INTEREST,
    interest=Interest.SUPPORT,
    retention=Retention.TWO_YEARS,
    counted_from="message__ticket__closed_at",
    fields={"file": "file", "media_type": "file", "size": "file"},
    rows_for="message__ticket__user",
    erase=Erasure.DELETE_ROW,
)

describe(
    Call,
    **OURS,
    purpose="Remembering what people told us on the telephone",
    basis=Basis.LEGITIMATE_INTEREST,
    interest=Interest.SUPPORT,
    retention=Retention.UNTIL_EXPIRED,
    counted_from="kept_until",
    fields={
        "person": "identity",
        "phone": "contact details",
        "purpose": "activity",
        "started_at": "activity",
        "ended_at": "activity",
        "summary": "free text",
        "notice_given_at": "consent",
        "recording": "free text",
        "recorded_for": "consent",
        "recording_kept_until": "consent",
    },
    not_personal=frozenset({"kept_until"}),
    rows_for="user",
    erase=Erasure.DELETE_ROW,
)

describe(
    StaffAction,
    **OURS,
    purpose="Knowing what our own people did, and being able to show it",
    basis=Basis.LEGITIMATE_INTEREST,
    interest=Interest.SECURITY,
    retention=Retention.TWO_YEARS,
    counted_from="done_at",
    fields={
        "kind": "activity",
        "detail": Column("free text", source=Source.SERVICE),
        "done_at": "activity",
    },
    rows_for="staff",
    erase=Keep(Reason.SECURITY, "Who of us did what must be traceable for two years."),
)

# --- Looks at single records. The firm's sealed log tells the same, and outlives it. --------------

SHOWING: dict[str, Any] = {
    "purpose": "Letting a firm decide what support may see, and showing it what was seen",
    "basis": Basis.LEGITIMATE_INTEREST,
    "interest": Interest.SUPPORT,
    "retention": Retention.TWO_YEARS,
    "erase": Keep(Reason.SECURITY, "Who of us looked at what, and who allowed it, must be provable for two years."),
}

describe(SupportSettings, not_personal=frozenset({"policy"}))
describe(
    Grant,
    **OURS,
    **SHOWING,
    counted_from="ticket__closed_at",
    fields={"reason": "free text", "asked_at": "activity"},
    not_personal=frozenset({"origin", "records", "unmasked", "minutes", "code"}),
    rows_for="asked_by",
)
describe(
    GrantStep,
    **OURS,
    **SHOWING,
    counted_from="grant__ticket__closed_at",
    fields={"kind": "activity", "at": "activity"},
    not_personal=frozenset({"how", "because", "records", "unmasked", "minutes"}),
    rows_for="by",
)
describe(
    Look,
    **OURS,
    **SHOWING,
    counted_from="grant__ticket__closed_at",
    fields={"opened_at": "activity", "seen_at": "activity", "shown_at": "activity", "closed_at": "activity"},
    not_personal=frozenset({"record", "event", "shown_hash", "unmasked"}),
    rows_for="staff",
)
describe(
    Review,
    **OURS,
    **SHOWING,
    counted_from="grant__ticket__closed_at",
    fields={"verdict": "activity", "note": "free text", "at": "activity"},
    rows_for="by",
)
describe(
    Suggestion,
    **OURS,
    **SHOWING,
    counted_from="look__grant__ticket__closed_at",
    fields={
        "value": "free text",
        "why": "free text",
        "suggested_at": "activity",
        "decided_at": "activity",
        "was_applied": "activity",
    },
    not_personal=frozenset({"field"}),
    rows_for="look__staff",
)
describe(Mask, not_personal=frozenset({"kind", "table", "column", "how", "position"}))
