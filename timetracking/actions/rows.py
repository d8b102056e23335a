"""The rows of a week, and copying one week into another."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

import audit
from accounts.models import Membership
from lib import formats
from timetracking import summary
from timetracking.access import closed_to, refuse_closed
from timetracking.actions.entries import (
    Undo,
    acts_for,
    delete_entries,
    one_writer_a_day,
    set_clock_of,
    snapshot,
)
from timetracking.budgets.alerts import touched
from timetracking.errors import NeedsConfirmation
from timetracking.models import Project, SheetRow, Task, TimeEntry, TimeEntryTag, TimeSettings
from timetracking.queries import takes_time
from timetracking.sheets import locks


@transaction.atomic
def keep_row(person: Membership, week: date, project: Project, task: Task | None) -> SheetRow:
    """Put a row on the week's sheet, or back on it."""
    refuse_closed(person, project, task)
    row, _ = SheetRow.objects.update_or_create(
        person=person, week=week, project=project, task=task, defaults={"hidden_at": None}
    )
    return row


@transaction.atomic
def remove_row(person: Membership, week: date, project: Project, task: Task | None, *, confirmed: bool = False) -> Undo:
    """Take a row off the week's sheet, and its hours with it once that is ``confirmed``."""
    locks.hold(person)
    days = (week, week + timedelta(days=6))
    entries = list(TimeEntry.objects.of(person).on(project, task).between(*days).with_names())
    if entries and not confirmed:
        time = formats.hours(sum(entry.minutes for entry in entries))
        what = f"its {len(entries)} entries ({time})" if len(entries) > 1 else f"its entry ({time})"
        raise NeedsConfirmation(f"This row goes with {what} of this week. Delete them all?")
    undo = delete_entries(entries) if entries else Undo()
    row, _ = SheetRow.objects.update_or_create(
        person=person, week=week, project=project, task=task, defaults={"hidden_at": timezone.now()}
    )
    return replace(undo, rows=[str(row.public_id)])


@transaction.atomic
def star_row(person: Membership, project: Project, task: Task | None, starred: bool) -> SheetRow | None:
    """Let the row stand on the sheet of every week, or not any more."""
    every_week = {"person": person, "week": None, "project": project, "task": task}
    if not starred:
        SheetRow.objects.filter(**every_week).delete()
        return None
    refuse_closed(person, project, task)
    return SheetRow.objects.get_or_create(**every_week)[0]


@dataclass(frozen=True)
class Copied:
    """What copying a week came to."""

    rows: int
    rows_there: int
    rows_closed: int
    entries: int
    cells_skipped: int
    cells_locked: int
    undo: Undo


@transaction.atomic
def copy_week(person: Membership, source: date, target: date, *, hours: bool = False, notes: bool = False) -> Copied:
    """Bring one week's rows, and if asked its hours and notes, into another; nothing is doubled.

    Both dates are first days of weeks. Cells that hold time are left as they are, and so are locked days.
    """
    one_writer_a_day(person, target)
    old = list(TimeEntry.objects.of(person).between(source, source + timedelta(days=6)).with_names())
    there = list(TimeEntry.objects.of(person).between(target, target + timedelta(days=6)))
    kept = SheetRow.objects.filter(person=person, week=source, hidden_at=None)
    wanted = {(row.project_id, row.task_id): row for row in kept.select_related("project", "task")}
    wanted |= {(entry.project_id, entry.task_id): entry for entry in old}
    closed = closed_to(person, {row.project for row in wanted.values()})
    open_rows = {key: row for key, row in wanted.items() if takes_time(row) and row.project_id not in closed}
    added, already = _add_rows(person, target, open_rows, there)
    entries, skipped, locked = [], 0, 0
    if hours:
        shut = locks.why(person, target, target + timedelta(days=6))
        entries, skipped, locked = _copy_entries(person, target - source, old, there, open_rows, notes, shut)
    change = Undo(remove=[str(entry.public_id) for entry in entries], rows=[str(row.public_id) for row in added])
    data = {"from": source.isoformat(), "to": target.isoformat(), "entries": [snapshot(e) for e in entries]}
    if acts_for(person.pk):
        data["person"] = str(person)
    audit.record("time_week.copied", None, data=data)
    touched(entry.project for entry in entries)
    return Copied(len(added), already, len(wanted) - len(open_rows), len(entries), skipped, locked, change)


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
    shut: Container[date],
) -> tuple[list[TimeEntry], int, int]:
    """The new entries, how many cells hold time already, and how many are locked."""
    taken = {(entry.project_id, entry.task_id, entry.day) for entry in there}
    new, skipped, locked, copies = [], set(), set(), {}
    needs_clock = TimeSettings.current().needs_clock
    for entry in old:
        cell = (entry.project_id, entry.task_id, entry.day + shift)
        if cell[2] in shut:
            locked.add(cell)
        elif cell in taken or (needs_clock and not entry.has_clock_times):
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
            new[-1].tag_names = entry.tag_names
            if needs_clock:
                set_clock_of(new[-1], entry)
            copies[entry.pk] = new[-1]
    TimeEntry.objects.bulk_create(new)
    links = TimeEntryTag.objects.filter(entry__in=copies).values_list("entry_id", "tag_id")
    TimeEntryTag.objects.bulk_create(TimeEntryTag(entry=copies[old_id], tag_id=tag_id) for old_id, tag_id in links)
    summary.keep(facts for entry in new for facts in summary.facts_of(entry))
    return new, len(skipped), len(locked)
