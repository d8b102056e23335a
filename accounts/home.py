"""The home page's tiles and panels. Each app registers its own in its ``home.py``; accounts only lays them out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.permissions import can

Column = Literal["main", "side"]


@dataclass(frozen=True)
class Tile:
    """A figure with its name, leading to the list that it counts. The two numbers are equal."""

    label: str
    figure: str
    url: str
    meta: str = ""
    state: str = ""  # "warn" or "bad": a colour beside the words


@dataclass(frozen=True)
class Panel:
    """A card: a template, ``<app>/_<panel>.html``, and what it needs. It shows its own empty state."""

    template: str
    action: str
    order: int
    column: Column
    context: Callable[[HttpRequest], dict[str, Any]]


_panels: list[Panel] = []
_tiles: list[tuple[int, str, Callable[[HttpRequest], Tile | None]]] = []


def register(panel: Panel) -> None:
    """Add a panel; called from an app's ``home.py``."""
    _panels.append(panel)


def register_tile(action: str, order: int, make: Callable[[HttpRequest], Tile | None]) -> None:
    """Add a tile; ``make`` returns None when there is nothing to say."""
    _tiles.append((order, action, make))


def panels(request: HttpRequest, column: Column) -> list[SafeString]:
    """The panels of one column that this member may see, rendered."""
    return [
        render_to_string(panel.template, panel.context(request), request)
        for panel in sorted(_panels, key=lambda panel: panel.order)
        if panel.column == column and can(request.membership, panel.action)  # type: ignore[attr-defined]
    ]


def tiles(request: HttpRequest) -> list[Tile]:
    """The tiles that this member may see and that have something to say."""
    made = (
        make(request)
        for _, action, make in sorted(_tiles, key=lambda tile: tile[0])
        if can(request.membership, action)  # type: ignore[attr-defined]
    )
    return [tile for tile in made if tile is not None]
