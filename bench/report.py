"""What was measured, as a table to read and as JSON to compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.cases import Target
from bench.measure import Result, Round, median, percentile

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmark.md"
SECTION = "## What was measured last"
MOST_FOR_OTHERS = 0.1  # of the machine; beyond it, milliseconds say little
HEAD = (
    "work",
    "p50 ms",
    "p95 ms",
    "CPU ms: app + db",
    "floor's CPU ms",
    "× floor",
    "behind the door",
    "statements",
    "kB",
    "target",
    "met",
)


@dataclass(frozen=True)
class Line:
    """One measured thing: a row of the table, and whether its target is met (None: it has none)."""

    name: str
    figures: dict[str, Any]
    cells: tuple[str, ...]
    target: str
    is_met: bool | None

    @property
    def row(self) -> tuple[str, ...]:
        return (self.name, *self.cells, self.target, {True: "yes", False: "NO", None: ""}[self.is_met])


def line_of(result: Result, door: Result | None = None) -> Line:
    """One case of requests. What its ``door`` costs is taken off for one figure: the floor has none."""
    ours, least = result.candor, result.floor
    behind = median(ours, _cpu_ms) - median(door.candor, _cpu_ms) if door else None
    figures: dict[str, Any] = {
        "p50_ms": percentile(ours, 0.5),
        "p95_ms": percentile(ours, 0.95),
        "app_ms": median(ours, lambda one: one.app_ms),
        "database_ms": median(ours, lambda one: one.database_ms),
        "cpu_ms": median(ours, _cpu_ms),
        "floor_p50_ms": percentile(least, 0.5),
        "floor_cpu_ms": median(least, _cpu_ms),
        "times_floor": result.times_floor,
        "times_floor_behind": None if behind is None else behind / median(least, _cpu_ms),
        "statements": median(ours, lambda one: one.statements),
        "kilobytes": median(ours, lambda one: one.kilobytes),
    }
    parts = _parts(result.case.target)
    target = ", ".join(f"{words} ≤ {most:g}" for _, words, most in parts)
    is_met = all(round(figures[name], 1) <= most for name, _, most in parts) if parts else None
    asked = sorted(ours[-1].asked.items(), key=lambda item: -item[1].milliseconds)
    told = [{"statement": " ".join(query.split()), **vars(one)} for query, one in asked]
    return Line(result.case.name, {**figures, "asked": told}, _cells(figures), target, is_met)


def line_of_value(name: str, value: float, floor: float, unit: str, most: float) -> Line:
    """Something that is no request: a start, a process's memory."""
    cells = (f"{value:.1f} {unit}", "", "", f"{floor:.1f} {unit}", f"{value / floor:.1f}", "", "", "")
    figures = {"value": value, "floor": floor, "unit": unit}
    return Line(name, figures, cells, f"≤ {most:g} {unit}", value <= most)


def table(lines: Sequence[Line]) -> str:
    """Aligned for a terminal, and a table for Markdown as well."""
    rows = [HEAD, *(line.row for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    written = [f"| {' | '.join(row)} |" for row in padded]
    written.insert(1, f"|{'|'.join('-' * (width + 2) for width in widths)}|")
    return "\n".join(written)


def said(lines: Sequence[Line], findings: Sequence[str], told: dict[str, Any]) -> str:
    """When and where it was measured, the table, what the checks found, and how far to believe it."""
    facts = f"{told['date']}, {told['commit']}, {told['contacts']:,} contacts, {told['machine']}, {told['versions']}"
    holds = "No search reads a table whole; no answer asks more for more rows."
    words = [facts, table(lines), *(findings or [holds])]
    if told["others"] > MOST_FOR_OTHERS:
        words.append(
            f"Others used {told['others']:.0%} of the machine: believe statements and ratios, not milliseconds."
        )
    return "\n\n".join(words)


def put_into_page(words: str, page: Path = PAGE) -> None:
    """In the place of what was measured before: the page's last section."""
    kept, _, _ = page.read_text().partition(f"{SECTION}\n")
    page.write_text(f"{kept}{SECTION}\n\n{words}\n")


def as_json(lines: Sequence[Line], findings: Sequence[str], told: dict[str, Any]) -> dict[str, Any]:
    """Everything, each kind of statement included."""
    measured = {line.name: {**line.figures, "target": line.target, "met": line.is_met} for line in lines}
    return {**told, "findings": list(findings), "cases": measured}


def _cpu_ms(one: Round) -> float:
    return one.cpu_ms


def _cells(figures: dict[str, Any]) -> tuple[str, ...]:
    return (
        f"{figures['p50_ms']:.1f}",
        f"{figures['p95_ms']:.1f}",
        f"{figures['cpu_ms']:.1f}: {figures['app_ms']:.1f} + {figures['database_ms']:.1f}",
        f"{figures['floor_cpu_ms']:.2f}",
        f"{figures['times_floor']:.1f}",
        "" if figures["times_floor_behind"] is None else f"{figures['times_floor_behind']:.1f}",
        f"{figures['statements']:.3g}",
        f"{figures['kilobytes']:.0f}",
    )


def _parts(target: Target) -> list[tuple[str, str, float]]:
    """(figure, words, most) for each thing the target says."""
    said = (
        ("cpu_ms", "CPU ms", target.cpu_ms),
        ("times_floor", "× floor", target.times_floor),
        ("times_floor_behind", "× behind the door", target.times_floor_behind),
        ("statements", "statements", target.statements),
        ("kilobytes", "kB", target.kilobytes),
        ("p50_ms", "p50 ms", target.p50_ms),
        ("p95_ms", "p95 ms", target.p95_ms),
    )
    return [(figure, words, most) for figure, words, most in said if most is not None]
