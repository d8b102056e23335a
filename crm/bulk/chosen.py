"""Which records a bulk edit is about: those that were ticked, or all that the list's address finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.models import Membership
from accounts.permissions import can, can_for_others, within_reach
from crm.listing.kinds import ListKind
from crm.listing.rows import narrowed
from crm.models import BulkEdit
from tenancy import held

What = BulkEdit.What


@dataclass(frozen=True)
class Chosen:
    """``ids`` are the public ids of what was ticked; None means the whole list."""

    kind: ListKind
    member: Membership
    asked: Mapping[str, str]
    ids: Sequence[str] | None

    @property
    def found(self) -> QuerySet[Any]:
        """What the member sees of it: in the list, or ticked there."""
        if self.ids is not None:
            return self.kind.model.objects.live().visible_to(self.member).filter(public_id__in=self.ids)
        return narrowed(self.kind, self.member, self.asked).rows

    def to_change(self, what: str) -> QuerySet[Any]:
        """What of it may be changed so."""
        return changeable(self.found, self.member, self.kind.noun, what)


def action_for(noun: str, what: str) -> str:
    return f"{noun}.{'delete' if what == What.BIN else 'edit'}"


def may(member: Membership, noun: str, what: str) -> bool:
    """Whether the member may do this. Who sees only their own records does not give them away."""
    asks = can_for_others if what == What.OWNER else can
    return asks(member, action_for(noun, what))


def changeable(rows: QuerySet[Any], member: Membership, noun: str, what: str) -> QuerySet[Any]:
    """What of these the member may change so, and the firm may use. Asked in the statement that reads the rows.

    What is held is not moved to the bin.
    """
    free = within_reach(rows, member, action_for(noun, what)).unrestricted()
    return free.exclude(pk__in=held.among(free)) if what == What.BIN else free
