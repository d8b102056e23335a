"""Global Privacy Control: a browser's word that its person's data be neither sold nor shared.

Nothing is sold or shared here, so honouring it takes nothing away; every page says that it was heard.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers


class SaysItHeard:
    """Tells caches that a page's foot depends on the signal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["Sec-GPC"])
        return response
