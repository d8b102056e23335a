"""The tabs of Admin › Time. Each room adds its own where its addresses are::

register(Tab("Approval", "timetracking:time_approval", "time.settings", 20))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from accounts.permissions import can


@dataclass(frozen=True)
class Tab:
    """One page of Admin › Time."""

    label: str
    view: str  # the URL's name
    action: str  # who sees it: a row of accounts/permissions.py
    order: int
    also: tuple[str, ...] = ()  # other URL names under which it is the current one


_tabs: list[Tab] = []


def register(tab: Tab) -> None:
    """Add a tab."""
    _tabs.append(tab)


def views() -> tuple[str, ...]:
    """The URL names of all tabs: what the menu's entry stands for."""
    return tuple(name for tab in _tabs for name in (tab.view, *tab.also))


def tabs(request: Any) -> list[dict[str, Any]]:
    """Those that this member may use, in order, the current one marked."""
    name, slug = request.resolver_match.view_name, request.account.slug
    return [
        {"label": tab.label, "url": reverse(tab.view, args=[slug]), "is_current": name in (tab.view, *tab.also)}
        for tab in sorted(_tabs, key=lambda tab: tab.order)
        if can(request.membership, tab.action)
    ]


register(Tab("Hours", "timetracking:time_settings", "time.settings", 10))
register(Tab("Approval", "timetracking:time_approval", "time.settings", 20))
register(Tab("Lock", "timetracking:time_lock", "time.settings", 30))
register(Tab("Working time", "timetracking:working_time", "time.settings", 40))
register(Tab("Holidays", "timetracking:firm_days", "time.settings", 50))
register(Tab("Time off", "timetracking:time_off_types", "time.settings", 60, ("timetracking:time_off_type",)))
register(Tab("Expenses", "timetracking:expense_categories", "time.settings", 70, ("timetracking:expense_category",)))
