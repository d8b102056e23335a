"""What stands at the right of a company's or contact's page. Apps above add theirs in their ``panels.py``::

register(Panel(on=(Company,), template="timetracking/_company_projects.html", order=30, context=projects_of))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from crm.models import Record

Context = dict[str, Any]


@dataclass(frozen=True)
class Panel:
    """A card beside a record. ``context`` gives what its template shows, or None to stay away."""

    on: tuple[type[Record], ...]
    template: str
    order: int
    context: Callable[[HttpRequest, Any], Context | None]


@dataclass(frozen=True)
class Shown:
    """A panel as one page shows it."""

    template: str
    context: Context


_panels: list[Panel] = []


def register(panel: Panel) -> None:
    _panels.append(panel)


def panels_for(request: HttpRequest, record: Record) -> list[Shown]:
    """The panels of this record that have something to show, in order."""
    asked = [panel for panel in _panels if type(record) in panel.on]
    found = [(panel, panel.context(request, record)) for panel in sorted(asked, key=lambda panel: panel.order)]
    return [Shown(panel.template, context) for panel, context in found if context is not None]
