"""What is measured, and what it may cost."""

from __future__ import annotations

from dataclasses import dataclass

from bench.asks import Candor, Floor
from bench.client import Ask
from bench.scene import Scene


@dataclass(frozen=True)
class Target:
    """What a case may cost at most; what is None is only told."""

    cpu_ms: float | None = None
    times_floor: float | None = None
    statements: int | None = None
    kilobytes: int | None = None
    p95_ms: float | None = None


@dataclass(frozen=True)
class Case:
    """One piece of work, and how the floor is asked for the same. ``few``: the same kind of answer with few rows."""

    name: str
    candor: Ask
    floor: Ask
    target: Target = Target()
    few: Ask | None = None


LEAN_LIST = Target(cpu_ms=8, times_floor=6, statements=7)
LEAN_SEARCH = Target(cpu_ms=16, times_floor=4, p95_ms=30)
PAGE = Target(cpu_ms=15, kilobytes=100)
SEARCH = Target(cpu_ms=16, p95_ms=30)


def cases(scene: Scene) -> list[Case]:
    """All of them, in the order of the table."""
    candor, floor = Candor(scene), Floor(scene)
    return [
        Case("contacts, API", candor.list_api, floor.list, LEAN_LIST, few=candor.name_api),
        Case("contacts, API, page 1,800", candor.deep_api, floor.deep, LEAN_LIST),
        Case("contacts, page", candor.list_page, floor.list, PAGE),
        Case("contacts, page 1,800", candor.deep_page, floor.deep, PAGE),
        Case("search a full name, API", candor.name_api, floor.name, LEAN_SEARCH),
        Case("search a common start, API", candor.start_api, floor.start, LEAN_SEARCH, few=candor.name_api),
        Case("search a full name, typed", candor.name_typed, floor.name, SEARCH),
        Case("search a common start, typed", candor.start_typed, floor.start, SEARCH, few=candor.name_typed),
        Case("search everything, typed", candor.everything_by_start, floor.start, SEARCH, candor.everything_by_name),
        Case("contact, page", candor.contact_page, floor.contact, PAGE),
        Case("create a contact, API", candor.create_api, floor.create, Target(10, times_floor=8, statements=8)),
        Case("create a contact, form", candor.create_form, floor.create, Target(10, statements=8)),
        Case("change a contact, form", candor.change_form, floor.change),
        Case("time entries, API", candor.entries_api, floor.entries, LEAN_LIST, few=candor.empty_week_api),
        Case("week, API", candor.week_api, floor.week, LEAN_LIST, few=candor.empty_week_api),
        Case("log time, API", candor.log_api, floor.log, Target(8, times_floor=6, statements=8)),
        Case("week, page", candor.week_page, floor.week, Target(15, statements=7), few=candor.empty_week_page),
        Case("log time, in the grid", candor.log_cell, floor.log, Target(8, statements=8)),
        Case("nothing, signed in", candor.nothing, floor.nothing, Target(3, statements=4)),
    ]
