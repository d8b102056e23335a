"""What happens to hours: each verb one business event, one line in the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

import audit
from accounts.models import Membership
from crm.actions import set_tags
from lib.durations import DAY, DurationError
from lib.weeks import instant_at
from tenancy.context import current_actor, whole
from tenancy.errors import Conflict
from timetracking import summary
from timetracking.access import refuse_closed, refuse_without_clock
from timetracking.budgets.alerts import touched
from timetracking.errors import Locked
from timetracking.first_look import FirstLook, look
from timetracking.models import Project, RunningTimer, SheetRow, Task, TimeEntry, is_billable
from timetracking.rates.freezing import thaw
from timetracking.sheets import locks

SKIPPED = "The clock skips these times on that day. Type how long it was: 1:30 or 90m."
TOO_LONG = "More than 24 hours pass between these times on that day. Make two entries of it."
Snapshot = dict[str, Any]
Clock = tuple[datetime, datetime, ZoneInfo]  # start and end, and whose clock it was


@dataclass(frozen=True)
class Undo:
    """What takes a change back: entries to bring back, entries and rows to take away."""

    restore: list[Snapshot] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.restore or self.remove or self.rows)


def log_time(
    person: Membership,
    project: Project,
    task: Task | None,
    day: date,
    minutes: int,
    *,
    note: str = "",
    billable: bool | None = None,
    clock: Clock | None = None,
    source: str = TimeEntry.Source.TYPED,
    tags: Iterable[str] = (),
    own_rate: Decimal | None = None,
    reason: str = "",
    seen: FirstLook | None = None,
) -> TimeEntry:
    """Store a new entry; ``billable`` follows task and project unless it is said.

    ``reason``: why it comes late, on a day that was approved or locked. ``seen``: what a first look has found already.
    """
    seen = seen or look(person, project, task, day, alone=bool(reason.strip()))
    refuse_closed(person, project, task, None if seen.has_team else {})
    entry = TimeEntry(person=person, project=project, task=task, day=day, minutes=minutes, note=note, source=source)
    entry.billable = is_billable(project, task) if billable is None else billable
    entry.own_rate = own_rate
    if clock:
        _set_clock(entry, *clock)
    return store_entry(entry, tags, reason=reason, has_closed_sheet=seen.has_closed_sheet)


def store_entry(
    entry: TimeEntry,
    tags: Iterable[str] = (),
    *,
    verb: str = "created",
    reason: str = "",
    has_closed_sheet: bool = True,
) -> TimeEntry:
    """Store a new entry that holds all it needs, and say so in the log; raises Locked where its day is.

    What is brought back comes as it was, with or without clock times. ``has_closed_sheet`` as in ``locks.refuse``.
    """
    if verb == "created":
        refuse_without_clock(entry)
    locks.refuse_ahead(entry.person, entry.day)
    late = locks.refuse(entry.person, entry.day, reason=reason, has_closed_sheet=has_closed_sheet)
    with whole, summary.together():
        entry.save(force_insert=True)
        _tag(entry, tags, is_new=True)
        summary.keep(summary.facts_of(entry))
        shown = snapshot(entry)
        audit.record(f"time_entry.{verb}", entry, data={"entry": shown, **whose(entry), **late.said})
        late.keep(entry, None, shown)
        touched([entry.project])
    return entry


@transaction.atomic
@summary.together()
def change_entry(
    entry: TimeEntry,
    *,
    expected: int | None = None,
    clock: Clock | None = None,
    tags: Iterable[str] | None = None,
    reason: str = "",
    **changes: Any,
) -> TimeEntry:
    """Change an entry that nothing has locked; raises Conflict when it is not the version expected.

    Neither the day that it leaves nor the one that it comes to may be locked; ``reason`` as in ``log_time``.

    An entry with clock times keeps its start when only its length changes.
    """
    expected = entry.version if expected is None else expected
    locks.hold(entry.person, alone=bool(reason.strip()))
    _read_again(entry)
    refuse_locked(entry)
    before, was_on, former = snapshot(entry), entry.day, entry.project
    counted = summary.facts_of(entry)
    for name, value in changes.items():
        setattr(entry, name, value)
    _refuse_closed_moves(entry, before)
    _set_clock(entry, *clock) if clock else _keep_clock_true(entry)
    entry.needs_check = False  # whoever saves it has looked at it
    if tags is not None:
        _tag(entry, tags)
    after = snapshot(entry)
    if after == before:
        return entry
    if any(after[name] != before[name] for name in ("minutes", "day", "started_at")):
        refuse_without_clock(entry)
    if entry.day != was_on:
        locks.refuse_ahead(entry.person, entry.day)
    late = locks.refuse(entry.person, was_on, entry.day, reason=reason)
    if entry.rates_frozen_at is not None:  # what was approved stands there no more, wherever it moves
        own_rate = entry.own_rate
        thaw([entry])
        entry.own_rate = own_rate
        counted = [facts._replace(approved=False) for facts in counted]
    entry.save_checked(expected)
    summary.keep(summary.facts_of(entry), counted)
    changed = {name: [before[name], after[name]] for name in after if after[name] != before[name]}
    audit.record("time_entry.changed", entry, data={"changes": changed, **whose(entry), **late.said})
    late.keep(entry, before, after)
    touched([former, entry.project])
    return entry


@transaction.atomic
@summary.together()
def delete_entries(entries: Iterable[TimeEntry], *, reason: str = "") -> Undo:
    """Delete entries; the log keeps what they said, and the undo can bring them back. ``reason`` as in ``log_time``.

    Raises Conflict when one of them was changed, locked or deleted since it was read.
    """
    gone = list(entries)
    locks.hold_all((entry.person for entry in gone), alone=bool(reason.strip()))
    for entry in gone:
        refuse_locked(entry)
    days = {(entry.person_id, entry.day): entry.person for entry in gone}
    leave = {key: locks.refuse(person, key[1], reason=reason) for key, person in days.items()}
    snapshots = [snapshot(entry) for entry in gone]
    for entry, was in zip(gone, snapshots, strict=True):
        late = leave[entry.person_id, entry.day]
        audit.record("time_entry.deleted", entry, data={"entry": was, **whose(entry), **late.said})
    as_read = reduce(or_, (Q(pk=entry.pk, version=entry.version) for entry in gone), Q(pk__in=[]))
    summary.keep(removed=summary.facts_of_all(TimeEntry.objects.filter(as_read)))
    if TimeEntry.objects.open().filter(as_read).delete()[0] < len(gone):
        raise Conflict
    touched(entry.project for entry in gone)
    for entry, was in zip(gone, snapshots, strict=True):
        leave[entry.person_id, entry.day].keep(entry, was, None)
    return Undo(restore=snapshots)


def clock_between(day: date, start: int, end: int, zone: ZoneInfo) -> tuple[Clock, int]:
    """Two times of a day's clock as instants, and how many minutes really pass; raises DurationError."""
    begins, ends = instant_at(day, start, zone), instant_at(day, end, zone)
    minutes = (ends - begins) // timedelta(minutes=1)
    if not 1 <= minutes <= DAY:
        raise DurationError(SKIPPED if minutes < 1 else TOO_LONG)
    return (begins, ends, zone), minutes


def one_writer_a_day(person: Membership, day: date) -> None:
    """An empty cell has no row to lock, so two first entries would both be stored. Until commit."""
    locks.hold(person, turn=day.toordinal())


@transaction.atomic
@summary.together()
def undo(person: Membership, change: Undo) -> list[TimeEntry]:
    """Take a change back as far as nobody has built on it; answers the entries that came or went."""
    back = _restore(person, change.restore)
    untouched = TimeEntry.objects.of(person).open().filter(public_id__in=change.remove, version=1)
    taken = list(untouched.with_names())
    if taken:
        delete_entries(taken)
    SheetRow.objects.filter(person=person, public_id__in=change.rows).delete()
    return back + taken


def snapshot(entry: TimeEntry) -> Snapshot:
    """The entry in public words, enough to bring it back."""
    return {
        "id": str(entry.public_id),
        "project": str(entry.project.public_id),
        "project_name": str(entry.project),
        "task": str(entry.task.public_id) if entry.task else None,
        "task_name": str(entry.task or ""),
        "day": entry.day.isoformat(),
        "minutes": entry.minutes,
        "started_at": entry.started_at.isoformat() if entry.started_at else None,
        "stopped_at": entry.stopped_at.isoformat() if entry.stopped_at else None,
        "time_zone": entry.time_zone,
        "note": entry.note,
        "tags": entry.tag_names,
        "billable": entry.billable,
        "source": str(entry.source),
        "needs_check": entry.needs_check,
        "own_rate": str(entry.own_rate) if entry.has_own_rate else None,
    }


def whose(entry: TimeEntry | RunningTimer) -> dict[str, str]:
    """Whose time it is, for the log: said when it is not who acts."""
    return {"person": str(entry.person)} if acts_for(entry.person_id) else {}


def acts_for(person_id: int) -> bool:
    actor = current_actor()
    return (actor.kind, actor.id) != ("member", person_id)


def refuse_locked(entry: TimeEntry) -> None:
    """Raise Locked, with the reason, for an entry that was approved or invoiced."""
    if entry.is_locked:
        raise Locked(entry.lock_reason or "This time is locked.")


def _read_again(entry: TimeEntry) -> None:
    """The entry as it stands now, kept for us until commit: what was read before the person was held may be past."""
    person, rows = entry.person, TimeEntry.objects.select_related("project__company", "task")
    try:
        entry.refresh_from_db(from_queryset=rows.select_for_update(of=("self",)))
    except TimeEntry.DoesNotExist:
        raise Conflict from None
    entry.person = person


def _refuse_closed_moves(entry: TimeEntry, before: Snapshot) -> None:
    if snapshot(entry)["project"] != before["project"] or (entry.task and str(entry.task.public_id) != before["task"]):
        refuse_closed(entry.person, entry.project, entry.task)


def _tag(entry: TimeEntry, names: Iterable[str], *, is_new: bool = False) -> None:
    wanted = list(names)
    entry.tag_names = [tag.name for tag in set_tags(entry, wanted)] if wanted or not is_new else []


def _set_clock(entry: TimeEntry, start: datetime, end: datetime, zone: ZoneInfo) -> None:
    entry.started_at, entry.stopped_at, entry.time_zone = start, end, zone.key


def set_clock_of(copy: TimeEntry, entry: TimeEntry) -> None:
    """Let a copy on another day begin at the same time of day."""
    copy.started_at, copy.time_zone = entry.started_at, entry.time_zone
    _keep_clock_true(copy)


def _keep_clock_true(entry: TimeEntry) -> None:
    """The end follows the length; a move to another day keeps the time of day."""
    if entry.started_at is None:
        return
    zone = ZoneInfo(entry.time_zone)
    local = entry.started_at.astimezone(zone)
    start = local.hour * 60 + local.minute
    entry.started_at = instant_at(entry.day, start, zone)
    entry.stopped_at = entry.started_at + timedelta(minutes=entry.minutes)


def _restore(person: Membership, snapshots: list[Snapshot]) -> list[TimeEntry]:
    ids = [was["id"] for was in snapshots]
    present = set(TimeEntry.objects.filter(public_id__in=ids).values_list("public_id", flat=True))
    projects = _by_public_id(Project.objects.filter(public_id__in={was["project"] for was in snapshots}))
    tasks = _by_public_id(Task.objects.filter(public_id__in={was["task"] for was in snapshots if was["task"]}))
    back = []
    for was in snapshots:
        if UUID(was["id"]) in present or was["project"] not in projects:
            continue
        entry = TimeEntry(
            public_id=UUID(was["id"]),
            person=person,
            project=projects[was["project"]],
            task=tasks.get(was["task"]),
            day=date.fromisoformat(was["day"]),
            started_at=_instant(was["started_at"]),
            stopped_at=_instant(was["stopped_at"]),
            **{name: was[name] for name in ("minutes", "time_zone", "note", "billable", "source")},
            needs_check=was.get("needs_check", False),
        )
        refuse_closed(person, entry.project, entry.task)
        entry.own_rate = Decimal(was["own_rate"]) if was.get("own_rate") else None
        back.append(store_entry(entry, was.get("tags", ()), verb="restored"))
    return back


def _by_public_id(rows: Iterable[Any]) -> dict[str, Any]:
    return {str(row.public_id): row for row in rows}


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
