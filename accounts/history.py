"""What happened, as lines for a reader: sentences with links, read from the audit log.

The log page, the history on each record's page and the export for reading are all made here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Count, Max
from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import can
from audit.candor_verify import ERASED
from audit.models import Event, Link, Payload
from audit.sentences import Part, Told, tell
from audit.words import Ref, noun_of
from lib import formats
from lib.keyset import Page, page

Urls = Callable[[Membership, Collection[UUID]], dict[UUID, str]]

NEWEST_FIRST = ("-written_at", "-id")
SHOWN = 30
LONGEST = 300
UNNAMED = "Somebody whose name was erased"
_NAMES = {"job": "A background job", "system": "Candor", "visitor": "A visitor"}
_ICONS = {"job": "clock-cog", "system": "settings-automation", "staff": "lifebuoy", "visitor": "user-question"}


@dataclass(frozen=True)
class Who:
    """Who acted: a member of the account, our staff, a job, the system, or a visitor."""

    kind: str
    name: str

    @property
    def is_member(self) -> bool:
        return self.kind == "member"

    @property
    def icon(self) -> str:
        return _ICONS.get(self.kind, "user")


@dataclass(frozen=True)
class Words:
    """A piece of a sentence, and the page it leads to for this reader."""

    text: str
    style: str
    url: str


@dataclass(frozen=True)
class Line:
    """One event: who did what, when. Without ``data`` its details were erased."""

    event: Event
    data: dict[str, Any] | None
    who: Who
    told: Told
    words: list[Words]
    erased_at: datetime | None = None

    @property
    def icon(self) -> str:
        return self.told.kind.icon

    @property
    def label(self) -> str:
        return self.told.kind.label

    @property
    def record_name(self) -> str:
        """What the record was called then; empty when that was erased."""
        return (self.data or {}).get("record", "")

    @property
    def is_erased(self) -> bool:
        return self.data is None

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """Field, old and new value, where the sentence does not hold them itself; long ones shortened."""
        if self.told.says_all or not self.told.is_about_changes:
            return []
        return [(change.label, shorten(change.old), shorten(change.new)) for change in self.told.changes]

    @property
    def all_changes(self) -> list[tuple[str, str, str]]:
        """Field, old and new value, in full; also what something began with."""
        return [(change.label, change.old, change.new) for change in self.told.changes]

    @property
    def at(self) -> datetime:
        return self.event.written_at

    @property
    def day(self) -> date:
        return formats.plain_day(self.at)

    @property
    def clock(self) -> str:
        return formats.clock(self.at)


@dataclass(frozen=True)
class History(Page[Line]):
    """What happened to one record, a page of it; and where the log tells it, for those who may read that."""

    log_url: str = ""


def shorten(text: str) -> str:
    """As much of a long text as a list has room for."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()} …"


def history_of(record: Any, reader: Membership, cursor: str | None, *, also: Iterable[Any] = ()) -> History:
    """What happened to the record, and to ``also``, its parts: newest first, a page at a time."""
    ids = [record.public_id, *(each.public_id for each in also)]
    found = page(Event.objects.filter(record_id__in=ids), order=NEWEST_FIRST, cursor=cursor, size=SHOWN)
    log = reverse("accounts:audit_log", args=[reader.account.slug], query={"record": record.public_id})
    return History(
        lines(found.rows, reader, page_of=record.public_id), found.next, found.previous, found.is_restarted,
        log if can(reader, "audit.view") else "",
    )  # fmt: skip


@dataclass(frozen=True)
class Looks:
    """How often support looked at a record, and when last; and whether its reader may read of each look."""

    count: int
    last: datetime | None
    may_read: bool


def looks_at(record: Any, reader: Membership) -> Looks:
    """The looks of support at this record, as the log tells them."""
    seen = Event.objects.filter(record_id=record.public_id, kind="look.shown")
    found = seen.aggregate(count=Count("id"), last=Max("written_at"))
    return Looks(found["count"], found["last"], can(reader, "look.view"))


def pages_of(view: str, action: str, visible: Callable[[Membership], Any]) -> Urls:
    """The ``urls`` of a kind of record whose pages are at ``view``, for those who may do ``action``."""

    def urls(reader: Membership, public_ids: Collection[UUID]) -> dict[UUID, str]:
        if not can(reader, action):
            return {}
        found = visible(reader).filter(public_id__in=public_ids).values_list("public_id", flat=True)
        return {public_id: reverse(view, args=[reader.account.slug, public_id]) for public_id in found}

    return urls


def lines(
    events: Sequence[Event], reader: Membership, *, page_of: UUID | None = None, with_links: bool = True
) -> list[Line]:
    """The events in words, for this reader; at the page of ``page_of`` that one is "this contact" and no link.

    As many statements for many events as for few: the payloads, and one for each kind of record that is named.
    """
    ids = [event.pk for event in events]
    payloads = dict(Payload.objects.filter(event_id__in=ids).values_list("event_id", "data"))
    told = [_told(event, payloads.get(event.pk), reader, page_of) for event in events]
    urls = _urls(reader, [part.ref for each in told for part in each.parts if part.ref]) if with_links else {}
    erased = [event for event in events if event.pk not in payloads]
    names, erasures = _names(reader, erased), _erasures(erased)
    return [
        Line(
            event,
            data := payloads.get(event.pk),
            _who(event, data, names),
            each,
            [_words(part, urls) for part in each.parts],
            erasures.get(event.public_id),
        )
        for event, each in zip(events, told, strict=True)
    ]


def numbers_of(events: Iterable[Event]) -> dict[int, int]:
    """The line that each event has in the sealed log; the latest have none yet."""
    sealed = Link.objects.filter(event_id__in=[event.pk for event in events])
    return dict(sealed.values_list("event_id", "number"))


def _told(event: Event, data: dict[str, Any] | None, reader: Membership, page_of: UUID | None) -> Told:
    ref = None
    if event.record_id:
        ref = Ref(event.record_type, event.record_id, (data or {}).get("record", ""))
    may, sees_all = partial(can, reader), not reader.sees_only_own_records
    return tell(event.kind, data, ref, page_of=page_of, may=may, sees_all=sees_all)


def _urls(reader: Membership, refs: Iterable[Ref]) -> dict[Ref, str]:
    """Where each record is, for those that are still there and that the reader may see."""
    by_type: dict[str, dict[UUID, list[Ref]]] = {}
    for ref in refs:
        by_type.setdefault(ref.type, {}).setdefault(UUID(str(ref.public_id)), []).append(ref)
    found = {}
    for type_, wanted in by_type.items():
        for public_id, url in noun_of(type_).urls(reader, wanted.keys()).items():
            found.update(dict.fromkeys(wanted[public_id], url))
    return found


def _words(part: Part, urls: dict[Ref, str]) -> Words:
    return Words(part.text, part.style, urls.get(part.ref, "") if part.ref else "")


def _names(reader: Membership, erased: Sequence[Event]) -> dict[int | None, str]:
    """Members by number, where the event itself does not name them any more."""
    wanted = {event.actor_id for event in erased if event.actor_kind == "member"}
    if not wanted:
        return {}
    members = Membership.objects.filter(account_id=reader.account_id, pk__in=wanted).select_related("user")
    return {member.pk: str(member) for member in members}


def _erasures(erased: Sequence[Event]) -> dict[UUID | None, datetime]:
    """When the details of each were erased, as the log says itself."""
    if not erased:
        return {}
    said = Event.objects.filter(kind=ERASED, record_id__in=[event.public_id for event in erased])
    return dict(said.values_list("record_id", "written_at"))


def _who(event: Event, data: dict[str, Any] | None, names: dict[int | None, str]) -> Who:
    if data is None and event.actor_kind == "member":
        return Who(event.actor_kind, names.get(event.actor_id, UNNAMED))
    return Who(event.actor_kind, _NAMES.get(event.actor_kind) or (data or {}).get("actor") or UNNAMED)
