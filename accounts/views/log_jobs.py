"""Admin, Audit log: checking it, and taking it along."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.files.serving import respond
from accounts.log import work
from accounts.log.filters import LogFilterForm
from accounts.log.forms import AnchorForm
from accounts.models import LogJob
from accounts.permissions import allow, open_when_read_only
from accounts.reauthentication import reauthenticated
from lib.forms import posted
from lib.htmx import page_or_part
from lib.keyset import page

What = LogJob.What
EXPORTS = (What.PROOF, What.READING)
SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("audit.view")
def checks(request: HttpRequest) -> HttpResponse:
    """Check the log, by itself or against what was kept from it; and what earlier checks said."""
    form = AnchorForm(posted(request))
    if form.is_valid():
        job = work.start(What.CHECK, by=request.membership, anchor=form.cleaned_data["anchor"])
        return redirect("accounts:audit_check", request.account.slug, job.public_id)
    context = {"form": form, "length": work.length_of(request.account.pk), "past": _past(request, [What.CHECK])}
    return render(request, "accounts/audit_checks.html", context, status=422 if form.is_bound else 200)


@require_safe
@allow("audit.view")
def check(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How far a check is; then what it proved, and what it can't."""
    job = _job(request, public_id, [What.CHECK])
    return page_or_part(request, "accounts/audit_check.html", "state", {"job": job, "form": AnchorForm()})


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("audit.export")
@reauthenticated
def exports(request: HttpRequest) -> HttpResponse:
    """Take the log along: for proof as a whole, or for reading as far as it was narrowed."""
    form = LogFilterForm(request.GET, reader=request.membership)
    what = request.POST.get("what")
    if what in EXPORTS and form.is_valid():
        asked = form.given if what == What.READING else {}
        job = work.start(what, by=request.membership, asked=asked)
        return redirect("accounts:audit_export", request.account.slug, job.public_id)
    context = {"form": form, "chips": form.chips(), "past": _past(request, EXPORTS)}
    return render(request, "accounts/audit_exports.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@allow("audit.export")
def export(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How far an export is; then its file, and how to check it."""
    return page_or_part(request, "accounts/audit_export.html", "state", {"job": _job(request, public_id, EXPORTS)})


@require_safe
@allow("audit.export")
def export_file(request: HttpRequest, public_id: UUID) -> FileResponse:
    """The exported log, as long as it is kept."""
    return respond(_job(request, public_id, EXPORTS).file)


def _job(request: HttpRequest, public_id: UUID, kinds: Any) -> LogJob:
    jobs = LogJob.objects.filter(what__in=kinds).select_related("by__user", "file")
    job: LogJob = get_object_or_404(jobs, public_id=public_id)
    return job


def _past(request: HttpRequest, kinds: Any) -> Any:
    jobs = LogJob.objects.filter(what__in=kinds).select_related("by__user", "file")
    return page(jobs, order=("-id",), cursor=request.GET.get("page"), size=SHOWN)
