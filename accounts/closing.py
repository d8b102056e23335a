"""What must happen when an account closes: each app says its own steps, in its ``closing.py``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from accounts.files.stored import shred
from accounts.models import Account


@dataclass(frozen=True)
class Step:
    """One thing to end, such as a subscription or a job. Runs inside the account; harmless when run twice."""

    name: str
    run: Callable[[Account], None]
    order: int = 50


_STEPS: dict[str, Step] = {}


def register(step: Step) -> None:
    """Add a step; raises ValueError when the name is taken."""
    if step.name in _STEPS:
        raise ValueError(f"There is a closing step named {step.name} already.")
    _STEPS[step.name] = step


def steps() -> list[Step]:
    """All steps in their order."""
    return sorted(_STEPS.values(), key=lambda step: (step.order, step.name))


register(Step("stored files", lambda account: shred(), order=90))
