"""Pipelines, their stages and the reasons for losing, for programs: admins write them, by the page's actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.api import lists
from accounts.api.body import BodyForm
from accounts.api.fields import CREATED, ID, UPDATED, VERSION, Reference, Status, Text, Whole
from accounts.api.problems import WHOLE, Problem
from accounts.api.resource import Resource
from accounts.api.values import EXAMPLE_ID
from accounts.models import Membership
from crm.deals import pipelines
from crm.deals.pipeline_forms import MOST_REASONS, StageForm
from crm.models import LostReason, Pipeline, Stage
from lib.text import fold
from tenancy.forms import VersionedModelForm

MANAGED = {"browse": "deal.view", "read": "deal.view", **dict.fromkeys(("create", "change"), "pipeline.manage")}


class PipelineBody(BodyForm, VersionedModelForm):
    """A pipeline's name; its stages are records of their own."""

    class Meta:
        model = Pipeline
        fields = ["name"]


class Pipelines(Resource):
    """``/pipelines/``"""

    name, one, about = "pipelines", "pipeline", "The ways that deals go. A new one begins with the usual stages."
    model, scope, may = Pipeline, "crm", MANAGED
    fields = (
        ID,
        VERSION,
        Text("name", "What it is called.", "Sales", is_required=True),
        Whole("position", "Its place among the pipelines.", 0, least=0, is_read_only=True),
        Status("status", "Archived ones take no more deals.", "active"),
        CREATED,
        UPDATED,
    )
    orders = {"position": ("position", "id"), "created_at": ("id",)}

    def visible(self, member: Membership) -> QuerySet[Any]:
        return Pipeline.objects.all()

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        status = given.pop("status", None)
        form = PipelineBody(given, instance=record or Pipeline())
        form.status = status
        return form

    def store(self, form: Any, request: Any) -> Pipeline:
        pipeline: Pipeline = form.instance
        if pipeline._state.adding:
            pipelines.create(pipeline)
        elif changes := form.changes():
            pipelines.change(pipeline, pipelines.stages_of(pipeline), changes, expected=form.stored_version)
        if form.status and (form.status == "archived") != (pipeline.archived_at is not None):
            refusing(pipelines.archive if form.status == "archived" else pipelines.restore, pipeline)
        return pipeline


class StageBody(BodyForm, StageForm):
    """One stage."""


class Stages(Resource):
    """``/stages/``"""

    name, one = "stages", "stage"
    about = "The steps of the pipelines, in their order. A new one is its pipeline's last."
    model, scope, is_versioned = Stage, "crm", False
    may = {**MANAGED, "delete": "pipeline.manage"}
    fields = (
        ID,
        Text("name", "What it is called.", "Proposal", is_required=True),
        Reference("pipeline", "Where it belongs.", EXAMPLE_ID, to="pipelines", may_be_null=False, is_required=True,
                  is_fixed=True),
        Whole("position", "Its place within the pipeline.", 2, least=0, is_read_only=True),
        Whole("probability", "How likely its deals are won, in percent.", 60, least=0, most=100),
        Whole("stale_days", "After how many days without a sign a deal is stale.", 14, most=999),
    )  # fmt: skip
    orders = {"position": ("pipeline__position", "pipeline_id", "position", "id"), "created_at": ("id",)}
    filters = (lists.by_reference("pipeline", lambda member: Pipeline.objects.all(), "Of this pipeline."),)

    def visible(self, member: Membership) -> QuerySet[Any]:
        return Stage.objects.standing()

    def editable(self, member: Membership) -> QuerySet[Any]:
        return Stage.objects.standing().select_related("pipeline")

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        if record is None:
            pipeline = Pipeline.objects.filter(public_id=given.pop("pipeline")).first()
            if pipeline is None:
                raise Problem("invalid", errors={"pipeline": ["There is no such pipeline."]})
            record = Stage(pipeline=pipeline)
        return StageBody(given, instance=record)

    def store(self, form: Any, request: Any) -> Stage:
        stage: Stage = form.instance
        pipelines.keep_stage(stage)
        return stage

    def remove(self, record: Any, request: Any) -> None:
        refusing(pipelines.remove_stage, record, to=None, by=request.membership)


class ReasonBody(forms.Form):
    """A reason and its place."""

    name = forms.CharField(max_length=300)
    position = forms.IntegerField(required=False)


class LostReasons(Resource):
    """``/lost-reasons/``"""

    name, one = "lost-reasons", "lost_reason"
    about = "The reasons that are proposed when a deal is lost. What deals were lost for stays as it was said."
    model, scope, is_versioned = LostReason, "crm", False
    may = {**MANAGED, "delete": "pipeline.manage"}
    fields = (
        ID,
        Text("name", "The reason.", "Moved away", is_required=True),
        Whole("position", "Its place among the reasons; the last if not said.", 0, least=0, most=MOST_REASONS),
    )
    orders = {"position": ("position", "id")}

    def visible(self, member: Membership) -> QuerySet[Any]:
        return LostReason.objects.all()

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        reason = record or LostReason()
        others = [each for each in LostReason.objects.order_by("position", "id") if each.pk != reason.pk]
        form = ReasonBody({"name": reason.name, "position": reason.position if record else len(others), **given})
        if form.is_valid():
            reason.name = " ".join(form.cleaned_data["name"].split())
            if fold(reason.name) in {fold(each.name) for each in others}:
                form.add_error("name", "This reason is there already.")
            if len(others) >= MOST_REASONS:
                form.add_error("name", f"At most {MOST_REASONS} reasons, so that people find theirs.")
        form.reason, form.others = reason, others
        return form

    def store(self, form: Any, request: Any) -> LostReason:
        place = form.cleaned_data["position"]
        pipelines.keep_lost_reasons([*form.others[:place], form.reason, *form.others[place:]])
        reason: LostReason = form.reason
        return reason

    def remove(self, record: Any, request: Any) -> None:
        others = LostReason.objects.exclude(pk=record.pk).order_by("position", "id")
        pipelines.keep_lost_reasons(list(others))


def refusing(action: Any, *args: Any, **kwargs: Any) -> None:
    """What is still in use says so."""
    try:
        action(*args, **kwargs)
    except pipelines.StillInUse as refusal:
        raise Problem("invalid", errors={WHOLE: [str(refusal)]}) from None


RESOURCES = (Pipelines(), Stages(), LostReasons())
