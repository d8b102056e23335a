"""A bar for each line of a report, as numbers for an SVG: the table beside it says the same in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from timetracking.reports.hours import Group

MOST = 14
BAR, GAP, TOP = 30, 8, 4


@dataclass(frozen=True)
class Bar:
    """One line: where it stands, and how wide its bars are, in hundredths of the longest."""

    group: Group
    y: int
    width: str
    width_before: str

    @property
    def y_text(self) -> int:
        return self.y + 12

    @property
    def y_bar(self) -> int:
        return self.y + 17

    @property
    def y_before(self) -> int:
        return self.y + 26


@dataclass(frozen=True)
class Chart:
    """The bars, and how high all of them are."""

    bars: list[Bar]
    left_out: int

    @property
    def height(self) -> int:
        return TOP + len(self.bars) * (BAR + GAP)


def chart(groups: Iterable[Group]) -> Chart:
    """The first lines of a report."""
    every = list(groups)
    longest = max((max(each.sums.minutes, each.before) for each in every), default=0) or 1
    bars = [
        Bar(each, TOP + place * (BAR + GAP), _width(each.sums.minutes, longest), _width(each.before, longest))
        for place, each in enumerate(every[:MOST])
    ]
    return Chart(bars, max(0, len(every) - MOST))


def _width(minutes: int, longest: int) -> str:
    return f"{minutes * 100 / longest:.2f}%"
