"""The import, step by step: file, columns, check, run, result. Each step can be left, come back to, or undone."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts.permissions import allow
from crm.imports import job as jobs
from crm.imports import mapping, pages, templates, undoing
from crm.imports.columns import unused_columns
from crm.imports.forms import ColumnsForm, ReadingForm, UploadForm
from crm.models import Contact, ContactImport
from crm.models.imports import FileImportQuerySet
from lib.htmx import page_or_part
from lib.keyset import page
from lib.workbooks import MEDIA_TYPE

State = ContactImport.State


@require_http_methods(["GET", "HEAD", "POST"])
@allow("contact.import")
def imports(request: HttpRequest) -> HttpResponse:
    """Choose a file; and the imports so far."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if job := pages.uploaded(request, form, jobs.steps):
        return redirect("imports:columns", request.account.slug, job.public_id)
    past = page(_visible(request).select_related("file", "by__user"), order=("-id",), cursor=request.GET.get("page"))
    status = 422 if form.is_bound else 200
    return render(request, "crm/imports/imports.html", {"form": form, "past": past}, status=status)


@require_safe
@allow("contact.import")
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty sheet with our columns and one example, as CSV or for Excel."""
    content, media_type = {"csv": (templates.as_text, "text/csv"), "xlsx": (templates.as_workbook, MEDIA_TYPE)}[kind]
    name = f"attachment; filename=contacts-to-import.{kind}"
    return HttpResponse(content(), content_type=media_type, headers={"Content-Disposition": name})


@require_http_methods(["GET", "HEAD", "POST"])
@allow("contact.import")
def columns(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Which column is what, and what to do with people who are already there."""
    job = _job(request, public_id)
    if job.state == State.READING:
        return page_or_part(request, "crm/imports/reading.html", "state", {"job": job})
    if not job.may_be_changed:
        return _to(request, "check" if job.state == State.CHECKING else "import", job)
    reread = ReadingForm(request.POST if "reread" in request.POST else None, job=job)
    if pages.reread(reread, job):
        return _to(request, "columns", job)
    is_chosen = request.method == "POST" and not reread.is_bound
    form = ColumnsForm(request.POST if is_chosen else None, job=job, rows=jobs.sample(job))
    if form.is_bound and form.is_valid():
        jobs.start_check(job, **form.rules(), takes_erased=False)
        return _to(request, "check", job)
    status = 422 if request.method == "POST" else 200
    context = {"job": job, "form": form, "reread": reread, "sheet": job.written_as}
    context["last"] = ContactImport.objects.last_like(job)
    return render(request, "crm/imports/columns.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("contact.import")
def check(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What would happen, and every row that can't be imported. POST imports the others."""
    job = _job(request, public_id)
    if request.method == "POST" and job.state == State.CHECKED:
        jobs.start_run(job, takes_erased="takes_erased" in request.POST)
        return _to(request, "import", job)
    if job.state in (State.READING, State.UPLOADED):
        return _to(request, "columns", job)
    if job.state not in (State.CHECKING, State.CHECKED):
        return _to(request, "import", job)
    return page_or_part(request, "crm/imports/check.html", "state", _context(request, job) | _left_out(job))


@require_safe
@allow("contact.import")
def contact_import(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How far it is, and when it is done what became of every row."""
    job = _job(request, public_id)
    if job.is_foreseen:
        return _to(request, "check" if job.state in (State.CHECKING, State.CHECKED) else "columns", job)
    context = _context(request, job) | {
        "may_be_undone": undoing.may_be_undone(job),
        "kept": undoing.kept(job, request.membership),
    }
    return page_or_part(request, "crm/imports/import.html", "state", context)


@require_POST
@allow("contact.import")
def cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Stop an import; what is stored stays."""
    job = get_object_or_404(_visible(request).select_for_update(of=("self",)), public_id=public_id)
    if job.state == State.RUNNING:
        jobs.cancel(job)
    return _to(request, "import", job)


@require_POST
@allow("contact.import")
def undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take an import back: what it made, and what it changed."""
    job = get_object_or_404(_visible(request).select_for_update(of=("self",)), public_id=public_id)
    undoing.start(job, by=request.membership)
    return _to(request, "import", job)


@require_GET
@allow("contact.import")
def rejected(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The rows turned away as a file, each with its reason, ready to be mended and imported again."""
    job = _job(request, public_id)
    return pages.rejected_file(job, jobs.steps)


def _visible(request: HttpRequest) -> FileImportQuerySet:
    return ContactImport.objects.visible_to(request.membership)


def _job(request: HttpRequest, public_id: UUID) -> ContactImport:
    job: ContactImport = pages.import_or_404(request, public_id, jobs.steps)
    return job


def _to(request: HttpRequest, step: str, job: ContactImport) -> HttpResponse:
    return redirect(f"imports:{step}", request.account.slug, job.public_id)


def _left_out(job: ContactImport) -> dict:
    """The columns that are not taken; none while a worker is at it."""
    return {} if job.is_at_work else pages.left_out(job, jobs.steps, unused_columns(job.written_as, job.mapping))


def _context(request: HttpRequest, job: ContactImport) -> dict:
    context = pages.rows_of(request, job, job.rows.select_related("contact"))
    pages.hide_colleagues(context["rows"].rows, Contact.objects.visible_to(request.membership))
    return {**context, "fields": mapping.FIELDS}
