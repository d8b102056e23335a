"""The deals somebody asked for: one set, however it is shown, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, Max, Min, OuterRef, QuerySet, Subquery, Sum, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from accounts.models import Membership
from crm.activities.queries import next_for, open_for
from crm.deals.listing import is_late, weighted
from crm.listing.columns import owner_name
from crm.models import Activity, Deal, Pipeline, Stage

SHOWN = 50  # cards of a column
MOST_SHOWN = 500  # after “Show more”
USUAL_ORDER = "next"
ORDERS = {
    "own": ("Own order", [F("position").asc()]),
    "next": ("Next step", [F("next_on").asc(nulls_last=True), F("position").asc()]),
    "close": ("Expected close", [F("close_on").asc(nulls_last=True), F("position").asc()]),
    "value": ("Value", [F("value").desc(nulls_last=True), F("position").asc()]),
}


@dataclass
class Amount:
    """What deals of one currency come to."""

    currency: str
    value: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)


@dataclass
class Total:
    """How many deals there are, and what they come to in each currency."""

    count: int = 0
    amounts: list[Amount] = field(default_factory=list)

    def add(self, other: Total) -> None:
        self.count += other.count
        mine = {amount.currency: amount for amount in self.amounts}
        for amount in other.amounts:
            own = mine.setdefault(amount.currency, Amount(amount.currency))
            own.value += amount.value
            own.weighted += amount.weighted
        self.amounts = [mine[currency] for currency in sorted(mine)]


@dataclass(frozen=True)
class Choice:
    """The pipelines there are, the one that is shown (None for several), and its stages."""

    pipelines: list[Pipeline]
    pipeline: Pipeline | None
    stages: list[Stage]


@dataclass(frozen=True)
class Lane:
    """A column of the board: what it comes to, and its first cards."""

    stage: Stage
    total: Total
    cards: list[dict[str, Any]]

    @property
    def hidden(self) -> int:
        return self.total.count - len(self.cards)

    @property
    def has_most(self) -> bool:
        return len(self.cards) >= MOST_SHOWN


def totals(rows: QuerySet[Deal]) -> dict[int, Total]:
    """What these deals come to, by the number of their stage: one statement."""
    sums = rows.order_by().values("stage_id", "currency").annotate(
        count=Count("pk"), valued=Count("value"), worth=Sum("value"), likely=Sum(weighted())
    )  # fmt: skip
    found: dict[int, Total] = {}
    for row in sums:
        amounts = [Amount(row["currency"], row["worth"], row["likely"])] if row["valued"] else []
        found.setdefault(row["stage_id"], Total()).add(Total(row["count"], amounts))
    return found


def together(parts: Iterable[Total]) -> Total:
    """The total of totals."""
    whole = Total()
    for part in parts:
        whole.add(part)
    return whole


def choice(asked: Mapping[str, str]) -> Choice:
    """Which columns an address shows; the same pipeline that the list is narrowed to."""
    stages = list(Stage.objects.standing().select_related("pipeline").in_order())
    pipelines = list({stage.pipeline_id: stage.pipeline for stage in stages}.values())
    of_stage = {str(stage.public_id): str(stage.pipeline.public_id) for stage in stages}
    usual = "all" if asked.get("q", "").strip() else ""
    wanted = asked.get("pipeline") or of_stage.get(asked.get("stage", ""), usual)
    named = [pipeline for pipeline in pipelines if str(pipeline.public_id) == wanted]
    shown = named or (pipelines if wanted else pipelines[:1])
    pipeline = shown[0] if len(shown) == 1 else None
    return Choice(pipelines, pipeline, [stage for stage in stages if stage.pipeline in shown])


def lanes(
    rows: QuerySet[Deal], stages: list[Stage], asked: Mapping[str, str], member: Membership, order: str = USUAL_ORDER
) -> list[Lane]:
    """The columns of a board: three statements, however many cards. ``more`` names a stage to show more of."""
    sums = totals(rows)
    more = [stage for stage in stages if str(stage.public_id) == asked.get("more")]
    found = cards(rows, more, order, member)
    by_stage: dict[int, list[dict[str, Any]]] = {}
    for card in found:
        by_stage.setdefault(card["stage_id"], []).append(card)
    return [Lane(stage, sums.get(stage.pk, Total()), by_stage.get(stage.pk, [])) for stage in stages]


def cards(rows: QuerySet[Deal], more: Iterable[Stage], order: str, member: Membership) -> list[dict[str, Any]]:
    """The first cards of each column, many more of the stages in ``more``, with the next step that a member may see."""
    _, ordering = ORDERS[order]
    done = Activity.objects.done().visible_to(member).filter(deal_id=OuterRef("pk")).order_by().values("deal_id")
    planned = open_for(member).filter(deal_id=OuterRef("pk")).order_by().values("deal_id")
    made = {"last_done_at": Subquery(done.annotate(at=Max("done_at")).values("at"))}
    if order == "next":
        made["next_on"] = Subquery(planned.annotate(on=Min("due_on")).values("on"))
    most = Case(When(stage__in=[stage.pk for stage in more], then=Value(MOST_SHOWN)), default=Value(SHOWN))
    place = Window(RowNumber(), partition_by=[F("stage_id")], order_by=[*ordering, F("id").asc()])
    first = rows.annotate(**made).annotate(place=place, most=most).filter(place__lte=F("most"))
    shown = first.values(
        "id", "public_id", "name", "status", "value", "currency", "close_on", "moved_at", "last_done_at", "is_sample",
        "stage_id", "stage__stale_days", "company__name", "owner__user__first_name", "owner__user__last_name",
    )  # fmt: skip
    found = list(shown.order_by("place", "id"))
    steps, now = next_for((row["id"] for row in found if row["status"] == Deal.Status.OPEN), member), timezone.now()
    return [_completed(row, steps, now) for row in found]


def _completed(row: dict[str, Any], steps: Mapping[int, Any], now: datetime) -> dict[str, Any]:
    """A card with what follows from its columns."""
    quiet = (now - max(filter(None, [row["moved_at"], row["last_done_at"]]))).days
    is_open = row["status"] == Deal.Status.OPEN
    return row | {
        "owner_name": owner_name(row),
        "is_open": is_open,
        "is_late": is_late(row),
        "cents": None if row["value"] is None else int(row["value"] * 100),
        "quiet": quiet if is_open and quiet >= row["stage__stale_days"] else 0,
        "next": steps.get(row["id"]),
    }
