"""What we keep of requests about people's own data. Proof goes 30 days after the end, the record after 2 years."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.models import Membership, User
from crm.models import Contact
from datamap import Basis, Column, Erasure, Keep, Party, Reason, Retention, Subject, describe
from privacy.rights.models import Agent, Comparison, FirmRequest, RightsRequest, Step

ANSWERING = "Answering requests about people's own data, and proving it"
RECORD = Keep(Reason.LEGAL_OBLIGATION, "That something was asked and answered must be provable for two years.")
FACTS = frozenset({"acknowledged_at", "extended_at", "paused_at", "paused_days", "alarmed", "closed_at", "channel"})


def requests_of(user: User) -> QuerySet[RightsRequest]:
    return RightsRequest.objects.filter(user_ref=user.public_id)


def steps_of(user: User) -> QuerySet[Step]:
    return Step.objects.filter(request__in=requests_of(user))


def comparisons_of(user: User) -> QuerySet[Comparison]:
    return Comparison.objects.filter(request__in=requests_of(user))


def agents_of(user: User) -> QuerySet[Agent]:
    return Agent.objects.filter(request__in=requests_of(user))


def of_contact(contact: Contact) -> QuerySet[FirmRequest]:
    found: QuerySet[FirmRequest] = FirmRequest.objects.filter(contact_ref=contact.public_id)
    return found


def of_member(member: Membership) -> QuerySet[FirmRequest]:
    found: QuerySet[FirmRequest] = FirmRequest.objects.filter(person_ref=member.public_id)
    return found


OURS: dict[str, Any] = {
    "subject": Subject.ACCOUNT_HOLDER,
    "party": Party.CONTROLLER,
    "purpose": ANSWERING,
    "basis": Basis.LEGAL_OBLIGATION,
    "retention": Retention.TWO_YEARS,
}

describe(
    RightsRequest,
    **OURS,
    counted_from="closed_at",
    fields={
        "number": Column("activity", erase=RECORD),
        "kind": Column("activity", erase=RECORD),
        "name": Column("identity", erase=Erasure.CLEAR),
        "email": "contact details",
        "country": Column("postal address", erase=RECORD),
        "words": "free text",
        "part": Column("activity", erase=RECORD),
        "old_value": "free text",
        "new_value": "free text",
        "firm": "free text",
        "arrived_at": Column("activity", erase=RECORD),
        "decision": Column("activity", erase=RECORD),
        "exceptions": Column("free text", erase=RECORD),
        "answer": "free text",
        "told": "free text",
        "identity": Column("activity", erase=RECORD),
        "mark": Column("technical", export="A keyed hash of the address: tries are counted by it."),
    },
    not_personal=FACTS
    | {"population", "confirmed_at", "user_ref", "firm_ref", "appeal_of", "restricted_at", "forgotten_at"},
    rows_for=requests_of,
)

describe(
    Step,
    **OURS,
    counted_from="at",
    fields={"what": Column("activity", erase=RECORD), "at": Column("activity", erase=RECORD)},
    rows_for=steps_of,
)

describe(
    Comparison,
    **OURS,
    counted_from="at",
    fields={"fitted": "activity", "at": "activity", "mark": Column("technical", export="A keyed hash of the address.")},
    not_personal=frozenset({"passed"}),
    rows_for=comparisons_of,
    erase=Erasure.DELETE_ROW,
)

describe(
    Agent,
    **OURS,
    counted_from="confirmed_at",
    fields={
        "name": "identity",
        "email": "contact details",
        "signed_by": "identity",
        "signed_on": "consent",
        "scope": "consent",
        "permission": "free text",
        "digest": Column("technical", export="The fingerprint of the permission."),
    },
    not_personal=frozenset({"expires_on", "confirmed_at"}),
    rows_for=agents_of,
    erase=Erasure.DELETE_ROW,
)

describe(
    FirmRequest,
    purpose="Answering what a firm's contacts and members ask about their own data",
    subject=Subject.CONTACT,
    basis=Basis.LEGAL_OBLIGATION,
    retention=Retention.TWO_YEARS,
    counted_from="closed_at",
    fields={
        "kind": Column("activity", erase=RECORD),
        "name": Column("identity", erase=Erasure.CLEAR),
        "email": "contact details",
        "country": Column("postal address", erase=RECORD),
        "words": "free text",
        "part": Column("activity", erase=RECORD),
        "old_value": "free text",
        "new_value": "free text",
        "arrived_at": Column("activity", erase=RECORD),
        "decision": Column("activity", erase=RECORD),
        "exceptions": Column("free text", erase=RECORD),
        "answer": "free text",
        "told": "free text",
    },
    not_personal=FACTS | {"origin", "contact_ref", "person_ref"},
    rows_for=of_contact,
    also={Subject.MEMBER: of_member},
)
