"""What a change of a rate would do to hours that are logged already: asked before it is made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from timetracking.models import Rate, TimeEntry
from timetracking.rates.queries import BILL, Money, alike, table
from timetracking.summary import IS_APPROVED

Change = tuple[Money | None, Money | None]


@dataclass(frozen=True)
class Impact:
    """How many entries change from what to what, whose they are, and how many stay because they were approved."""

    changes: list[tuple[Change, int]]
    people: int
    kept: int

    @property
    def entries(self) -> int:
        return sum(number for _, number in self.changes)


def impact(rate: Rate) -> Impact:
    """Of this row, not yet stored."""
    entries, now = _reached(rate), table(rate.kind)
    then = now.changed_by(rate)
    turns = then.turns()
    changes: Counter[Change] = Counter()
    people, kept = set(), 0
    for hours in alike(entries.annotate(approved=IS_APPROVED), turns, "approved"):
        change = now.of(hours.work), then.of(hours.work)
        if change[0] == change[1]:
            continue
        if hours.also == (True,):
            kept += hours.entries
        else:
            changes[change] += hours.entries
            people.add(hours.work.person)
    return Impact(changes.most_common(), len(people), kept)


def _reached(rate: Rate) -> Any:
    """The hours that this level could count for: of bill rates those that are billed and name none of their own."""
    keys = {"project": rate.project, "task": rate.task, "person": rate.person}
    entries = TimeEntry.objects.own().filter(**{name: value for name, value in keys.items() if value})
    if rate.starts_on:
        entries = entries.filter(day__gte=rate.starts_on)
    return entries.filter(billable=True, has_own_rate=False) if rate.kind == BILL else entries
