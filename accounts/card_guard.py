"""No card number comes past this door: it stands before every view (``lib/cards.py``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from lib import cards

API = "/api/"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
FREE_TEXT = ("crm", "timetracking")  # where firms write about their own work


class CardGuard:
    """Sets how forms treat what looks like a card number.

    Where people write about money with us, about themselves or to support, it is hidden before any view sees it, so
    that it is neither shown again nor kept. Where a firm writes about its own work, it is asked for first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with cards.manners() as manners:
            said = request.headers.get(cards.KEEP_HEADER, "").strip().lower()
            manners.may_keep = request.path_info.startswith(API)
            # What is only looked for is stored nowhere.
            manners.keeps = request.method in SAFE_METHODS or (manners.may_keep and said == "yes")
            return self.get_response(request)

    def process_view(self, request: Any, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        if request.method != "POST":
            return
        manners = cards.present()
        manners.may_keep = view.__module__.partition(".")[0] in FREE_TEXT
        manners.keeps = manners.may_keep and cards.KEEP in request.POST
        if not manners.may_keep:
            _hide(request, manners)


def _hide(request: Any, manners: cards.Manners) -> None:
    given = request.POST
    clean = {name: [cards.hide(text) for text in texts] for name, texts in given.lists()}
    hidden = {text.strip() for name, texts in given.lists() for text in clean[name] if text not in texts}
    if hidden:
        manners.hidden = hidden
        request.POST = given.copy()
        for name, texts in clean.items():
            request.POST.setlist(name, texts)
