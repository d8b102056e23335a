"""Rates, and hours added up by day."""

from __future__ import annotations

from datamap import Subject, describe
from timetracking.models import PersonDay, ProjectDay, Rate

SUMS = "Sums of time entries, which stand in the archive themselves."

describe(
    Rate,
    purpose="Billing the hours worked, and knowing what they cost",
    subject=Subject.MEMBER,
    fields={"amount": "business", "currency": "business"},
    not_personal=frozenset({"kind", "starts_on"}),
    rows_for="person",
)

describe(
    PersonDay,
    purpose="Adding up hours for reports; a sum of time entries that follows each of their changes",
    subject=Subject.MEMBER,
    fields={"day": "work", "minutes": "work", "entries": "work"},
    not_personal=frozenset({"billable", "approved"}),
    rows_for="person",
    exported=SUMS,
)

describe(ProjectDay, not_personal=frozenset({"day", "billable", "approved", "minutes", "entries"}), exported=SUMS)
