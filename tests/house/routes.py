"""Every address behind the door, as the URL configuration knows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

DOOR = "a/<slug:account_slug>/"


@dataclass(frozen=True)
class Route:
    """One address: its name, its view, and the names of what it takes besides the account."""

    name: str
    view: Callable[..., Any]
    takes: tuple[str, ...]

    def url(self, slug: str, **kwargs: Any) -> str:
        return reverse(self.name, kwargs={"account_slug": slug, **kwargs})

    def __str__(self) -> str:
        return self.name


def account_routes(urlconf: str = "config.urls") -> list[Route]:
    """All routes under ``/a/<account>/``."""
    doors = [each for each in get_resolver(urlconf).url_patterns if str(each.pattern) == DOOR]
    return [route for door in doors for route in _walk(door, (), ())]


def _walk(resolver: URLResolver, spaces: tuple[str, ...], takes: tuple[str, ...]) -> Iterator[Route]:
    for each in resolver.url_patterns:
        wanted = takes + tuple(each.pattern.converters)
        if isinstance(each, URLResolver):
            yield from _walk(each, spaces + ((each.namespace,) if each.namespace else ()), wanted)
        elif isinstance(each, URLPattern):
            yield Route(":".join((*spaces, each.name or f"(no name) {each.pattern}")), each.callback, wanted)
