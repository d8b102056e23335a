"""The import of hours, step by step: file, columns, check, run, result. Each step can be left and come back to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts.permissions import allow
from crm.imports import pages
from lib.forms import posted
from lib.htmx import page_or_part
from lib.keyset import page
from timetracking.imports import undoing
from timetracking.imports.forms import ColumnsForm, HoursFileForm, MeaningForm, ReadingForm
from timetracking.imports.job import steps
from timetracking.models import HoursImport, TimeEntry

State = HoursImport.State


@require_http_methods(["GET", "HEAD", "POST"])
@allow("time.import")
def hours_imports(request: Any) -> HttpResponse:
    """Choose a file; and the imports so far."""
    form = HoursFileForm(request.POST, request.FILES) if request.method == "POST" else HoursFileForm()
    if job := pages.uploaded(request, form, steps):
        return _to(request, "_columns", job)
    past = HoursImport.objects.visible_to(request.membership).select_related("file", "by__user")
    context = {"form": form, "past": page(past, order=("-id",), cursor=request.GET.get("page"))}
    return render(request, "timetracking/imports/imports.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("time.import")
def hours_import_columns(request: Any, public_id: UUID) -> HttpResponse:
    """Which column is what, and how days and times are meant."""
    job = _job(request, public_id)
    if job.state == State.READING:
        return page_or_part(request, "timetracking/imports/reading.html", "state", {"job": job})
    if not job.may_be_changed:
        return _to(request, "_check" if job.state == State.CHECKING else "", job)
    reread = ReadingForm(request.POST if "reread" in request.POST else None, job=job)
    if pages.reread(reread, job):
        return _to(request, "_columns", job)
    form = ColumnsForm(None if reread.is_bound else posted(request), job=job, rows=steps.sample(job))
    if form.is_bound and form.is_valid():
        steps.start_check(job, **form.rules())
        return _to(request, "_check", job)
    status = 422 if request.method == "POST" else 200
    context = {"job": job, "form": form, "reread": reread, "sheet": job.written_as}
    return render(request, "timetracking/imports/columns.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("time.import")
def hours_import_check(request: Any, public_id: UUID) -> HttpResponse:
    """What would happen, and who and what is unknown. POST says who they are, or imports."""
    job = _job(request, public_id)
    if job.state in (State.READING, State.UPLOADED):
        return _to(request, "_columns", job)
    if job.state not in (State.CHECKING, State.CHECKED):
        return _to(request, "", job)
    meaning = MeaningForm(posted(request) if "meaning" in request.POST else None, job=job)
    if job.state == State.CHECKED and request.method == "POST":
        if not meaning.is_bound:
            steps.start_run(job)
            return _to(request, "", job)
        if meaning.is_valid():
            steps.start_check(job, chosen=meaning.chosen())
            return _to(request, "_check", job)
    context = {**pages.rows_of(request, job, job.rows.all()), **_left_out(job), "meaning": meaning}
    return page_or_part(request, "timetracking/imports/check.html", "state", context)


@require_safe
@allow("time.import")
def hours_import(request: Any, public_id: UUID) -> HttpResponse:
    """How far it is, and when it is done what became of every row."""
    job = _job(request, public_id)
    if job.is_foreseen:
        return _to(request, "_check" if job.state in (State.CHECKING, State.CHECKED) else "_columns", job)
    rows = pages.rows_of(request, job, job.rows.select_related("entry__project", "entry__person__user"))
    kept = undoing.kept(job)
    pages.hide_colleagues([*rows["rows"].rows, *kept], TimeEntry.objects.visible_to(request.membership))
    context = {**rows, "may_be_undone": undoing.may_be_undone(job), "kept": kept}
    return page_or_part(request, "timetracking/imports/import.html", "state", context)


@require_POST
@allow("time.import")
def hours_import_cancel(request: Any, public_id: UUID) -> HttpResponse:
    """Stop an import; what is stored stays."""
    job = _locked(request, public_id)
    if job.state == State.RUNNING:
        steps.cancel(job)
    return _to(request, "", job)


@require_POST
@allow("time.import")
def hours_import_undo(request: Any, public_id: UUID) -> HttpResponse:
    """Take an import back: its entries, and what it made for them."""
    job = _locked(request, public_id)
    undoing.start(job, by=request.membership)
    return _to(request, "", job)


@require_GET
@allow("time.import")
def hours_import_rejected(request: Any, public_id: UUID) -> HttpResponse:
    """The rows turned away as a file, each with its reason."""
    return pages.rejected_file(_job(request, public_id), steps)


def _job(request: Any, public_id: UUID) -> HoursImport:
    job: HoursImport = pages.import_or_404(request, public_id, steps)
    return job


def _locked(request: Any, public_id: UUID) -> HoursImport:
    visible = HoursImport.objects.visible_to(request.membership)
    job: HoursImport = get_object_or_404(visible.select_for_update(of=("self",)), public_id=public_id)
    return job


def _to(request: Any, step: str, job: HoursImport) -> HttpResponse:
    return redirect(f"timetracking:hours_import{step}", request.account.slug, job.public_id)


def _left_out(job: HoursImport) -> dict[str, list[str]]:
    """The columns that are not taken; none while a worker is at it."""
    unused = [index for index, name in enumerate(job.mapping) if not name]
    return {} if job.is_at_work else pages.left_out(job, steps, unused)
