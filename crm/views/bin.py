"""The bin: what was deleted, by whom, until when it can be restored."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.permissions import allow
from crm.models import Company, Contact
from crm.views import shared
from lib.keyset import page

MODELS = {"contacts": Contact, "companies": Company}


@require_safe
@allow("contact.delete")
def bin(request: Any) -> HttpResponse:
    """Deleted contacts, or with ``?kind=companies`` companies, the latest first."""
    kind = "companies" if request.GET.get("kind") == "companies" else "contacts"
    records = MODELS[kind].objects.in_bin().visible_to(request.membership).select_related("deleted_by__user")
    shown = page(records, order=("-deleted_at", "-id"), cursor=request.GET.get("page"))
    for record in shown.rows:
        record.leaves_on = shared.leaves_bin_on(record)
    list_url = reverse(f"crm:{kind}", args=[request.account.slug])
    context = {
        "page": shown,
        "kind": kind,
        "list_url": list_url,
        "tabs": shared.tabs(request, "Bin"),
        "days": shared.DAYS_IN_BIN,
    }
    return render(request, "crm/bin.html", context)
