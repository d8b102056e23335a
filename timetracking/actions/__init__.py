"""What happens to projects and hours: each verb one business event, one line in the log."""

from timetracking.actions.cells import save_cell, set_billable
from timetracking.actions.entries import (
    Clock,
    Snapshot,
    Undo,
    change_entry,
    clock_between,
    delete_entries,
    log_time,
    snapshot,
    store_entry,
    undo,
    whose,
)
from timetracking.actions.rows import Copied, copy_week, keep_row, remove_row, star_row
from timetracking.actions.work import archive, change, create, move, restore

__all__ = [
    "Clock",
    "Copied",
    "Snapshot",
    "Undo",
    "archive",
    "change",
    "change_entry",
    "clock_between",
    "copy_week",
    "create",
    "delete_entries",
    "keep_row",
    "log_time",
    "move",
    "remove_row",
    "restore",
    "save_cell",
    "set_billable",
    "snapshot",
    "star_row",
    "store_entry",
    "undo",
    "whose",
]
