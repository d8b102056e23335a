"""Answering htmx: the whole page for a browser, the asked part for a swap."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.http import trigger_client_event


def asks_for_part(request: HttpRequest) -> bool:
    """True when htmx swaps a piece; a restored page from history needs all of it."""
    return request.headers.get("HX-Request") == "true" and not (
        request.headers.get("HX-Boosted") == "true" or request.headers.get("HX-History-Restore-Request") == "true"
    )


def page_or_part(
    request: HttpRequest,
    template: str,
    part: str,
    context: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, or its ``{% partialdef part %}`` when htmx asks."""
    name = f"{template}#{part}" if asks_for_part(request) else template
    response = render(request, name, dict(context or {}), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def say(response: HttpResponse, words: str, undo: str = "") -> HttpResponse:
    """Show a toast once the swap has happened; ``undo`` is a URL that takes it back by POST."""
    return trigger_client_event(response, "candor:toast", {"words": words, "undo": undo})
