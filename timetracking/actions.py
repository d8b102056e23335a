"""What happens to projects and hours: each verb one business event, one line in the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

import audit
from accounts.models import Membership
from crm.search import reindex
from lib.durations import Unit, parse
from lib.weeks import instant_at
from tenancy.context import current_actor
from tenancy.errors import Conflict
from timetracking.errors import Archived, CellChanged, Locked, NeedsConfirmation, SeveralEntries
from timetracking.models import Project, SheetRow, Task, TimeEntry, is_billable
from timetracking.queries import Cell, cell_of

Snapshot = dict[str, Any]
Clock = tuple[datetime, datetime, ZoneInfo]  # start and end, and whose clock it was
Work = TypeVar("Work", Project, Task)


@dataclass(frozen=True)
class Undo:
    """What takes a change back: entries to bring back, entries and rows to take away."""

    restore: list[Snapshot] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.restore or self.remove or self.rows)


# --- one cell of the week -----------------------------------------------------------------------


@transaction.atomic(savepoint=False)
def save_cell(
    cell: Cell, text: str, *, expected: str, unit: Unit = "hours", confirmed: bool = False
) -> tuple[Cell, Undo]:
    """Make the cell hold what was typed: a new entry, a changed one, or none.

    ``expected`` is the cell's version as the writer saw it. Several entries are never guessed at.
    """
    cell = _fresh(cell, expected)
    minutes = parse(text, unit=unit, present=cell.minutes).minutes
    if not minutes:
        return _clear(cell, confirmed)
    if minutes == cell.minutes:
        return cell, Undo()
    if cell.count > 1:
        raise SeveralEntries("There are several entries here. Change the one you mean.")
    if cell.count == 1:
        entry = change_entry(cell.entries[0], minutes=minutes)
    else:
        entry = log_time(cell.person, cell.project, cell.task, cell.day, minutes)
    return replace(cell, entries=(entry,)), Undo()


@transaction.atomic
def set_billable(cell: Cell, billable: bool, *, expected: str) -> Cell:
    """Bill all of the cell's entries, or none."""
    cell = _fresh(cell, expected)
    return replace(cell, entries=tuple(change_entry(entry, billable=billable) for entry in cell.entries))


def _fresh(cell: Cell, expected: str) -> Cell:
    _one_writer_a_day(cell.person, cell.day)
    stored = cell_of(cell.person, cell.project, cell.task, cell.day, lock=True)
    if stored.version != expected:
        raise CellChanged(stored)
    return stored


def _clear(cell: Cell, confirmed: bool) -> tuple[Cell, Undo]:
    if not confirmed and (cell.has_note or cell.has_clock_times):
        what = "a note" if cell.has_note else "clock times"
        raise NeedsConfirmation(f"This time has {what}. Delete it all the same?")
    undo = delete_entries(cell.entries)
    return replace(cell, entries=()), undo


def _one_writer_a_day(person: Membership, day: date) -> None:
    """An empty cell has no row to lock, so two first entries would both be stored. Until commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [person.pk % 2**31, day.toordinal()])


# --- entries ------------------------------------------------------------------------------------


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
) -> TimeEntry:
    """Store a new entry; ``billable`` follows task and project unless it is said."""
    _refuse_archived(project, task)
    entry = TimeEntry(person=person, project=project, task=task, day=day, minutes=minutes, note=note, source=source)
    entry.billable = is_billable(project, task) if billable is None else billable
    if clock:
        _set_clock(entry, *clock)
    with transaction.atomic(savepoint=False):
        entry.save(force_insert=True)
        audit.record("time_entry.created", entry, data={"entry": snapshot(entry), **_whose(entry)})
    return entry


@transaction.atomic
def change_entry(
    entry: TimeEntry, *, expected: int | None = None, clock: Clock | None = None, **changes: Any
) -> TimeEntry:
    """Change an entry that nothing has locked; raises Conflict when it is not the version expected.

    An entry with clock times keeps its start when only its length changes.
    """
    refuse_locked(entry)
    before = snapshot(entry)
    for name, value in changes.items():
        setattr(entry, name, value)
    _refuse_archived_moves(entry, before)
    _set_clock(entry, *clock) if clock else _keep_clock_true(entry)
    after = snapshot(entry)
    if after == before:
        return entry
    entry.save_checked(entry.version if expected is None else expected)
    changed = {name: [before[name], after[name]] for name in after if after[name] != before[name]}
    audit.record("time_entry.changed", entry, data={"changes": changed, **_whose(entry)})
    return entry


@transaction.atomic
def delete_entries(entries: Iterable[TimeEntry]) -> Undo:
    """Delete entries; the log keeps what they said, and the undo can bring them back.

    Raises Conflict when one of them was changed, locked or deleted since it was read.
    """
    gone = list(entries)
    for entry in gone:
        refuse_locked(entry)
    snapshots = [snapshot(entry) for entry in gone]
    for entry, was in zip(gone, snapshots, strict=True):
        audit.record("time_entry.deleted", entry, data={"entry": was, **_whose(entry)})
    as_read = reduce(or_, (Q(pk=entry.pk, version=entry.version) for entry in gone), Q(pk__in=[]))
    if TimeEntry.objects.open().filter(as_read).delete()[0] < len(gone):
        raise Conflict
    return Undo(restore=snapshots)


@transaction.atomic
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
        "billable": entry.billable,
        "source": str(entry.source),
    }


def _whose(entry: TimeEntry) -> dict[str, str]:
    """Whose time it is, for the log: said when it is not who acts."""
    return {"person": str(entry.person)} if _acts_for(entry.person_id) else {}


def _acts_for(person_id: int) -> bool:
    actor = current_actor()
    return (actor.kind, actor.id) != ("member", person_id)


def refuse_locked(entry: TimeEntry) -> None:
    """Raise Locked, with the reason, for an entry that was approved or invoiced."""
    if entry.is_locked:
        raise Locked(entry.lock_reason or "This time is locked.")


def _refuse_archived(project: Project, task: Task | None) -> None:
    for thing in (project, task):
        if thing and not thing.is_active:
            raise Archived(f"{thing} is archived. Restore it to log time on it.")


def _refuse_archived_moves(entry: TimeEntry, before: Snapshot) -> None:
    if snapshot(entry)["project"] != before["project"] or (entry.task and str(entry.task.public_id) != before["task"]):
        _refuse_archived(entry.project, entry.task)


def _set_clock(entry: TimeEntry, start: datetime, end: datetime, zone: ZoneInfo) -> None:
    entry.started_at, entry.stopped_at, entry.time_zone = start, end, zone.key


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
        )
        entry.save(force_insert=True)
        audit.record("time_entry.restored", entry, data={"entry": was, **_whose(entry)})
        back.append(entry)
    return back


def _by_public_id(rows: Iterable[Any]) -> dict[str, Any]:
    return {str(row.public_id): row for row in rows}


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


# --- rows of a week -----------------------------------------------------------------------------


@transaction.atomic
def keep_row(person: Membership, week: date, project: Project, task: Task | None) -> SheetRow:
    """Put a row on the week's sheet, or back on it."""
    _refuse_archived(project, task)
    row, _ = SheetRow.objects.update_or_create(
        person=person, week=week, project=project, task=task, defaults={"hidden_at": None}
    )
    return row


@transaction.atomic
def hide_row(person: Membership, week: date, project: Project, task: Task | None) -> None:
    """Take an empty row off the week's sheet; hours are never hidden."""
    SheetRow.objects.update_or_create(
        person=person, week=week, project=project, task=task, defaults={"hidden_at": timezone.now()}
    )


@dataclass(frozen=True)
class Copied:
    """What copying a week came to."""

    rows: int
    rows_there: int
    rows_archived: int
    entries: int
    cells_skipped: int
    undo: Undo


@transaction.atomic
def copy_week(person: Membership, source: date, target: date, *, hours: bool = False, notes: bool = False) -> Copied:
    """Bring one week's rows, and if asked its hours and notes, into another; nothing is doubled.

    Both dates are first days of weeks. Cells that hold time are left as they are.
    """
    _one_writer_a_day(person, target)
    old = list(TimeEntry.objects.of(person).between(source, source + timedelta(days=6)).with_names())
    there = list(TimeEntry.objects.of(person).between(target, target + timedelta(days=6)))
    kept = SheetRow.objects.filter(person=person, week=source, hidden_at=None)
    wanted = {(row.project_id, row.task_id): row for row in kept.select_related("project", "task")}
    wanted |= {(entry.project_id, entry.task_id): entry for entry in old}
    open_rows = {key: row for key, row in wanted.items() if _takes_time(row)}
    added, already = _add_rows(person, target, open_rows, there)
    entries, skipped = _copy_entries(person, target - source, old, there, open_rows, notes) if hours else ([], 0)
    change = Undo(remove=[str(entry.public_id) for entry in entries], rows=[str(row.public_id) for row in added])
    data = {"from": source.isoformat(), "to": target.isoformat(), "entries": [snapshot(e) for e in entries]}
    if _acts_for(person.pk):
        data["person"] = str(person)
    audit.record("time_week.copied", None, data=data)
    return Copied(len(added), already, len(wanted) - len(open_rows), len(entries), skipped, change)


def _takes_time(row: TimeEntry | SheetRow) -> bool:
    return row.project.is_active and (row.task is None or row.task.is_active)


def _add_rows(
    person: Membership, week: date, wanted: dict[Any, Any], there: list[TimeEntry]
) -> tuple[list[SheetRow], int]:
    rows = SheetRow.objects.filter(person=person, week=week)
    rows.filter(hidden_at__isnull=False).delete()
    on_sheet = set(rows.values_list("project_id", "task_id")) | {(e.project_id, e.task_id) for e in there}
    new = [
        SheetRow(person=person, week=week, project=row.project, task=row.task)
        for key, row in wanted.items()
        if key not in on_sheet
    ]
    SheetRow.objects.bulk_create(new)
    return new, len(wanted) - len(new)


def _copy_entries(
    person: Membership,
    shift: timedelta,
    old: list[TimeEntry],
    there: list[TimeEntry],
    open_rows: dict[Any, Any],
    notes: bool,
) -> tuple[list[TimeEntry], int]:
    taken = {(entry.project_id, entry.task_id, entry.day) for entry in there}
    new, skipped = [], set()
    for entry in old:
        cell = (entry.project_id, entry.task_id, entry.day + shift)
        if cell in taken:
            skipped.add(cell)
        elif cell[:2] in open_rows:
            new.append(
                TimeEntry(
                    person=person,
                    project=entry.project,
                    task=entry.task,
                    day=cell[2],
                    minutes=entry.minutes,
                    note=entry.note if notes else "",
                    billable=entry.billable,
                    source=entry.source if entry.is_sample else TimeEntry.Source.TYPED,
                )
            )
    TimeEntry.objects.bulk_create(new)
    return new, len(skipped)


# --- projects and tasks -------------------------------------------------------------------------


@transaction.atomic
def create(thing: Work) -> Work:
    """Store a new project or task."""
    thing.save(force_insert=True)
    if isinstance(thing, Project):
        reindex([thing], are_new=True)
    audit.record(f"{thing._meta.model_name}.created", thing, data=_place(thing))
    return thing


@transaction.atomic
def change(thing: Work, changes: dict[str, list[str]], *, expected: int) -> Work:
    """Store a changed project or task; raises Conflict when it is not the version expected."""
    if changes:
        thing.save_checked(expected)
        if isinstance(thing, Project):
            reindex([thing])
        audit.record(f"{thing._meta.model_name}.changed", thing, data={"changes": changes, **_place(thing)})
    return thing


@transaction.atomic
def archive(thing: Project | Task) -> None:
    """No more time is logged on it; its hours stay."""
    _set_archived(thing, timezone.now(), "archived")


@transaction.atomic
def restore(thing: Project | Task) -> None:
    """Time may be logged on it again."""
    _set_archived(thing, None, "restored")


def _set_archived(thing: Project | Task, at: datetime | None, verb: str) -> None:
    if thing.is_active == (at is None):
        return
    thing.archived_at = at
    thing.save_checked(thing.version)
    audit.record(f"{thing._meta.model_name}.{verb}", thing, data=_place(thing))


def _place(thing: Project | Task) -> dict[str, str]:
    """The project of a task, for the log."""
    if isinstance(thing, Project):
        return {}
    return {"project": str(thing.project.public_id), "project_name": str(thing.project)}
