"""Admin, Pipelines: the ways that deals go, their stages, and the reasons for losing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.history import history_of
from accounts.permissions import allow
from crm.deals import pipelines as actions
from crm.deals.pipeline_forms import LostReasonsForm, NewPipelineForm, PipelineForm, RemoveStageForm
from crm.models import Deal, Pipeline, Stage
from lib.forms import posted


@require_http_methods(["GET", "HEAD", "POST"])
@allow("pipeline.manage")
def pipelines(request: Any) -> HttpResponse:
    """All pipelines with their stages; posted are the reasons for losing."""
    form = LostReasonsForm(posted(request))
    if form.is_valid():
        actions.change_lost_reasons(form.cleaned_data["names"])
        messages.success(request, "Saved. These reasons are proposed from now on.")
        return redirect("crm:pipelines", request.account.slug)
    open_deals = Count("stages__deals", filter=Q(stages__deals__status="open", stages__deals__deleted_at=None))
    found = Pipeline.objects.in_order().annotate(open_deals=open_deals)
    stages = Stage.objects.standing().in_order()
    by_pipeline: dict[int, list[Stage]] = {}
    for stage in stages:
        by_pipeline.setdefault(stage.pipeline_id, []).append(stage)
    lines = [(pipeline, by_pipeline.get(pipeline.pk, [])) for pipeline in found]
    context = {"lines": lines, "form": form}
    return render(request, "crm/pipelines/pipelines.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("pipeline.manage")
def pipeline_create(request: Any) -> HttpResponse:
    """A further pipeline; its stages are changed on its page."""
    form = NewPipelineForm(posted(request))
    if form.is_valid():
        created = form.save()
        return redirect("crm:pipeline", request.account.slug, created.public_id)
    return render(request, "crm/pipelines/create.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("pipeline.manage")
def pipeline(request: Any, public_id: UUID) -> HttpResponse:
    """One pipeline: its name, its stages, what happened to it."""
    found = get_object_or_404(Pipeline, public_id=public_id)
    form = PipelineForm(posted(request), instance=found)
    if form.is_valid():
        form.save()
        messages.success(request, f"Saved. {found} is as you left it.")
        return redirect("crm:pipeline", request.account.slug, public_id)
    status = (409 if form.conflict else 422) if form.is_bound else 200
    context = {
        "pipeline": found,
        "form": form,
        "history": history_of(found, request.membership, request.GET.get("older")),
    }
    return render(request, "crm/pipelines/pipeline.html", context, status=status)


@require_POST
@allow("pipeline.manage")
def pipeline_shift(request: Any, public_id: UUID) -> HttpResponse:
    """A stage one place up or down; without one the pipeline itself."""
    found = get_object_or_404(Pipeline, public_id=public_id)
    by = 1 if "down" in request.POST else -1
    if chosen := request.POST.get("up") or request.POST.get("down"):
        stages = actions.stages_of(found)
        if moved := next((stage for stage in stages if str(stage.public_id) == chosen), None):
            actions.shift(stages, moved, by)
        return redirect("crm:pipeline", request.account.slug, public_id)
    actions.shift(list(Pipeline.objects.active().in_order()), found, by)
    return redirect("crm:pipelines", request.account.slug)


@require_POST
@allow("pipeline.manage")
def pipeline_archive(request: Any, public_id: UUID) -> HttpResponse:
    """Archive a pipeline, or bring it back."""
    found = get_object_or_404(Pipeline, public_id=public_id)
    try:
        if "restore" in request.POST:
            actions.restore(found)
            messages.success(request, f"{found} takes deals again.")
        else:
            actions.archive(found)
            messages.success(request, f"{found} is archived. Deals that were won or lost stay in it.")
    except actions.StillInUse as refusal:
        messages.warning(request, str(refusal))
    return redirect("crm:pipelines", request.account.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("pipeline.manage")
def stage_remove(request: Any, public_id: UUID) -> HttpResponse:
    """Ask where a stage's deals go, and take it off the board."""
    stage = get_object_or_404(Stage.objects.standing().select_related("pipeline"), public_id=public_id)
    form = RemoveStageForm(posted(request), stage=stage)
    if form.is_valid():
        try:
            moved = actions.remove_stage(stage, to=form.cleaned_data["to"], by=request.membership)
        except actions.StillInUse as refusal:
            form.add_error("to", str(refusal))
        else:
            words = f" {moved} deal{'' if moved == 1 else 's'} moved." if moved else ""
            messages.success(request, f"{stage} is off the board.{words}")
            return redirect("crm:pipeline", request.account.slug, stage.pipeline.public_id)
    deals = Deal.objects.filter(stage=stage).aggregate(all=Count("pk"), open=Count("pk", filter=Q(status="open")))
    context = {"stage": stage, "form": form, "deals": deals}
    return render(request, "crm/pipelines/stage_remove.html", context, status=422 if form.is_bound else 200)
