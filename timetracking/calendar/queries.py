"""A person's week along the clock, read like the grid and laid out side by side where entries overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Account, Membership
from lib.durations import DAY
from lib.weeks import days_of_week, local_day
from timetracking.models import RunningTimer, TimeEntry
from timetracking.queries import DayColumn
from timetracking.sheets import locks
from timetracking.targets import days_of

USUAL_HOURS = (7, 19)  # shown where nothing is earlier or later
STEP = 5  # minutes: what the style sheet knows
LEAST = 20  # minutes: a block is never lower, so that it can be read and pressed
MOST_BESIDE = 6


@dataclass(frozen=True)
class Block:
    """An entry, or what the timer runs on, from one minute of its day to another."""

    work: TimeEntry | RunningTimer
    start: int
    end: int
    lane: int = 0
    lanes: int = 1

    @property
    def is_running(self) -> bool:
        return isinstance(self.work, RunningTimer)

    @property
    def classes(self) -> str:
        """Where it stands, as the style sheet has it: hours and minutes from midnight, how long, which lane."""
        start = self.start - self.start % STEP
        long = min(max(-(-(self.end - start) // STEP) * STEP, LEAST), DAY - start)
        place = f"h-{start // 60} m-{start % 60} lh-{long // 60} lm-{long % 60}"
        return f"{place} lane-{min(self.lane, MOST_BESIDE - 1)} of-{min(self.lanes, MOST_BESIDE)}"


@dataclass
class CalendarDay:
    """One day: what has clock times, what has not, and what both add up to."""

    column: DayColumn
    blocks: list[Block] = field(default_factory=list)
    untimed: list[TimeEntry] = field(default_factory=list)
    closed: str = ""  # why nothing may be written to it


@dataclass
class Calendar:
    """Seven days, from the hour that shows first to the one that shows last."""

    days: list[CalendarDay]
    first_hour: int
    last_hour: int

    @property
    def first(self) -> date:
        return self.days[0].column.day

    @property
    def last(self) -> date:
        return self.days[-1].column.day

    @property
    def shown(self) -> CalendarDay:
        return next(day for day in self.days if day.column.is_shown)

    @property
    def minutes(self) -> int:
        return sum(day.column.minutes for day in self.days)

    @property
    def hours(self) -> range:
        return range(self.first_hour, self.last_hour)


def calendar_of(
    person: Membership,
    day: date,
    *,
    account: Account,
    today: date,
    shown_day: date | None = None,
    timer: RunningTimer | None = None,
    reader: Membership | None = None,
) -> Calendar:
    """The person's week that holds ``day``: the entries that grid and day list show."""
    days = days_of_week(day, account.first_weekday)
    shown_day = shown_day if shown_day in days else day
    plans = days_of(person, days[0], days[-1], reader=reader)
    week = TimeEntry.objects.of(person).between(days[0], days[-1])
    entries = list(week.with_names().order_by("started_at", "id"))
    closed = locks.why(person, days[0], days[-1])
    made = []
    for each, plan in plans.items():
        own = [entry for entry in entries if entry.day == each]
        column = DayColumn(plan, sum(entry.minutes for entry in own), today, each == shown_day)
        untimed = [entry for entry in own if not entry.has_clock_times]
        blocks = [_block(entry, entry.time_zone, entry.minutes) for entry in own if entry.has_clock_times]
        if timer and each == local_day(timer.started_at, timer.zone):
            blocks.append(_running(timer))
        made.append(CalendarDay(column, beside(blocks), untimed, closed.get(each, "")))
    placed = [block for each in made for block in each.blocks]
    first = min([USUAL_HOURS[0], *(block.start // 60 for block in placed)])
    last = max([USUAL_HOURS[1], *(-(-block.end // 60) for block in placed)])
    return Calendar(made, first, last)


def beside(blocks: Sequence[Block]) -> list[Block]:
    """The blocks in lanes: what overlaps stands side by side, each group as narrow as it must be."""
    placed: list[Block] = []
    group: list[Block] = []
    ends: list[int] = []  # of the lanes of the group

    def close() -> None:
        placed.extend(replace(block, lanes=len(ends)) for block in group)
        group.clear()
        ends.clear()

    for block in sorted(blocks, key=lambda block: (block.start, -block.end)):
        if ends and block.start >= max(ends):
            close()
        lane = next((number for number, end in enumerate(ends) if end <= block.start), len(ends))
        ends[lane : lane + 1] = [max(block.end, block.start + LEAST)]
        group.append(replace(block, lane=lane))
    close()
    return placed


def _block(work: TimeEntry | RunningTimer, zone: str, minutes: int) -> Block:
    start = _minute_of_day(work.started_at, ZoneInfo(zone))
    return Block(work, start, min(start + minutes, DAY))


def _running(timer: RunningTimer) -> Block:
    lasts = timezone.now() - timer.started_at
    return _block(timer, timer.time_zone, max(lasts // timedelta(minutes=1), 1))


def _minute_of_day(at: datetime | None, zone: ZoneInfo) -> int:
    if at is None:
        raise ValueError("Only what has clock times has a place on the clock.")
    local = at.astimezone(zone)
    return local.hour * 60 + local.minute
