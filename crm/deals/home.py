"""What is in sight, on the home page of those who lead."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from accounts.home import Tile, register_tile
from accounts.permissions import MANAGERS
from crm.deals.queries import Total, together, totals
from crm.models import Deal
from lib import formats


def pipeline_total(request: Any) -> Tile | None:
    """What all open deals come to; the same as in their list."""
    total = _total(request)
    figure = " + ".join(formats.money(amount.value, amount.currency) for amount in total.amounts)
    words = f"{total.count} open deal{'' if total.count == 1 else 's'}"
    return Tile("Pipeline", figure, _list_url(request), words) if figure else None


def pipeline_weighted(request: Any) -> Tile | None:
    """The same by how likely each is."""
    amounts = _total(request).amounts
    figure = " + ".join(formats.money(amount.weighted, amount.currency) for amount in amounts)
    return Tile("Weighted", figure, _list_url(request), "value × probability") if figure else None


def _total(request: Any) -> Total:
    """Once for both tiles."""
    if request.membership.role not in MANAGERS:
        return Total()
    if not hasattr(request, "pipeline_total"):
        request.pipeline_total = together(totals(Deal.objects.open().visible_to(request.membership)).values())
    found: Total = request.pipeline_total
    return found


def _list_url(request: Any) -> str:
    return reverse("crm:deals", args=[request.account.slug], query={"as": "list", "pipeline": "all"})


register_tile("deal.view", 40, pipeline_total)
register_tile("deal.view", 41, pipeline_weighted)
