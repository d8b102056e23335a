"""Who used whose hours."""

from __future__ import annotations

from datamap import Subject, describe
from timetracking.models import ReportUse

describe(
    ReportUse,
    purpose="Letting each member know who used their hours in which report",
    subject=Subject.MEMBER,
    fields={"report": "work", "way": "work", "first": "work", "last": "work", "day": "work", "at": "work"},
    rows_for="person",
)
