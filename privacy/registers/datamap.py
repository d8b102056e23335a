"""Our own records: of authorities, incidents and notices. Only the staff who decided stand in them."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.models import User
from datamap import Basis, Keep, Party, Reason, Retention, Subject, describe

from .models import Announcement, BusinessTransfer, Disclosure, Incident, Release

OURS = "Our own record; every firm concerned was told, and the numbers are public."


def decided_by(user: User) -> QuerySet[Disclosure]:
    """The cases in which somebody of us had a hand."""
    return Disclosure.objects.filter(Q(first=user) | Q(second=user))


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
    fields=dict.fromkeys(("title", "period", "method", "figures", "digest"), BUSINESS),
    not_personal=frozenset({"published_at"}),
    exported=OURS,
)
describe(
    Announcement,
    fields=dict.fromkeys(("key", "title", "words", "path"), BUSINESS),
    not_personal=frozenset({"made_at", "told_at", "letters"}),
    exported=OURS,
)
