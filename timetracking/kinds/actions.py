"""What a firm makes of its kinds: each verb one transaction, one line in the log."""

from __future__ import annotations

from django.db.models import Max
from django.utils import timezone

import audit
from tenancy.context import whole
from timetracking.models import ExpenseCategory, TimeOffType

Kind = ExpenseCategory | TimeOffType
TOLD_AS = {ExpenseCategory: "expense_category", TimeOffType: "time_off_type"}


@whole
def add(kind: Kind) -> None:
    """Store a new kind, below the others."""
    kind.position = type(kind).objects.aggregate(last=Max("position", default=-1))["last"] + 1
    kind.save(force_insert=True)
    audit.record(f"{TOLD_AS[type(kind)]}.created", kind)


@whole
def change(kind: Kind, changes: dict[str, list[str]], *, expected: int) -> None:
    """Store a changed kind; raises Conflict when it is not the version expected. What was entered stays as it is."""
    if changes:
        kind.save_checked(expected)
        audit.record(f"{TOLD_AS[type(kind)]}.changed", kind, data={"changes": changes})


@whole
def set_archived(kind: Kind, archived: bool) -> None:
    """Offer it no more, or again; what was entered under it stays."""
    if kind.is_active is archived:
        kind.archived_at = timezone.now() if archived else None
        kind.save_checked(kind.version)
        audit.record(f"{TOLD_AS[type(kind)]}.{'archived' if archived else 'restored'}", kind)
