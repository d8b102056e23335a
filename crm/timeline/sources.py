"""Where the lines of a timeline come from. Each kind says so once, in a ``timeline.py`` of its room or its app::

    register(Source("stage", "Deals", "layout-kanban", rows=stage_moves, action="deal.view"))

``rows(record, member, before, limit)`` gives what this member may see, newest first; ``newest()`` asks for it.
``every(record, member)`` is the same without names and order: where it holds nothing, nobody asks for rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Q, QuerySet, Value

from accounts.models import Membership
from accounts.permissions import can
from crm.models import Company, Contact, Deal, Record
from lib import formats
from lib.keyset import IsAmong, following


@dataclass(frozen=True)
class Before:
    """Where a page begins: lines of a kind that are older than this, and of the same moment those of lower numbers."""

    at: datetime
    id: int


@dataclass(frozen=True)
class Line:
    """One thing that happened. ``template`` shows it, as what stands beside its mark; there it is called ``it``."""

    at: datetime
    id: int  # tells lines of one moment and kind apart
    template: str
    it: Any
    icon: str = ""  # in place of its kind's

    @property
    def day(self) -> date:
        return formats.plain_day(self.at)

    @property
    def clock(self) -> str:
        return formats.clock(self.at)


Rows = Callable[[Any, Membership, Before | None, int], list[Line]]
Every = Callable[[Any, Membership], QuerySet[Any]]


@dataclass(frozen=True)
class Source:
    """One kind of line: how the filter names it, who may see any, and which events of the log it tells itself."""

    kind: str
    label: str
    icon: str
    rows: Rows
    action: str  # a row of accounts/permissions.py
    on: tuple[type[Record], ...] = (Company, Contact, Deal)
    order: int = 50  # among the filters
    instead_of: frozenset[str] = frozenset()
    every: Every | None = None  # a kind that hardly any record lacks goes without


_sources: dict[str, Source] = {}


def register(source: Source) -> Source:
    """Add a kind; raises ValueError when its name is taken."""
    if source.kind in _sources:
        raise ValueError(f"There is a timeline of {source.kind!r} already.")
    _sources[source.kind] = source
    return source


def sources_for(record: Record, member: Membership) -> list[Source]:
    """The kinds that this record's timeline may hold for this member."""
    fitting = [source for source in _sources.values() if type(record) in source.on and can(member, source.action)]
    return sorted(fitting, key=lambda source: source.order)


def with_lines(sources: Sequence[Source], record: Record, member: Membership) -> list[Source]:
    """Those that have a line at all, by one statement: most records have lines of few kinds."""
    looks = [
        source.every(record, member).order_by().values_list(Value(source.kind))[:1]
        for source in sources
        if source.every is not None
    ]
    if len(looks) < 2:
        return list(sources)
    there = {kind for (kind,) in looks[0].union(*looks[1:], all=True)}
    return [source for source in sources if source.every is None or source.kind in there]


def told_elsewhere() -> set[str]:
    """The events of the log that a source tells in its own words."""
    return {kind for source in _sources.values() for kind in source.instead_of}


def newest(rows: QuerySet[Any], before: Before | None, limit: int, *, at: str = "created_at") -> QuerySet[Any]:
    """The newest ``limit`` of these rows by the moment in ``at``, from ``before`` on."""
    order = (f"-{at}", "-id")
    if before is not None:
        rows = rows.filter(following(rows.model, order, (before.at, before.id)))
    return rows.order_by(*order)[:limit]


def about(record: Record, member: Membership) -> Q:
    """The condition that a note, an activity, a mail is about this record, or about what belongs to it.

    To a company belong its contacts and deals, to a contact the deals it has to do with: those alone that this
    member may see, so nothing shows through.
    """
    condition = Q(**{str(record._meta.model_name): record.pk})
    if isinstance(record, Company):
        condition |= _one_of("contact", Contact.objects.filter(company=record), member)
        condition |= _one_of("deal", Deal.objects.filter(company=record), member)
    elif isinstance(record, Contact):
        condition |= _one_of("deal", Deal.objects.filter(people__contact=record), member)
    return condition


def deals_of(record: Record, member: Membership) -> QuerySet[Any]:
    """The deals whose moves this record's timeline tells."""
    if isinstance(record, Deal):
        return Deal.objects.filter(pk=record.pk)
    key = {"company": record} if isinstance(record, Company) else {"people__contact": record}
    return Deal.objects.live().visible_to(member).filter(**key)


def _one_of(name: str, rows: Any, member: Membership) -> Q:
    return Q(IsAmong(F(f"{name}_id"), ArraySubquery(rows.live().visible_to(member).values("pk"))))
