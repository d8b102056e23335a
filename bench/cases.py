"""What is measured, and what it may cost."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bench.asks import Candor, Floor
from bench.client import Ask
from bench.scene import Scene


@dataclass(frozen=True)
class Target:
    """What a case may cost at most; what is None is only told."""

    cpu_ms: float | None = None
    times_floor: float | None = None
    times_floor_behind: float | None = None
    statements: int | None = None
    kilobytes: int | None = None
    p95_ms: float | None = None
    p50_ms: float | None = None


@dataclass(frozen=True)
class Case:
    """One piece of work, and how the floor is asked for the same. ``few``: the same kind of answer with few rows.

    ``door`` names the case that costs what comes before this one's own work, which the floor has not to do.
    """

    name: str
    candor: Ask
    floor: Ask
    target: Target = Target()
    few: Ask | None = None
    door: str = ""


LEAN_LIST = Target(cpu_ms=8, times_floor=6, statements=7)
LEAN_SEARCH = Target(cpu_ms=16, times_floor=4, times_floor_behind=4, p95_ms=30)
COMMON_SEARCH = replace(LEAN_SEARCH, times_floor_behind=10)  # docs/adr/0020
PAGE = Target(cpu_ms=15, kilobytes=100)
SEARCH = Target(cpu_ms=16, p95_ms=30)
YEAR = Target(p50_ms=50)  # of 500,000 entries, from their sums by day
NOTHING, EMPTY = "nothing, signed in", "an empty list, API"
BOARD = Target(cpu_ms=80, p95_ms=150)  # two hundred cards are shown, all five hundred are summed


def cases(scene: Scene) -> list[Case]:
    """All of them, in the order of the table."""
    candor, floor = Candor(scene), Floor(scene)
    return [
        Case(NOTHING, candor.nothing, floor.nothing, Target(3, statements=4)),
        Case(EMPTY, candor.empty_api, floor.nothing),
        Case("contacts, API", candor.list_api, floor.list, LEAN_LIST, few=candor.name_api),
        Case("contacts, API, page 1,800", candor.deep_api, floor.deep, LEAN_LIST),
        Case("contacts, page", candor.list_page, floor.list, PAGE),
        Case("contacts, page 1,800", candor.deep_page, floor.deep, PAGE),
        Case("search a full name, API", candor.name_api, floor.name, LEAN_SEARCH, door=EMPTY),
        Case("search a common start, API", candor.start_api, floor.start, COMMON_SEARCH, candor.name_api, EMPTY),
        Case("search a full name, typed", candor.name_typed, floor.name, SEARCH, door=NOTHING),
        Case("search a common start, typed", candor.start_typed, floor.start, SEARCH, candor.name_typed, NOTHING),
        Case(
            "search everything, typed",
            candor.everything_by_start,
            floor.start,
            SEARCH,
            candor.everything_by_name,
            NOTHING,
        ),
        Case("contact, page", candor.contact_page, floor.contact, PAGE),
        Case("board with 500 deals", candor.board_page, floor.board, BOARD, few=candor.small_board_page),
        Case("create a contact, API", candor.create_api, floor.create, Target(10, times_floor=8, statements=8)),
        Case("create a contact, form", candor.create_form, floor.create, Target(10, statements=8)),
        Case("change a contact, form", candor.change_form, floor.change),
        Case("time entries, API", candor.entries_api, floor.entries, LEAN_LIST, few=candor.empty_week_api),
        Case("week, API", candor.week_api, floor.week, LEAN_LIST, few=candor.empty_week_api),
        Case("log time, API", candor.log_api, floor.log, Target(8, times_floor=6, statements=8)),
        Case("week, page", candor.week_page, floor.week, Target(15, statements=7), few=candor.empty_week_page),
        Case("log time, in the grid", candor.log_cell, floor.log, Target(8, statements=8)),
        Case("year by person and month, API", candor.year_by_person, floor.year, YEAR, few=candor.week_by_person),
        Case("year by project and month, API", candor.year_by_project, floor.year, YEAR),
    ]
