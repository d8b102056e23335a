"""Verbs on pipelines and their stages, and what a new firm begins with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

import audit
from accounts.models import Membership
from crm.models import Deal, LostReason, Pipeline, Stage, StageMove
from lib.text import fold
from tenancy.context import whole

# Name, probability, days until stale.
STAGES = (("Lead", 10, 21), ("Qualified", 40, 14), ("Proposal", 60, 14), ("Negotiation", 90, 7))
LOST_REASONS = ("Price", "Went with somebody else", "No budget", "Not the right time", "No answer")


class StillInUse(Exception):
    """What is to be removed or archived still holds deals, or is the last of its kind."""


@whole
def begin() -> Pipeline:
    """The pipeline, stages and reasons that every firm starts with."""
    pipeline: Pipeline = Pipeline.objects.create(name="Sales")
    Stage.objects.bulk_create(
        Stage(pipeline=pipeline, name=name, position=position, probability=probability, stale_days=days)
        for position, (name, probability, days) in enumerate(STAGES)
    )
    set_lost_reasons(LOST_REASONS)
    return pipeline


@whole
def create(pipeline: Pipeline, *, stages: Sequence[tuple[str, int, int]] = STAGES) -> Pipeline:
    """Add a pipeline below the others, with stages to begin with."""
    pipeline.position = _next(Pipeline.objects.all())
    pipeline.save()
    Stage.objects.bulk_create(
        Stage(pipeline=pipeline, name=name, position=position, probability=probability, stale_days=days)
        for position, (name, probability, days) in enumerate(stages)
    )
    audit.record("pipeline.created", pipeline)
    return pipeline


@whole
def change(pipeline: Pipeline, stages: Sequence[Stage], changes: dict[str, list[str]], *, expected: int) -> None:
    """Store a pipeline with its stages, in this order; raises Conflict when it is not the version expected."""
    pipeline.save_checked(expected)
    for position, stage in enumerate(stages):
        stage.position, stage.pipeline = position, pipeline
        stage.save()
    audit.record("pipeline.changed", pipeline, data={"changes": changes})


def stages_of(pipeline: Pipeline) -> list[Stage]:
    """Its stages in their order."""
    return list(pipeline.stages.standing().in_order())


def told(stages: Sequence[Stage]) -> str:
    """As the log says it: Lead 10 %, stale after 21 days."""
    return "; ".join(f"{stage.name} {stage.probability} %, stale after {stage.stale_days} days" for stage in stages)


@whole
def keep_stage(stage: Stage) -> None:
    """Store a stage: a new one is the last of its pipeline."""
    before = told(stages_of(stage.pipeline))
    if stage._state.adding:
        stage.position = _next(Stage.objects.filter(pipeline=stage.pipeline_id))
    stage.save()
    if before != (after := told(stages_of(stage.pipeline))):
        audit.record("pipeline.changed", stage.pipeline, data={"changes": {"stages": [before, after]}})


@transaction.atomic
def archive(pipeline: Pipeline) -> None:
    """Offer it for no more deals. Decided ones stay in it; open ones must have gone elsewhere."""
    list(Stage.objects.filter(pipeline=pipeline).select_for_update())  # nobody puts a deal in meanwhile
    if Deal.objects.open().filter(stage__pipeline=pipeline).exists():
        raise StillInUse(f"{pipeline} still holds open deals. Move them to another pipeline first.")
    if not Pipeline.objects.active().exclude(pk=pipeline.pk).exists():
        raise StillInUse("This is the only pipeline. Add another one first.")
    _set_archived(pipeline, timezone.now(), "archived")


@whole
def restore(pipeline: Pipeline) -> None:
    """Offer it for deals again."""
    _set_archived(pipeline, None, "restored")


@transaction.atomic
def remove_stage(stage: Stage, *, to: Stage | None, by: Membership) -> int:
    """Take a stage off the board; its deals, decided and deleted ones too, go to another. Returns how many."""
    if not Stage.objects.standing().filter(pipeline=stage.pipeline_id).exclude(pk=stage.pk).exists():
        raise StillInUse("This is the pipeline's only stage. Add another one first.")
    Stage.objects.select_for_update().get(pk=stage.pk)
    deals = list(Deal.objects.filter(stage=stage).select_for_update().order_by("id"))
    if deals and to is None:
        raise StillInUse(f"{stage} still holds deals. Choose where they go.")
    if to is not None:
        _move_all(deals, stage, to, by)
    stage.removed_at = timezone.now()
    stage.save()
    audit.record("pipeline.changed", stage.pipeline, data={"changes": {"stages": [stage.name, ""]}})
    return len(deals)


@whole
def shift(rows: Sequence[Any], moved: Any, by: int) -> None:
    """Move one of several rows up (-1) or down (1) among them."""
    order = [row.pk for row in rows]
    here = order.index(moved.pk)
    order.insert(max(0, here + by), order.pop(here))
    for position, pk in enumerate(order):
        type(moved).objects.filter(pk=pk).update(position=position)


@whole
def change_lost_reasons(names: Sequence[str]) -> None:
    """Propose exactly these, in this order. What deals were lost for stays as it was said."""
    before = _lost_reasons()
    if before != list(names):
        set_lost_reasons(names)
        audit.record("lost_reasons.changed", data={"before": ", ".join(before), "after": ", ".join(names)})


def set_lost_reasons(names: Sequence[str]) -> None:
    """Store them; one that was there keeps its row, and so its id."""
    known = {fold(reason.name): reason for reason in LostReason.objects.all()}
    reasons = [known.get(fold(name)) or LostReason(name=name) for name in names]
    for reason, name in zip(reasons, names, strict=True):
        reason.name = name
    _store_lost_reasons(reasons)


@whole
def keep_lost_reasons(reasons: Sequence[LostReason]) -> None:
    """Propose exactly these rows, new or changed ones among them, in this order."""
    before = _lost_reasons()
    _store_lost_reasons(reasons)
    if before != (after := _lost_reasons()):
        audit.record("lost_reasons.changed", data={"before": ", ".join(before), "after": ", ".join(after)})


def _store_lost_reasons(reasons: Sequence[LostReason]) -> None:
    LostReason.objects.exclude(pk__in=[reason.pk for reason in reasons if reason.pk]).delete()
    for place, reason in enumerate(reasons):
        reason.position = place
        reason.save()


def _lost_reasons() -> list[str]:
    return list(LostReason.objects.order_by("position", "id").values_list("name", flat=True))


def _move_all(deals: Sequence[Deal], stage: Stage, to: Stage, by: Membership) -> None:
    now = timezone.now()
    Deal.objects.filter(pk__in=[deal.pk for deal in deals]).update(
        stage=to, moved_at=now, updated_at=now, version=F("version") + 1
    )
    StageMove.objects.bulk_create(StageMove(deal=deal, from_stage=stage, to_stage=to, by=by, at=now) for deal in deals)
    audit.record_all("deal.moved", deals, data={"from": stage.name, "to": to.name})


def _set_archived(pipeline: Pipeline, at: Any, verb: str) -> None:
    pipeline.archived_at = at
    pipeline.save_checked(pipeline.version)
    audit.record(f"pipeline.{verb}", pipeline)


def _next(rows: Any) -> int:
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1
