"""What a drill found, as a table for people, and its section of docs/evidence.md."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
FILE = PROJECT / "docs" / "evidence.md"
INTRODUCTION = """# Evidence

What the drills found: `bin/drill NAME` runs one and writes its section here. Numbers of one machine on one day.
"""


@dataclass
class Evidence:
    """The rows of a drill's table, whether what it set out to prove holds, and remarks in words."""

    columns: list[str]
    rows: list[list[object]]
    holds: bool
    remarks: list[str] = field(default_factory=list)

    def table(self) -> str:
        """The rows as Markdown, aligned so that a terminal shows them well, too."""
        lines = [self.columns, *([str(cell) for cell in row] for row in self.rows)]
        widths = [max(len(line[place]) for line in lines) for place in range(len(self.columns))]
        lines.insert(1, ["-" * width for width in widths])
        return "\n".join(
            "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
            for line in lines
        )


def section(name: str, title: str, found: Evidence, seconds: float) -> str:
    """One drill's part of the page."""
    facts = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}, {os.cpu_count()} cores, {seconds:.0f} s"
    verdict = "It holds." if found.holds else "**It does not hold.**"
    parts = [f"## {name}", f"{title}\n{verdict} ({facts}; `bin/drill {name}`)", found.table(), *found.remarks]
    return "\n\n".join(parts) + "\n"


def store(name: str, words: str, file: Path = FILE) -> None:
    """Put a section into the page, in the place of the one that was there."""
    page = file.read_text() if file.exists() else INTRODUCTION
    introduction, *sections = re.split(r"^(?=## )", page, flags=re.MULTILINE)
    kept = {each.splitlines()[0]: each.strip() + "\n" for each in sections}
    kept[f"## {name}"] = words
    file.write_text("\n".join([introduction.strip() + "\n", *(kept[heading] for heading in sorted(kept))]))


def _commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=PROJECT, capture_output=True, text=True).stdout.strip()  # noqa: S603, S607

    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs/evidence.md")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + (" with changes" if changed else "")
