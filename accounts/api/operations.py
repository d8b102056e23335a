"""What can be done at an address: each method with the scope and the action that it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

from accounts.api.problems import Problem


@dataclass(frozen=True)
class Operation:
    """One method of one address. A key needs its ``scope``, and its member a role that may do ``action``."""

    scope: str
    action: str
    run: Callable[..., HttpResponse]
    takes_file: bool = False  # as its body
    works_read_only: bool = False  # in an account of any standing, as views do that say @open_when_read_only


@dataclass(frozen=True)
class OpenOperation:
    """One method of an address that needs no key."""

    run: Callable[..., HttpResponse]


@dataclass(frozen=True, eq=False)  # Django keeps its views in a dictionary
class Endpoint:
    """The operations of one address, by method."""

    operations: Mapping[str, Operation | OpenOperation]

    def operation(self, method: str) -> Operation | OpenOperation:
        """The one that is asked for; HEAD asks for GET's answer without its body."""
        found = self.operations.get("GET" if method == "HEAD" else method)
        if found is None:
            raise Problem("method", headers={"Allow": ", ".join(self.operations)})
        return found

    def __call__(self, request: Any, **kwargs: Any) -> HttpResponse:
        """Never called by Django itself: the door for keys takes every request under ``/api/``."""
        raise Problem("not-found")
