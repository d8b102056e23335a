"""One field that finds records of every kind."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.permissions import allow
from crm.search import find
from lib.htmx import page_or_part


@require_safe
@allow("home.view")
def search(request: Any) -> HttpResponse:
    """Hits of every kind that this member may see."""
    text = request.GET.get("q", "").strip()[:200]
    groups = find(request.membership, text)
    return page_or_part(request, "crm/search.html", "hits", {"text": text, "groups": groups})
