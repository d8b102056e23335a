"""What is typed into one cell of the week."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from lib.durations import Duration, Unit, parse
from tenancy.context import whole
from timetracking.actions.entries import (
    Clock,
    Undo,
    change_entry,
    clock_between,
    delete_entries,
    log_time,
    one_writer_a_day,
)
from timetracking.errors import CellChanged, NeedsConfirmation, SeveralEntries, Timed
from timetracking.first_look import FirstLook, look
from timetracking.models import TimeSettings
from timetracking.queries import Cell, cell_of, is_running, zone_of


@whole
def save_cell(
    cell: Cell, text: str, *, expected: str, unit: Unit = "hours", confirmed: bool = False
) -> tuple[Cell, Undo]:
    """Make the cell hold what was typed: a new entry, a changed one, or none.

    ``expected`` is the cell's version as the writer saw it. Several entries are never guessed at.
    """
    cell, seen = _fresh(cell, expected)
    typed = parse(text, unit=unit, present=cell.minutes)
    clock, minutes = _clock(cell, typed) if TimeSettings.current().needs_clock else (None, typed.minutes)
    if not minutes:
        return _clear(cell, confirmed)
    if minutes == cell.minutes:
        return cell, Undo()
    if cell.count > 1:
        raise SeveralEntries("There are several entries here. Change the one you mean.")
    if cell.count == 1:
        entry = change_entry(cell.entries[0], minutes=minutes, clock=clock)
    else:
        entry = log_time(cell.person, cell.project, cell.task, cell.day, minutes, clock=clock, seen=seen)
    return replace(cell, entries=(entry,)), Undo()


@transaction.atomic
def set_billable(cell: Cell, billable: bool, *, expected: str) -> Cell:
    """Bill all of the cell's entries, or none."""
    cell, _seen = _fresh(cell, expected)
    return replace(cell, entries=tuple(change_entry(entry, billable=billable) for entry in cell.entries))


def _fresh(cell: Cell, expected: str) -> tuple[Cell, FirstLook]:
    one_writer_a_day(cell.person, cell.day)
    seen = look(cell.person, cell.project, cell.task, cell.day)
    if seen.has_timer and is_running(cell):
        raise Timed("Stop the timer to edit.")
    work = cell.project, cell.task, cell.day
    stored = cell_of(cell.person, *work, lock=True) if seen.has_entries else Cell(cell.person, *work)
    if stored.version != expected:
        raise CellChanged(stored)
    return stored, seen


def _clock(cell: Cell, typed: Duration) -> tuple[Clock | None, int]:
    """When it was, and how long that is, where the firm wants to know."""
    if typed.start is None or typed.end is None:
        return None, typed.minutes
    return clock_between(cell.day, typed.start, typed.end, zone_of(cell.person))


def _clear(cell: Cell, confirmed: bool) -> tuple[Cell, Undo]:
    if not confirmed and (cell.has_note or cell.has_clock_times):
        what = "a note" if cell.has_note else "clock times"
        raise NeedsConfirmation(f"This time has {what}. Delete it all the same?")
    undo = delete_entries(cell.entries)
    return replace(cell, entries=()), undo
