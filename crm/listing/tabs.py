"""The tabs above lists: each list, and what lies in the bin."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from accounts.permissions import can
from crm.listing.asked import ALL, Wish
from lib.addresses import query_of

ENTRIES = (
    ("Contacts", "crm:contacts", "contact.view"),
    ("Companies", "crm:companies", "company.view"),
    ("Bin", "crm:bin", "contact.delete"),
)


def tabs(request: Any, current: str, wish: Wish | None = None) -> list[dict[str, Any]]:
    """Contacts, Companies, Bin: those that this member may open; the pinned views of the list beside it."""
    found = []
    for label, name, action in ENTRIES:
        if can(request.membership, action):
            is_here = label == current
            address = reverse(name, args=[request.account.slug])
            whole = f"{address}?view={ALL}" if is_here and wish and wish.opens_with else address
            found.append(_tab(label, whole, is_here and not (wish and wish.view)))
            if is_here and wish:
                found += _pinned(wish, address)
    return found


def view_tabs(request: Any, wish: Wish) -> list[dict[str, Any]]:
    """The whole list, and its pinned views: for a list that stands alone."""
    address = reverse(wish.kind.url_name, args=[request.account.slug])
    return [_tab("All", f"{address}?view={ALL}", wish.view is None), *_pinned(wish, address)]


def _pinned(wish: Wish, address: str) -> list[dict[str, Any]]:
    shown = [view for view in wish.views if view.is_pinned or view == wish.view]
    return [_tab(view.name, address + query_of(view.words), view == wish.view) for view in shown]


def _tab(label: str, url: str, is_current: bool) -> dict[str, Any]:
    return {"label": label, "url": url, "is_current": is_current, "count": None}
