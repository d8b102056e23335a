"""The documents as staff publish them: what each would say now, and what is different."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import documents
from lib.forms import posted
from privacy.policies import publishing
from privacy.policies.forms import PublishForm
from privacy.support_access.gate import staff_here, staff_only


@staff_only
@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    """Every document, with the versions that hold and those to come."""
    found = [(draft, documents.published(draft.kind)) for draft in publishing.drafts()]
    return render(request, "privacy/drafts.html", {"drafts": found})


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, kind: str) -> HttpResponse:
    """What is different, and the form that publishes it."""
    if kind not in documents.TITLES:
        raise Http404
    form = PublishForm(posted(request), initial={"kind": kind})
    if form.is_valid() and _published(request, form):
        return redirect("policies:drafts")
    words = {"draft": publishing.draft(kind), "form": form}
    return render(request, "privacy/draft.html", words, status=422 if form.is_bound else 200)


def _published(request: HttpRequest, form: PublishForm) -> bool:
    given = form.cleaned_data
    try:
        found = publishing.publish(
            given["kind"],
            effective_on=given["effective_on"],
            is_material=given["is_material"] == "yes",
            summary=given["summary"],
            by=staff_here(request),
        )
    except publishing.NotSoSoon as trouble:
        form.add_error("effective_on", str(trouble))
        return False
    except publishing.NothingNew:
        form.add_error(None, "It says what its newest version says.")
        return False
    letters = " Every owner gets a letter within minutes." if found.is_material else ""
    messages.success(request, f"Published.{letters}")
    return True
