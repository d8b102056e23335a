"""What stands at the right of a record's page, and what can be done in its head. Apps above add theirs in their
``panels.py``::

register(Panel(on=(Company,), template="timetracking/_company_projects.html", order=30, context=projects_of))
register_action(Panel(on=(Company,), template="timetracking/_start_timer.html", order=10, context=timer_on))
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
    """A card beside a record, or a button in its head. ``context`` says what its template shows; None: nothing."""

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
_actions: list[Panel] = []


def register(panel: Panel) -> None:
    _panels.append(panel)


def register_action(button: Panel) -> None:
    _actions.append(button)


def panels_for(request: HttpRequest, record: Record) -> list[Shown]:
    """The panels of this record that have something to show, in order."""
    return _shown(_panels, request, record)


def actions_for(request: HttpRequest, record: Record) -> list[Shown]:
    """What else can be done with this record, from the head of its page."""
    return _shown(_actions, request, record)


def _shown(panels: list[Panel], request: HttpRequest, record: Record) -> list[Shown]:
    asked = [panel for panel in panels if type(record) in panel.on]
    found = [(panel, panel.context(request, record)) for panel in sorted(asked, key=lambda panel: panel.order)]
    return [Shown(panel.template, context) for panel, context in found if context is not None]
