"""The record of backups that were put back: a file beside them, a line for each, no word of what was in one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path


def note(file: Path, *, backup: str, tables: int, rows: int) -> None:
    """One more line: when, the hash of which backup, and how much came back."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps({"at": at, "backup": backup, "tables": tables, "rows": rows}) + "\n")


def last_restore(file: Path) -> tuple[datetime, int] | None:
    """When a backup was last put back, and how many rows came; None where nobody ever tried."""
    try:
        last = json.loads(file.read_text(encoding="utf-8").strip().splitlines()[-1])
        return datetime.fromisoformat(last["at"]), int(last["rows"])
    except (FileNotFoundError, IndexError, ValueError, KeyError, TypeError):
        return None
