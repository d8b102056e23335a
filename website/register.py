"""The register of security measures: each has words for people and a check that asks the running system.

A measure can only be written down together with its check, so the page ``/security/`` claims nothing that nothing
looks at. The checks run by the clock; what they found last is kept in the shared cache, and a page only reads it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

logger = logging.getLogger(__name__)

KEY = "security measures"
KEPT_FOR = timedelta(days=7)
OLD_AFTER = timedelta(hours=1)  # the clock asks every ten minutes


class State(StrEnum):
    """What a check found."""

    HOLDS = "holds"
    NOT_HERE = "not here"
    FAILING = "failing"


@dataclass(frozen=True)
class Finding:
    """What a check found, in a few words."""

    state: State
    words: str


def holds(words: str) -> Finding:
    """It is so."""
    return Finding(State.HOLDS, words)


def not_here(words: str) -> Finding:
    """This installation does without, and says why."""
    return Finding(State.NOT_HERE, words)


def fails(words: str) -> Finding:
    """It should be so, and is not."""
    return Finding(State.FAILING, words)


@dataclass(frozen=True)
class Measure:
    """One thing that we do, in words, and how the running system is asked whether it does."""

    name: str
    group: str
    title: str
    words: str
    check: Callable[[], Finding]

    def look(self) -> Finding:
        """Ask. A check that breaks off proves nothing, so it fails."""
        try:
            with transaction.atomic():
                return self.check()
        except Exception:
            logger.exception("The measure %s could not be checked.", self.name)
            return fails("The check itself broke off, so nothing is known.")


MEASURES: dict[str, Measure] = {}


def measure(group: str, title: str, words: str) -> Callable[[Callable[[], Finding]], Callable[[], Finding]]:
    """Write a measure down together with its check: the decorated function."""

    def write_down(check: Callable[[], Finding]) -> Callable[[], Finding]:
        name = check.__name__.replace("_", "-")
        if name in MEASURES:
            raise ValueError(f"There is a measure named {name} already.")
        MEASURES[name] = Measure(name, group, title, words, check)
        return check

    return write_down


@dataclass(frozen=True)
class Report:
    """What all checks found, and when."""

    made_at: datetime
    findings: dict[str, Finding]

    @property
    def is_old(self) -> bool:
        return timezone.now() - self.made_at > OLD_AFTER

    def count(self, state: State) -> int:
        return sum(finding.state is state for finding in self.findings.values())


def look() -> Report:
    """Ask every check now, and keep what they say."""
    report = Report(timezone.now(), {name: each.look() for name, each in MEASURES.items()})
    cache.set(KEY, report, KEPT_FOR.total_seconds())
    return report


def last() -> Report | None:
    """What the checks said last; nothing where they have not run for a week."""
    found = cache.get(KEY)
    return found if isinstance(found, Report) else None


@dataclass(frozen=True)
class Line:
    """A measure and what its check said; nothing when it was not asked yet."""

    measure: Measure
    finding: Finding | None


def lines(report: Report | None) -> dict[str, list[Line]]:
    """All measures by their group, as a page shows them."""
    found: dict[str, list[Line]] = {}
    for name, each in MEASURES.items():
        finding = report.findings.get(name) if report else None
        found.setdefault(each.group, []).append(Line(each, finding))
    return found
