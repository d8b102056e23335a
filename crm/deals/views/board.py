"""The deals that were asked for, as a board or as a list: two looks at one set."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import allow
from crm.deals import actions, queries
from crm.deals.listing import DEALS
from crm.listing.asked import Wish, wish_of
from crm.listing.rows import Listing, listing, narrowed
from crm.listing.tabs import view_tabs
from crm.listing.views import list_context, opening
from crm.models import Deal, Stage
from crm.views import shared
from lib import formats
from lib.addresses import id_in
from lib.htmx import page_or_part
from lib.keyset import Count, Page
from tenancy.errors import Conflict

LOOKS = ("board", "list")


@require_safe
@allow("deal.view")
def deals(request: Any) -> HttpResponse:
    """All that was asked for, as a board or as a list; the look that was taken last."""
    wish = wish_of(DEALS, request.membership, request.GET)
    if address := opening(request, wish):
        return redirect(address)
    shows_board = _look(request) == "board"
    context = _board(request, wish) if shows_board else _list(request, wish)
    context |= {"look": LOOKS[not shows_board], "deal_tabs": view_tabs(request, wish)}
    return page_or_part(request, "crm/deals/deals.html", "rows", context)


@require_POST
@allow("deal.edit")
def deal_place(request: Any, public_id: Any) -> JsonResponse:
    """A card was put somewhere: into ``stage``, below ``after``; it came from the stage ``came_from``."""
    record = shared.record_or_404(request, Deal, public_id)
    named = {name: id_in(request.POST.get(name, "")) for name in ("stage", "after", "came_from")}
    stage = Stage.objects.offered().filter(public_id=named["stage"]).first()
    came_from = Stage.objects.filter(public_id=named["came_from"]).first()
    after = Deal.objects.open().visible_to(request.membership).filter(public_id=named["after"]).first()
    if stage is None:
        return JsonResponse({"error": "Not moved: this stage is no longer there. Reload the page."}, status=422)
    try:
        moved = actions.move(record, stage, by=request.membership, after=after, came_from=came_from)
    except Conflict as refusal:
        return JsonResponse({"error": f"Not moved. {refusal}"}, status=409)
    return JsonResponse({"words": f"{moved} is in {stage} now.", **_sums(request)})


def _list(request: Any, wish: Wish) -> dict[str, Any]:
    rows = listing(DEALS, request.membership, request.GET, wish.columns)
    total = queries.together(queries.totals(narrowed(DEALS, request.membership, request.GET).rows).values())
    context = list_context(request, wish, replace(rows, count=Count(total.count, is_all=True)))
    choice = queries.choice(request.GET)
    elsewhere = _elsewhere(request, choice, total.count) if rows.chips else 0
    return context | {"total": total, "choice": choice, "elsewhere": elsewhere}


def _board(request: Any, wish: Wish) -> dict[str, Any]:
    found, choice = narrowed(DEALS, request.membership, request.GET), queries.choice(request.GET)
    order = _remembered(request, "order", tuple(queries.ORDERS), queries.USUAL_ORDER)
    lanes = queries.lanes(found.rows, choice.stages, request.GET, request.membership, order)
    total = queries.together(lane.total for lane in lanes)
    rows = Listing(DEALS, Page([], None, None), Count(total.count, True), found.chips, "", found.text, [], [])
    return list_context(request, wish, rows) | {
        "choice": choice,
        "elsewhere": _elsewhere(request, choice, total.count) if found.chips else 0,
        "lanes": lanes,
        "total": total,
        "orders": [(key, label, key == order) for key, (label, _) in queries.ORDERS.items()],
        "order_label": queries.ORDERS[order][0],
        "is_arranged": order == "own",
        "locale": formats.locale(),
    }


def _elsewhere(request: Any, choice: queries.Choice, shown: int) -> int:
    """How many deals in other pipelines fit what was asked, where the address does not say which pipeline is meant."""
    if len(choice.pipelines) < 2 or choice.pipeline is None or request.GET.keys() & {"pipeline", "stage"}:
        return 0
    everywhere = {**request.GET.dict(), "pipeline": "all"}
    return narrowed(DEALS, request.membership, everywhere).rows.count() - shown


def _sums(request: Any) -> dict[str, Any]:
    """What each column, and all of them, come to now, as the page says it."""
    sums = queries.totals(narrowed(DEALS, request.membership, request.GET).rows)
    stages = queries.choice(request.GET).stages
    total = queries.together(sums.get(stage.pk, queries.Total()) for stage in stages)
    return {
        "lanes": {str(stage.public_id): _sum(sums.get(stage.pk, queries.Total())) for stage in stages},
        "total": render_to_string("crm/deals/_money.html", {"total": total}),
    }


def _sum(total: queries.Total) -> dict[str, Any]:
    return {
        "count": total.count,
        "amounts": {amount.currency: [str(amount.value), str(amount.weighted)] for amount in total.amounts},
        "html": render_to_string("crm/deals/_sums.html", {"total": total}),
    }


def _look(request: Any) -> str:
    """What the address names, or what was looked at last; columns are the list's alone."""
    if request.GET.get("panel") == "columns":
        return "list"
    return _remembered(request, "as", LOOKS, LOOKS[0])


def _remembered(request: Any, name: str, known: tuple[str, ...], usual: str) -> str:
    """What the address asks for, or what was asked for last."""
    asked, kept = request.GET.get(name, ""), f"deals_{name}"
    if asked not in known:
        before = str(request.session.get(kept, usual))
        return before if before in known else usual
    if request.session.get(kept) != asked:
        request.session[kept] = asked
    return str(asked)
