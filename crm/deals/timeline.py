"""The moves of deals in the timelines of the deal, its company and its contacts."""

from __future__ import annotations

from typing import Any

from accounts.models import Membership
from crm.models import Deal, StageMove
from crm.timeline.sources import Before, Line, Source, deals_of, newest, register


def _every(record: Any, member: Membership) -> Any:
    return StageMove.objects.filter(deal__in=deals_of(record, member), from_stage__isnull=False)


def moves(record: Any, member: Membership, before: Before | None, limit: int) -> list[Line]:
    """Each step of the deals that this member may see; a deal's first stage is told by its being added."""
    rows = newest(_every(record, member), before, limit, at="at").select_related(
        "deal", "from_stage", "to_stage", "by__user"
    )
    named = not isinstance(record, Deal)  # on the deal's own page its name goes without saying
    return [Line(row.at, row.pk, "crm/deals/_move_line.html", {"move": row, "names_deal": named}) for row in rows]


register(
    Source(
        "stage", "Deals", "layout-kanban", moves, "deal.view", order=40, instead_of=frozenset({"deal.moved"}),
        every=_every,
    )
)  # fmt: skip
