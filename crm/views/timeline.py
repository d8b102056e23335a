"""The timeline of a record: narrowed to a kind, or further back."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.permissions import allow
from crm.models import Company, Contact, Deal, Record
from crm.timeline.pages import timeline_of
from crm.views import shared
from lib.htmx import asks_for_part


@require_safe
@allow("contact.view")
def contact_timeline(request: Any, public_id: Any) -> HttpResponse:
    return _timeline(request, Contact, public_id)


@require_safe
@allow("company.view")
def company_timeline(request: Any, public_id: Any) -> HttpResponse:
    return _timeline(request, Company, public_id)


@require_safe
@allow("deal.view")
def deal_timeline(request: Any, public_id: Any) -> HttpResponse:
    return _timeline(request, Deal, public_id)


def _timeline(request: Any, model: type[Record], public_id: Any) -> HttpResponse:
    """For htmx the list, or the lines that follow; for a browser the record's page, which holds the same."""
    record = shared.record_or_404(request, model, public_id, in_bin=None)
    page = shared.page_of(request, record)
    if not asks_for_part(request):
        return redirect(f"{page}?{request.GET.urlencode()}#timeline")
    timeline = timeline_of(request, record)
    part = "_timeline" if timeline.is_first else "_lines"
    context = {"timeline": timeline, "record": record, "record_url": page}
    return render(request, f"crm/timeline/{part}.html", context)
