"""Deals are found by the words of their name and of their company's."""

from __future__ import annotations

from collections.abc import Iterable

from crm.models import Deal
from crm.search import SearchKind, register
from lib.text import words


def deal_words(deal: Deal) -> Iterable[str]:
    yield from words(deal.name)
    if deal.company:
        yield from words(deal.company.name)


def detail(deal: Deal) -> str:
    """For whom, and where it stands."""
    return " · ".join(
        filter(None, [str(deal.company or ""), str(deal.stage if deal.is_open else deal.get_status_display())])
    )


register(
    SearchKind(
        "deal", Deal, "Deals", "layout-kanban", "deal.view", "crm:deal",
        words=deal_words,
        visible=lambda member: Deal.objects.live().visible_to(member).select_related("company", "stage")
        .order_by("name_key", "id"),
        detail=detail,
        list_view="crm:deals",
        parts=("company",),
        companies=("company",),
    )
)  # fmt: skip
