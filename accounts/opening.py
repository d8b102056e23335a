"""What a new account begins with: each app says its own, in its ``opening.py``::

register(pipelines.begin)
"""

from __future__ import annotations

from collections.abc import Callable

_steps: list[Callable[[], object]] = []


def register(step: Callable[[], object]) -> None:
    """Add a step; it runs inside the new account, in the transaction that opens it."""
    _steps.append(step)


def furnish() -> None:
    """Take all steps in the active account."""
    for step in _steps:
        step()
