"""What a list of deals can show and be narrowed to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from django import forms
from django.db.models import Case, DecimalField, Expression, F, Q, Value, When
from django.db.models.functions import Round
from django.utils import timezone
from django.utils.html import escape, format_html

from accounts.models import Membership
from crm.activities.deal_lists import NEXT, NextStep
from crm.listing import columns as of
from crm.listing.columns import COMPANY, Column, Reader, Row
from crm.listing.filters import NOTHING, Asked, Choice, Days, Filter, OfCompany, Person, Tagged
from crm.listing.kinds import ListKind, register
from crm.models import Deal, DealTag, Pipeline, Stage
from lib.addresses import id_in
from lib.templatetags.format import day, money
from lib.templatetags.look import pill

STATUSES = {"open": "Open", "won": "Won", "lost": "Lost"}
CLOSES = {"past": "past", "month": "this month", "next": "next month", "later": "later", "none": "no day"}
_EXACT = DecimalField(max_digits=20, decimal_places=4)
_CENTS = DecimalField(max_digits=16, decimal_places=2)


def weighted() -> Expression:
    """A deal's value times how likely it is, to the cent: rounded for each deal, so that any sums of sums agree.

    What is won counts whole, what is lost not at all.
    """
    product = Case(
        When(status=Deal.Status.WON, then=F("value")),
        When(status=Deal.Status.LOST, then=F("value") * Value(0)),
        default=F("value") * F("stage__probability") / Value(100, output_field=_EXACT),
        output_field=_EXACT,
    )
    return Round(product, 2, output_field=_CENTS)


def first_pipeline(asked: Asked) -> Q:
    """Where the address names no pipeline and no stage: the first one's deals, or everybody's for who searches."""
    if asked.get("pipeline") or asked.get("stage") or asked.get("q", "").strip():
        return Q()
    first, *others = list(Pipeline.objects.in_order().values_list("pk", flat=True)) or [None]
    return Q(stage__pipeline_id=first) if others else Q()


def unasked(asked: Asked) -> Q:
    """Open deals of one pipeline, as long as nobody asks for others."""
    return first_pipeline(asked) & (Q() if asked.get("status") else Q(status=Deal.Status.OPEN))


class Status(Filter):
    """Open, as long as nobody asks for others."""

    def narrow(self, text: str, member: Membership) -> tuple[str, Q]:
        if text == "all":
            return "all", Q()
        return (STATUSES[text], Q(status=text)) if text in STATUSES else (text[:60], NOTHING)

    def fields(self, member: Membership) -> dict[str, forms.Field]:
        choices = [("", "Open"), ("won", "Won"), ("lost", "Lost"), ("all", "All")]
        return {self.parameter: forms.ChoiceField(label=self.label, required=False, choices=choices)}


class OfPipeline(Filter):
    """By its id, or all of them."""

    def narrow(self, text: str, member: Membership) -> tuple[str, Q]:
        if text == "all":
            return "all", Q()
        pipeline = Pipeline.objects.filter(public_id=id_in(text)).first()
        return (pipeline.name, Q(stage__pipeline_id=pipeline.pk)) if pipeline else ("unknown", NOTHING)

    def fields(self, member: Membership) -> dict[str, forms.Field]:
        names = [(str(pipeline.public_id), pipeline.name) for pipeline in Pipeline.objects.in_order()]
        choices = [("", "The first"), *names, ("all", "All")]
        return {self.parameter: forms.ChoiceField(label=self.label, required=False, choices=choices)}


class InStage(Filter):
    """By the stage's id."""

    def narrow(self, text: str, member: Membership) -> tuple[str, Q]:
        stage = Stage.objects.standing().filter(public_id=id_in(text)).first()
        return (stage.name, Q(stage_id=stage.pk)) if stage else ("unknown", NOTHING)

    def fields(self, member: Membership) -> dict[str, forms.Field]:
        stages = Stage.objects.standing().select_related("pipeline").in_order()
        choices = [("", "Any"), *((str(stage.public_id), f"{stage.pipeline}: {stage}") for stage in stages)]
        return {self.parameter: forms.ChoiceField(label=self.label, required=False, choices=choices)}


class Closing(Choice):
    """When a decision is expected, counted from today."""

    def __init__(self, parameter: str, label: str) -> None:
        super().__init__(parameter, label, {name: (words, Q()) for name, words in CLOSES.items()}, "Any day")

    def narrow(self, text: str, member: Membership) -> tuple[str, Q]:
        return (CLOSES[text], _closing(text)) if text in CLOSES else (text[:60], NOTHING)


def _closing(text: str) -> Q:
    today = timezone.localdate()
    first = today.replace(day=1)
    following = _next_month(first)
    after = _next_month(following)
    conditions: Mapping[str, Q] = {
        "past": Q(close_on__lt=today),
        "month": Q(close_on__gte=first, close_on__lt=following),
        "next": Q(close_on__gte=following, close_on__lt=after),
        "later": Q(close_on__gte=after),
        "none": Q(close_on__isnull=True),
    }
    return conditions[text]


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def is_late(row: Row) -> bool:
    """Open, and its day has passed."""
    return row["status"] == Deal.Status.OPEN and row["close_on"] is not None and row["close_on"] < timezone.localdate()


def _stage(row: Row, reader: Reader) -> str:
    if row["status"] == Deal.Status.WON:
        return pill("Won", "ok", "trophy")
    return pill("Lost", "", "flag-off") if row["status"] == Deal.Status.LOST else escape(row["stage__name"])


def _plain_stage(row: Row) -> str:
    return row["stage__name"] if row["status"] == Deal.Status.OPEN else Deal.Status(row["status"]).label


def _close_day(row: Row, reader: Reader) -> str:
    if is_late(row):
        return format_html(
            '<span class="bad">{}<span class="visually-hidden">, past</span></span>', day(row["close_on"])
        )
    return escape(day(row["close_on"])) if row["close_on"] else ""


def _amount(key: str) -> Callable[[Row, Reader], str]:
    return lambda row, reader: escape(money(row[key], row["currency"]))


def _plain_amount(key: str) -> Callable[[Row], str]:
    def plain(row: Row) -> str:
        amount: Decimal | None = row[key]
        return "" if amount is None else f"{amount:.2f} {row['currency']}"

    return plain


NAME = Column("name", "Deal", ("name",), of.named, of.name_of, order=("name_key", "id"), classes="")
STAGE = Column(
    "stage", "Stage", ("status", "stage__name"), _stage, _plain_stage,
    order=("stage__pipeline__position", "stage__position", "position", "id"), classes="last-sm",
)  # fmt: skip
VALUE = Column("value", "Value", ("value", "currency"), _amount("value"), _plain_amount("value"),
               order=("value", "id"), classes="num first-sm")  # fmt: skip
WEIGHTED = Column("weighted", "Weighted", ("currency",), _amount("weighted"), _plain_amount("weighted"),
                  makes=lambda member: {"weighted": weighted()}, classes="num muted hide-sm")  # fmt: skip
CLOSE = Column(
    "close", "Expected", ("close_on", "status"), _close_day,
    lambda row: row["close_on"].isoformat() if row["close_on"] else "", order=("close_on", "id"),
    classes="text-nowrap co end-sm",
)  # fmt: skip
CLOSED = Column(
    "closed", "Closed", ("closed_on",), lambda row, reader: escape(day(row["closed_on"])) if row["closed_on"] else "",
    lambda row: row["closed_on"].isoformat() if row["closed_on"] else "", order=("closed_on", "id"),
    classes="hide-sm text-nowrap",
)  # fmt: skip
LOST_BECAUSE = of.text("lost_reason", "Lost because")
FOR = Column("company", "Company", COMPANY, of.company, lambda row: row["company__name"] or "",
             order=("company__name_key", "name_key", "id"), classes="co")  # fmt: skip
DEALS = register(
    ListKind(
        "deal", "deals", Deal,
        fixed_columns=(
            NAME, FOR, STAGE, VALUE, WEIGHTED, NEXT, CLOSE, CLOSED, LOST_BECAUSE, of.OWNED_BY, of.tags(DealTag, "deal"),
            of.ADDED, of.CHANGED,
        ),
        usual=("company", "stage", "value", "weighted", "next", "close", "owner", "tags", "changed"),
        fixed_filters=(
            Status("status", "Status"), InStage("stage", "Stage"), Closing("close", "Expected close"),
            NextStep("next", "Next step"),
            Person("owner", "Owner", "deal.view"), Tagged("tag", "Tag", DealTag), OfCompany("company", "Company"),
            OfPipeline("pipeline", "Pipeline"),
            Days("added", "Added", "created_at"), Days("changed", "Changed", "updated_at"),
        ),
        nothing_yet="The work you hope to win: what it is worth, where it stands, and what comes next.",
        unasked=unasked,
    )
)  # fmt: skip
