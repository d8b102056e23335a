"""What we keep of reports about children: steps and dates; and of a parent's consent: the parent."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from datamap import Basis, Keep, Party, Reason, Retention, Subject, describe
from privacy.children.models import ChildReport, ParentalConsent


def reports_of(user: User) -> QuerySet[ChildReport]:
    """Reports that are open about this sign-in; one that ended leads to nobody."""
    return ChildReport.objects.filter(person_ref=user.public_id)


def consents_of(user: User) -> QuerySet[ParentalConsent]:
    return ParentalConsent.objects.filter(person_ref=user.public_id)


OURS: dict[str, Any] = {
    "subject": Subject.ACCOUNT_HOLDER,
    "party": Party.CONTROLLER,
    "purpose": "Finding and erasing what should never have been kept of a child, and proving it",
    "basis": Basis.LEGAL_OBLIGATION,
    "retention": Retention.TWO_YEARS,
    "erase": Keep(Reason.LEGAL_OBLIGATION, "That a report was acted on, and what a parent said, must be provable."),
}

describe(
    ChildReport,
    **OURS,
    counted_from="closed_at",
    fields={"finding": "activity", "ground": "activity", "outcome": "activity", "trouble": "business"},
    not_personal=frozenset(
        {"person", "person_ref", "firm_ref", "arrived_at", "frozen_at", "has_shut", "found_at", "decided_at",
         "certificate", "rung", "closed_at"}
    ),
    rows_for=reports_of,
)  # fmt: skip

describe(
    ParentalConsent,
    **OURS,
    counted_from="withdrawn_at",
    fields={
        "parent_name": "identity",
        "parent_email": "contact details",
        "way": "consent",
        "given_at": "consent",
        "holds_since": "consent",
        "withdrawn_at": "consent",
    },
    not_personal=frozenset({"person", "person_ref", "firm_ref", "allows_sale"}),
    rows_for=consents_of,
)
