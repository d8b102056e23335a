"""Our own records: of authorities, incidents and notices. Only the staff who decided stand in them."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.models import User
from datamap import Basis, Interest, Keep, Party, Reason, Retention, Subject, describe

from .models import Announcement, BusinessTransfer, Disclosure, Incident, LogExtract, Misuse, Release

OURS = "Our own record; every firm concerned was told, and the numbers are public."


def decided_by(user: User) -> QuerySet[Disclosure]:
    """The cases in which somebody of us had a hand."""
    return Disclosure.objects.filter(Q(first=user) | Q(second=user))


def released_by(user: User) -> QuerySet[Release]:
    """The figures in which somebody of us had a hand."""
    return Release.objects.filter(Q(first=user) | Q(second=user))


def extracted_by(user: User) -> QuerySet[LogExtract]:
    """The parts of our logs that somebody of us fixed or drew."""
    return LogExtract.objects.filter(Q(scoped_by=user) | Q(drawn_by=user))


def misuse_decided_by(user: User) -> QuerySet[Misuse]:
    """The cases of misuse in which somebody of us had a hand."""
    return Misuse.objects.filter(Q(first=user) | Q(second=user))


BUSINESS = "business"

describe(
    Disclosure,
    purpose="Being able to show what we disclosed, to whom and why",
    subject=Subject.ACCOUNT_HOLDER,
    party=Party.CONTROLLER,
    basis=Basis.LEGAL_OBLIGATION,
    retention=Retention.TEN_YEARS,
    counted_from="received_at",
    fields=dict.fromkeys(("authority", "country", "instrument", "firm", "scope", "decision", "released"), BUSINESS),
    not_personal=frozenset(
        {"kind", "state", "received_at", "gag_until", "decided_at", "released_at", "told_at", "reviewed_at"}
    ),
    rows_for=decided_by,
    erase=Keep(Reason.LEGAL_OBLIGATION, "Who released something must be provable."),
    exported=OURS,
)
describe(
    LogExtract,
    purpose="Being able to show what we disclosed, to whom and why",
    subject=Subject.ACCOUNT_HOLDER,
    party=Party.CONTROLLER,
    basis=Basis.LEGAL_OBLIGATION,
    retention=Retention.TEN_YEARS,
    counted_from="scoped_at",
    fields={"ip": "device", "digest": BUSINESS},
    not_personal=frozenset({"log", "since", "until", "scoped_at", "drawn_at", "rows"}),
    rows_for=extracted_by,
    erase=Keep(Reason.LEGAL_OBLIGATION, "Who released something must be provable."),
    exported=OURS,
)
describe(
    Misuse,
    purpose="Handling fraud and breaches of the terms",
    subject=Subject.ACCOUNT_HOLDER,
    party=Party.CONTROLLER,
    basis=Basis.LEGITIMATE_INTEREST,
    interest=Interest.FRAUD,
    retention=Retention.TEN_YEARS,
    counted_from="opened_at",
    fields=dict.fromkeys(("firm", "reason", "evidence", "appeal", "answer"), BUSINESS),
    not_personal=frozenset({"state", "opened_at", "decided_at", "ends_at", "appealed_at", "answered_at"}),
    rows_for=misuse_decided_by,
    erase=Keep(Reason.SECURITY, "Whoever was suspended may ask why, and so may a court."),
    exported=OURS,
)
describe(
    Incident,
    fields=dict.fromkeys(("title", "facts", "effects", "remedy"), BUSINESS),
    not_personal=frozenset({"noticed_at", "is_risk", "authority_told_at", "told_at", "closed_at"}),
    exported=OURS,
)
describe(
    BusinessTransfer,
    fields=dict.fromkeys(("successor", "country", "passes"), BUSINESS),
    not_personal=frozenset({"announced_on", "happens_on"}),
    exported=OURS,
)
describe(
    Release,
    purpose="Being able to show what we published, and who released it",
    subject=Subject.ACCOUNT_HOLDER,
    party=Party.CONTROLLER,
    basis=Basis.LEGITIMATE_INTEREST,
    interest=Interest.IMPROVEMENT,
    retention=Retention.TEN_YEARS,
    counted_from="made_at",
    fields=dict.fromkeys(("method", "tally", "figures", "digest"), BUSINESS),
    not_personal=frozenset({"topic", "purpose", "since", "until", "version", "made_at", "published_at"}),
    rows_for=released_by,
    erase=Keep(Reason.LEGAL_OBLIGATION, "Who released something must be provable."),
    exported=OURS,
)
describe(
    Announcement,
    fields=dict.fromkeys(("key", "title", "words", "path"), BUSINESS),
    not_personal=frozenset({"made_at", "told_at", "letters"}),
    exported=OURS,
)
