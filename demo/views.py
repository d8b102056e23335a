"""Admin, Sample data: start with a small agency, and be rid of it in one step."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import allow
from demo import sample as samples
from lib.htmx import page_or_part


@require_http_methods(["GET", "HEAD", "POST"])
@allow("sample.manage")
def sample(request: HttpRequest) -> HttpResponse:
    """Whether it is there, how far it is, what would stay. POST makes it."""
    if request.method == "POST":
        samples.start(request.membership)
        return redirect("demo:sample", request.account.slug)
    job = samples.current()
    context = {"job": job, "total": samples.size()}
    if job is not None and job.is_there:
        context |= {"count": samples.count(), "kept": samples.kept()}
    return page_or_part(request, "demo/sample.html", "state", context)


@require_POST
@allow("sample.manage")
def sample_remove(request: HttpRequest) -> HttpResponse:
    """Take it out again, all that nothing own hangs on."""
    job = samples.current()
    if job is not None and job.is_there:
        number = samples.remove(job)
        messages.success(request, f"Sample data removed: {number} records. Your own are as they were.")
    else:
        messages.info(request, "There was no sample data to remove.")
    return redirect("demo:sample", request.account.slug)
