"""How requests were answered: counts and days, of nobody in particular."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from privacy.rights.models import Decision, Kind, RightsRequest

ANSWERED = (Decision.FULL, Decision.PARTIAL, Decision.REFUSED)


@dataclass(frozen=True)
class Figures:
    """One kind of request over two years."""

    label: str
    received: int
    done: int
    in_part: int
    refused: int
    passed_on: int
    days: int | None  # the median, from arrival to answer


def by_kind() -> list[Figures]:
    """Every kind, those that nobody asked for, too."""
    every = RightsRequest.objects.filter(kind__in=Kind.values)
    rows = list(every.values_list("kind", "decision", "arrived_at", "closed_at"))
    return [_of(kind, [row[1:] for row in rows if row[0] == kind]) for kind in Kind]


def _of(kind: Kind, rows: Sequence[tuple[str, datetime, datetime | None]]) -> Figures:
    ended = [decision for decision, _, _ in rows]
    days = [(closed - arrived).days for decision, arrived, closed in rows if closed and decision in ANSWERED]
    return Figures(
        label=kind.label,
        received=len(rows),
        done=ended.count(Decision.FULL),
        in_part=ended.count(Decision.PARTIAL),
        refused=ended.count(Decision.REFUSED),
        passed_on=ended.count(Decision.FORWARDED),
        days=round(median(days)) if days else None,
    )
