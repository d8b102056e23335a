"""What lists and boards of deals show of the next step, and how they are narrowed by it."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from accounts.models import Membership
from crm.activities.marks import mark_of
from crm.activities.queries import IN_ORDER, NONE, Next, day_of, here, open_for, state_of
from crm.listing.columns import Column, Reader, Row
from crm.listing.filters import NOTHING, Choice
from crm.models import Deal
from crm.models.activities import due_before, due_between

STATES = {"none": "none", "overdue": "overdue", "today": "due today", "planned": "planned"}


class NextStep(Choice):
    """By how the next step stands on the reader's today."""

    def __init__(self, parameter: str, label: str) -> None:
        super().__init__(parameter, label, {name: (words, Q()) for name, words in STATES.items()}, "Any")

    def narrow(self, text: str, member: Membership) -> tuple[str, Q]:
        return (STATES[text], has_next(text, member)) if text in STATES else (text[:60], NOTHING)


def has_next(state: str, member: Membership) -> Q:
    """The condition that a deal's next step stands so, of those that this member may see."""
    steps, today, zone = open_for(member).filter(deal_id=OuterRef("pk")), timezone.localdate(), here()
    late = Q(Exists(steps.filter(due_before(today, zone))))
    now = Q(Exists(steps.filter(due_between(today, today, zone)))) & ~late
    some = Q(Exists(steps))
    return {"none": ~some, "overdue": late, "today": now, "planned": some & ~late & ~now}[state]


def _made(member: Membership) -> dict[str, Any]:
    first = open_for(member).filter(deal_id=OuterRef("pk")).order_by(*IN_ORDER)
    return {
        f"next_{name}": Subquery(first.values(column)[:1])
        for name, column in (("id", "id"), ("on", "due_on"), ("at", "due_at"))
    }


def _next_of(row: Row) -> Next:
    if row["next_id"] is None:
        return NONE
    state = state_of(row["next_on"], row["next_at"])
    return Next(state, day_of(row["next_on"], row["next_at"]))


def _html(row: Row, reader: Reader) -> str:
    return mark_of(_next_of(row)) if row["status"] == Deal.Status.OPEN else ""


def _plain(row: Row) -> str:
    return row["next_on"].isoformat() if row["next_on"] else ""


NEXT = Column("next", "Next step", ("status",), _html, _plain, makes=_made, classes="last-sm end-sm")
