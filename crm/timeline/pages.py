"""A page of a timeline: the sources' lines in one order, the newest first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from accounts.permissions import can
from crm.models import Record
from crm.timeline.sources import Before, Line, Source, sources_for, with_lines
from lib.seals import Seal

SIZE = 30
LAST = 2**63 - 1  # no row has this number
_SEAL = Seal("timeline cursor")


@dataclass(frozen=True)
class Place:
    """A line's place among all: by its moment, then its kind, then its number."""

    at: datetime
    kind: str
    id: int

    def before(self, kind: str) -> Before:
        """What is older, for one kind: of the same moment, the kinds that come first in the alphabet are older."""
        if kind == self.kind:
            return Before(self.at, self.id)
        return Before(self.at, LAST if kind < self.kind else 0)

    def __str__(self) -> str:
        return _SEAL.close(json.dumps([self.at.isoformat(), self.kind, self.id]))


@dataclass(frozen=True)
class Shown:
    """A line as the page shows it."""

    line: Line
    source: Source
    starts_day: bool

    @property
    def icon(self) -> str:
        return self.line.icon or self.source.icon


@dataclass(frozen=True)
class Timeline:
    """A page of what happened, what it is narrowed to, and where the older lines begin."""

    lines: list[Shown]
    sources: list[Source]
    chosen: str  # a kind, or everything
    older: str
    is_first: bool
    log_url: str  # where the log tells it, for those who may read that


def timeline_of(request: Any, record: Record) -> Timeline:
    """What the address asks for: ``?show=`` a kind, ``?older=`` than a line."""
    member = request.membership
    sources = sources_for(record, member)
    chosen = next((source.kind for source in sources if source.kind == request.GET.get("show")), "")
    place = _read(request.GET.get("older", ""))
    found = []
    asked = [source for source in sources if source.kind == chosen or not chosen]
    for source in with_lines(asked, record, member):
        before = place.before(source.kind) if place else None
        found += [(line, source) for line in source.rows(record, member, before, SIZE + 1)]
    found.sort(key=lambda pair: (pair[0].at, pair[1].kind, pair[0].id), reverse=True)
    page = found[:SIZE]
    older = str(Place(page[-1][0].at, page[-1][1].kind, page[-1][0].id)) if len(found) > SIZE else ""
    log = reverse("accounts:audit_log", args=[member.account.slug], query={"record": record.public_id})
    return Timeline(
        _with_days(page, place), sources, chosen, older, place is None, log if can(member, "audit.view") else ""
    )


def _with_days(page: list[tuple[Line, Source]], place: Place | None) -> list[Shown]:
    """Each day's first line says the day; a page that goes on within one does not say it again."""
    shown: list[Shown] = []
    day: date | None = Line(place.at, 0, "", None).day if place else None
    for line, source in page:
        shown.append(Shown(line, source, starts_day=line.day != day))
        day = line.day
    return shown


def _read(cursor: str) -> Place | None:
    plain = _SEAL.open(cursor) if cursor else None
    if plain is None:
        return None
    at, kind, number = json.loads(plain)
    return Place(datetime.fromisoformat(at), kind, number)
