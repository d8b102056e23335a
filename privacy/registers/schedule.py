"""How long what is kept: the retention schedule, read from the data map (147)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import datamap
from datamap import Answer, Basis, Category, Interest, Party, Retention, Source


@dataclass(frozen=True)
class Term:
    """Everything that we keep for one purpose, for one time."""

    purpose: str
    categories: tuple[str, ...]
    retention: Retention
    days: int | None


@dataclass(frozen=True)
class Collected:
    """One category of what we collect for ourselves, with everything that the policy says about it (119)."""

    category: Category
    sources: tuple[Source, ...]
    purposes: tuple[str, ...]
    bases: tuple[Basis, ...]
    interests: tuple[Interest, ...]
    retentions: tuple[Retention, ...]


@dataclass(frozen=True)
class Californian:
    """A row of the table that California's law wants: its category, the sources, the purposes, our words for it."""

    category: str
    sources: tuple[str, ...]
    words: tuple[str, ...]
    purposes: tuple[str, ...]
    kinds: frozenset[str]


def answers(party: Party) -> list[Answer]:
    """What the data map says of every personal column that we hold in one role."""
    found = [answer for entry in datamap.entries() for answer in datamap.columns_of(entry.model)]
    return [answer for answer in found if answer.is_personal and answer.party is party]


def terms(party: Party = Party.CONTROLLER) -> list[Term]:
    """The schedule: by purpose, then by time."""
    groups: dict[tuple[str, Retention], set[Category]] = defaultdict(set)
    for answer in answers(party):
        for purpose in answer.purposes:
            groups[purpose, answer.retention].add(answer.category)
    order = list(Retention)
    return [
        Term(purpose, _sorted(categories), retention, retention.days)
        for (purpose, retention), categories in sorted(
            groups.items(), key=lambda item: (item[0][0], order.index(item[0][1]))
        )
    ]


def collected() -> list[Collected]:
    """What we collect for ourselves, category by category, in the order of the vocabulary."""
    groups: dict[Category, list[Answer]] = defaultdict(list)
    for answer in answers(Party.CONTROLLER):
        groups[answer.category].append(answer)
    return [
        Collected(
            category,
            _in_order(Source, {answer.source for answer in found}),
            tuple(sorted({purpose for answer in found for purpose in answer.purposes})),
            _in_order(Basis, {answer.basis for answer in found}),
            _in_order(Interest, {answer.interest for answer in found}),
            _in_order(Retention, {answer.retention for answer in found}),
        )
        for category in Category
        if (found := groups.get(category, []))
    ]


def californian() -> list[Californian]:
    """The four-column table, without its last column: who gets it stands in the register of processors."""
    groups: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers(Party.CONTROLLER):
        if answer.category.ccpa:
            groups[answer.category.ccpa].append(answer)
    return [
        Californian(
            name,
            tuple(str(source) for source in _in_order(Source, {answer.source for answer in found})),
            _sorted({answer.category for answer in found}),
            tuple(sorted({purpose for answer in found for purpose in answer.purposes})),
            frozenset(str(answer.category) for answer in found),
        )
        for name, found in sorted(groups.items())
    ]


def _sorted(categories: set[Category]) -> tuple[str, ...]:
    return tuple(str(category) for category in Category if category in categories)


def _in_order(words: type, found: set) -> tuple:
    return tuple(word for word in words if word in found)  # type: ignore[attr-defined]
