"""The import, step by step: file, columns, check, run, result. Each step can be left, come back to, or undone."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts.permissions import allow
from crm.imports import job as jobs
from crm.imports import mapping
from crm.imports.forms import ColumnsForm, ReadingForm, UploadForm
from crm.imports.reading import UnreadableFile
from crm.imports.rows import unused_columns
from crm.models import ContactImport, ImportedRow
from crm.models.imports import ContactImportQuerySet
from lib.htmx import page_or_part
from lib.keyset import page

State = ContactImport.State
Outcome = ImportedRow.Outcome
ROWS_ON_A_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@allow("contact.import")
def imports(request: HttpRequest) -> HttpResponse:
    """Choose a file; and the imports so far."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            job = jobs.upload(file, name=file.name, by=request.membership)
        except UnreadableFile as trouble:
            form.add_error("file", str(trouble))
        else:
            return redirect("imports:columns", request.account.slug, job.public_id)
    past = page(_visible(request).select_related("file", "by__user"), order=("-id",), cursor=request.GET.get("page"))
    status = 422 if form.is_bound else 200
    return render(request, "crm/imports/imports.html", {"form": form, "past": past}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("contact.import")
def columns(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Which column is what, and what to do with people who are already there."""
    job = _job(request, public_id)
    if not job.may_be_changed:
        return _to(request, "check" if job.state == State.CHECKING else "import", job)
    reread = ReadingForm(request.POST if "reread" in request.POST else None, job=job)
    if reread.is_bound and reread.is_valid():
        try:
            jobs.read_otherwise(job, encoding=reread.cleaned_data["encoding"], delimiter=_delimiter(reread))
        except (UnreadableFile, LookupError) as trouble:
            reread.add_error("encoding", str(trouble))
        else:
            return _to(request, "columns", job)
    is_chosen = request.method == "POST" and not reread.is_bound
    form = ColumnsForm(request.POST if is_chosen else None, job=job, rows=jobs.sample(job))
    if form.is_bound and form.is_valid():
        job.mapping = form.mapping()
        job.match_by, job.on_match = form.cleaned_data["match_by"], form.cleaned_data["on_match"]
        jobs.start_check(job)
        return _to(request, "check", job)
    status = 422 if request.method == "POST" else 200
    context = {"job": job, "form": form, "reread": reread, "sheet": job.written_as}
    return render(request, "crm/imports/columns.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("contact.import")
def check(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What would happen, and every row that can't be imported. POST imports the others."""
    job = _job(request, public_id)
    if request.method == "POST" and job.state == State.CHECKED:
        jobs.start_run(job)
        return _to(request, "import", job)
    if job.state == State.UPLOADED:
        return _to(request, "columns", job)
    if job.state not in (State.CHECKING, State.CHECKED):
        return _to(request, "import", job)
    return page_or_part(request, "crm/imports/check.html", "state", _context(request, job) | _left_out(job))


@require_safe
@allow("contact.import")
def contact_import(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How far it is, and when it is done what became of every row."""
    job = _job(request, public_id)
    if job.state in (State.UPLOADED, State.CHECKING, State.CHECKED):
        return _to(request, "columns" if job.state == State.UPLOADED else "check", job)
    return page_or_part(request, "crm/imports/import.html", "state", _context(request, job))


@require_POST
@allow("contact.import")
def cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Stop an import; what is stored stays."""
    job = get_object_or_404(_visible(request).select_for_update(of=("self",)), public_id=public_id)
    if job.state == State.RUNNING:
        jobs.cancel(job)
    return _to(request, "import", job)


@require_GET
@allow("contact.import")
def rejected(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The rows turned away as a file, each with its reason, ready to be mended and imported again."""
    job = _job(request, public_id)
    response = HttpResponse(b"".join(jobs.rejected_rows(job)), content_type="text/csv")
    name = slugify(job.file.name.rpartition(".")[0]) or "contacts"
    response["Content-Disposition"] = f'attachment; filename="{name}-not-imported.csv"'
    return response


def _visible(request: HttpRequest) -> ContactImportQuerySet:
    return ContactImport.objects.visible_to(request.membership)


def _job(request: HttpRequest, public_id: UUID) -> ContactImport:
    job: ContactImport = get_object_or_404(_visible(request).select_related("file", "by__user"), public_id=public_id)
    if job.may_be_changed and job.file.discarded_at:
        jobs.expire(job)
    return job


def _to(request: HttpRequest, step: str, job: ContactImport) -> HttpResponse:
    return redirect(f"imports:{step}", request.account.slug, job.public_id)


def _delimiter(form: ReadingForm) -> str:
    return form.data.get("delimiter", "") if "delimiter" in form.fields else ""


def _left_out(job: ContactImport) -> dict:
    """The columns that are not taken, those with values apart; none while a worker is at it."""
    if job.is_at_work:
        return {}
    sheet, rows = job.written_as, jobs.sample(job)
    unused = unused_columns(sheet, job.mapping)
    filled = {index for index in unused if any(row[index].strip() for row in rows)}
    return {
        "left_out": [sheet.header[index] for index in unused if index in filled],
        "empty_columns": [sheet.header[index] for index in unused if index not in filled],
    }


def _context(request: HttpRequest, job: ContactImport) -> dict:
    sheet = job.written_as
    outcomes = [(value, label, getattr(job, value)) for value, label in Outcome.choices if getattr(job, value)]
    first = Outcome.REJECTED if job.rejected or not outcomes else outcomes[0][0]
    wanted = request.GET.get("show")
    wanted = wanted if wanted in Outcome.values else first
    rows = job.rows.filter(outcome=wanted).select_related("contact")
    return {
        "job": job,
        "sheet": sheet,
        "fields": mapping.FIELDS,
        "outcome": Outcome(wanted),
        "rows": page(rows, order=("row",), cursor=request.GET.get("page"), size=ROWS_ON_A_PAGE),
        "outcomes": outcomes,
    }
