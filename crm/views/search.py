"""One field that finds records of every kind."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import allow
from crm import substrings
from crm.search import find, recent
from lib.htmx import page_or_part


@require_safe
@allow("home.view")
def search(request: Any) -> HttpResponse:
    """Hits of every kind that this member may see; with ``?palette`` as the dialog shows them that opens everywhere."""
    text = request.GET.get("q", "").strip()[:200]
    groups = find(request.membership, text)
    shown = {"text": text, "groups": groups, "finds_parts": substrings.are_found()}
    if "palette" in request.GET:
        return render(request, "crm/_palette.html", shown | {"recent": [] if text else recent(request.membership)})
    return page_or_part(request, "crm/search.html", "hits", shown)
