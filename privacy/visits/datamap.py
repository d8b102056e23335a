"""The visit log is about visitors whom nobody knows: no row leads to a person, and none is looked for."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from datamap import Basis, Column, Erasure, Interest, Party, Retention, Subject, describe
from privacy.visits.models import Alert, Figure, Tie, Visit

NOT_EXPORTED = "It names no account and no person, so whose it is can't be told."
NOTICING = "Noticing attacks on the service, and tracing them"
COUNTING = "Counting what people use, in figures about nobody, to make the site work on it"
WATCHING: dict[str, Any] = {
    "purpose": NOTICING,
    "subject": Subject.VISITOR,
    "party": Party.CONTROLLER,
    "basis": Basis.LEGITIMATE_INTEREST,
    "interest": Interest.SECURITY,
    "retention": Retention.NINETY_DAYS,
    "erase": Erasure.DELETE_ROW,
    "exported": NOT_EXPORTED,
}
AGENTS_KEPT = Retention.THIRTY_DAYS  # what was read wrongly can be read again meanwhile


def nobodys_visits(person: Any) -> QuerySet[Visit]:
    return Visit.objects.none()


def nobodys_alerts(person: Any) -> QuerySet[Alert]:
    return Alert.objects.none()


def ties_of(user: User) -> QuerySet[Tie]:
    return Tie.objects.filter(user=user)


describe(
    Visit,
    **WATCHING,
    counted_from="seen_at",
    fields={
        "seen_at": "activity",
        "page": Column("activity", purpose=(NOTICING, COUNTING)),
        "agent": Column("device", retention=AGENTS_KEPT),
        **dict.fromkeys(("provider", "browser_version", "system_version"), "device"),
        **dict.fromkeys(("ip", "browser", "system", "device"), Column("device", purpose=(NOTICING, COUNTING))),
    },
    rows_for=nobodys_visits,
)
describe(
    Alert,
    **WATCHING,
    counted_from="raised_at",
    fields={"kind": "security", "ip": "device", "number": "security", "raised_at": "security"},
    rows_for=nobodys_alerts,
)
describe(
    Figure, fields={"name": "business"}, not_personal=frozenset({"day", "kind", "networks"}), exported=NOT_EXPORTED
)
describe(
    Tie,
    purpose=NOTICING,
    subject=Subject.ACCOUNT_HOLDER,
    party=Party.CONTROLLER,
    basis=Basis.LEGITIMATE_INTEREST,
    interest=Interest.SECURITY,
    retention=Retention.TWO_YEARS,
    counted_from="made_at",
    fields={"ip": "device", "since": "activity", "until": "activity", "purpose": "security"}
    | dict.fromkeys(("visits", "made_at"), "activity"),
    rows_for=ties_of,
    erase=Erasure.DELETE_ROW,
)
