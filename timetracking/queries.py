"""A person's week and one cell of it, read in a handful of statements."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q, Sum
from django.utils import timezone

from accounts.models import Account, Membership
from lib.durations import spoken
from lib.text import fold
from lib.weeks import days_of_week, local_day
from tenancy.context import current_account_id
from timetracking.models import (
    Project,
    RunningTimer,
    SheetRow,
    Task,
    TimeEntry,
    TimeEntryQuerySet,
    is_billable,
    open_to,
    work_value,
)
from timetracking.sheets import locks
from timetracking.targets import Day, days_of

REMEMBERED_DAYS = 14
WorkKey = tuple[int, int | None]  # the numbers of a project and perhaps a task
SHORT_SHEET = 20  # rows: so far a sheet is filled up with what was worked on before


@dataclass(frozen=True)
class Cell:
    """What one person logged on one project and task on one day."""

    person: Membership
    project: Project
    task: Task | None
    day: date
    entries: tuple[TimeEntry, ...] = ()
    is_running: bool = False  # the person's timer is
    closed: str = ""  # why its day is locked
    is_marked: bool = False  # an approver meant this day when returning the timesheet

    @cached_property
    def minutes(self) -> int:
        return sum(entry.minutes for entry in self.entries)

    @property
    def count(self) -> int:
        return len(self.entries)

    @property
    def has_note(self) -> bool:
        return any(entry.note for entry in self.entries)

    @property
    def has_clock_times(self) -> bool:
        return any(entry.has_clock_times for entry in self.entries)

    @property
    def is_locked(self) -> bool:
        return bool(self.lock_reason)

    @property
    def lock_reason(self) -> str:
        """Why it can't be changed; empty when it can."""
        if self.closed:
            return self.closed
        reasons = [entry.lock_reason or "This time is locked." for entry in self.entries if entry.is_locked]
        return reasons[0] if reasons else ""

    @property
    def is_billable(self) -> bool:
        return bool(self.entries) and all(entry.billable for entry in self.entries)

    @property
    def version(self) -> str:
        """Changes whenever one of the cell's entries comes, goes or changes."""
        state = ",".join(sorted(f"{entry.public_id}.{entry.version}" for entry in self.entries))
        return hashlib.sha256(state.encode()).hexdigest()[:16] if state else ""

    @property
    def label(self) -> str:
        """The cell in words: whom for, what, when, how long, and what is odd about it."""
        place = [spoken_work(self.project, self.task), spoken_day(self.day)]
        odd = [
            f"{self.count} entries" if self.count > 1 else "",
            "has a note" if self.has_note else "",
            "not billable" if self.entries and not self.is_billable else "",
            f"locked: {self.lock_reason}" if self.is_locked else "",
            "timer running: stop it to edit" if self.is_running else "",
            "to be looked at again" if self.is_marked else "",
        ]
        time = spoken(self.minutes) if self.entries else "empty"
        return ", ".join([*place, time, *filter(None, odd)])


@dataclass
class Row:
    """One line of the week: a project and perhaps a task, with a cell for each day."""

    project: Project
    task: Task | None
    cells: list[Cell]
    is_kept: bool = False  # somebody put it there
    is_starred: bool = False  # for every week

    @property
    def work(self) -> str:
        return work_value(self.project, self.task)

    @property
    def name(self) -> str:
        """Website relaunch, Design."""
        return f"{self.project}, {self.task}" if self.task else str(self.project)

    @property
    def spoken(self) -> str:
        """How its cells' words begin."""
        return spoken_work(self.project, self.task)

    @property
    def is_billable(self) -> bool:
        """Whether new time on it is billed."""
        return is_billable(self.project, self.task)

    @property
    def minutes(self) -> int:
        return sum(cell.minutes for cell in self.cells)

    @property
    def tags(self) -> list[str]:
        """What its hours are sorted by."""
        return sorted({tag for cell in self.cells for entry in cell.entries for tag in entry.tag_names}, key=fold)

    @property
    def has_entries(self) -> bool:
        return any(cell.entries for cell in self.cells)

    @property
    def is_idle(self) -> bool:
        """Only remembered from the weeks before."""
        return not self.has_entries and not self.is_kept

    @property
    def place(self) -> tuple[Any, ...]:
        """Where it stands: what is used first, then by company, project, task."""
        names = (self.project.client, str(self.project), str(self.task or ""))
        return (
            self.is_idle,
            self.project.company is None,
            *(name.casefold() for name in names),
            self.project.pk,
        )


@dataclass(frozen=True)
class DayColumn:
    """One day of the week with what it adds up to, and what is expected of it."""

    plan: Day
    minutes: int
    today: date
    is_shown: bool = False  # the one that a phone shows

    @property
    def is_today(self) -> bool:
        return self.day == self.today

    @property
    def day(self) -> date:
        return self.plan.day

    @property
    def is_off(self) -> bool:
        return self.plan.is_off

    @property
    def target(self) -> int:
        return self.plan.target

    @property
    def label(self) -> str:
        """Why it is no usual working day, if it is none."""
        return self.plan.label

    @property
    def is_past(self) -> bool:
        return self.day < self.today

    @property
    def missing(self) -> int:
        """How much of the target is still missing on a day that is over."""
        return max(self.target - self.minutes, 0) if self.is_past else 0

    @cached_property
    def classes(self) -> str:
        """How its cells look, from head to foot."""
        looks = (("today", self.is_today), ("off", self.is_off), ("shown", self.is_shown))
        return " ".join(["d", *(name for name, is_so in looks if is_so)])


@dataclass
class Week:
    """Seven days of one person's time."""

    person: Membership
    today: date
    shown_day: date
    plans: dict[date, Day]
    rows: list[Row] = field(default_factory=list)

    @property
    def days(self) -> list[date]:
        return list(self.plans)

    @cached_property
    def columns(self) -> list[DayColumn]:
        return [
            DayColumn(plan, sum(row.cells[number].minutes for row in self.rows), self.today, day == self.shown_day)
            for number, (day, plan) in enumerate(self.plans.items())
        ]

    @property
    def minutes(self) -> int:
        return sum(row.minutes for row in self.rows)

    @property
    def target(self) -> int:
        return sum(plan.target for plan in self.plans.values())

    @property
    def first(self) -> date:
        return self.days[0]

    @property
    def last(self) -> date:
        return self.days[-1]

    @property
    def previous(self) -> date:
        return self.first - timedelta(days=7)

    @property
    def next(self) -> date:
        return self.first + timedelta(days=7)

    @property
    def is_this_week(self) -> bool:
        return self.first <= self.today <= self.last


def zone_of(person: Membership) -> ZoneInfo:
    """The clock on that person's wall."""
    return ZoneInfo(person.user.time_zone)


def today_of(person: Membership) -> date:
    """The day on that person's wall."""
    return local_day(timezone.now(), zone_of(person))


def spoken_work(project: Project, task: Task | None) -> str:
    """Tidewater Museum, Website relaunch, Design."""
    return ", ".join([project.client, str(project), str(task or "no task")])


@lru_cache(maxsize=512)
def spoken_day(day: date) -> str:
    """Tuesday 17 November."""
    return f"{day:%A} {day.day} {day:%B}"


def week_of(
    person: Membership,
    day: date,
    *,
    account: Account,
    today: date,
    shown_day: date | None = None,
    timer: RunningTimer | None = None,
    reader: Membership | None = None,
) -> Week:
    """The person's week that holds ``day``: rows with hours, rows they added, and on a short sheet
    what they worked on last in the two weeks before. Where their ``timer`` runs, the cell says so.
    Why the person is off is told to a ``reader`` who may know it.
    """
    days, shown_day = days_of_week(day, account.first_weekday), shown_day or day
    plans = days_of(person, days[0], days[-1], reader=reader)
    week = Week(person, today, shown_day if shown_day in days else days[0], plans)
    since = week.first - timedelta(days=REMEMBERED_DAYS)
    logged = TimeEntry.objects.of(person).for_sheet()
    entries = list(logged.between(week.first, week.last).order_by("id"))
    marked = SheetRow.objects.filter(Q(week__range=(since, week.last)) | Q(week=None), person=person)
    marks = list(marked.select_related("project__company", "task"))
    starred = {key_of(mark) for mark in marks if mark.week is None}
    kept = _kept(marks, week)
    runs = [day for day in days if timer and _first_day(timer) <= day <= today]
    if timer and runs:
        kept.setdefault(key_of(timer), timer)
    sheet: dict[WorkKey, TimeEntry | SheetRow | RunningTimer] = {**kept, **{key_of(entry): entry for entry in entries}}
    if len(sheet) < SHORT_SHEET:
        before = logged.filter(open_to(person)).between(since, week.first - timedelta(days=1))
        sheet |= _remembered(before, marks, SHORT_SHEET - len(sheet), without=sheet)
    cells, locked = _by_cell(entries), locks.days_of(person, week.first, week.last)
    for key, source in sheet.items():
        project, task = source.project, source.task
        running = runs if timer and key_of(timer) == key else ()
        row = [
            Cell(
                person, project, task, day, tuple(cells.get((key, day), ())), day in running, locked.why.get(day, ""),
                day in locked.marked and (key, day) in cells,
            )
            for day in days
        ]  # fmt: skip
        week.rows.append(Row(project, task, row, is_kept=key in kept, is_starred=key in starred))
    week.rows.sort(key=lambda row: row.place)
    return week


def _kept(marks: list[SheetRow], week: Week) -> dict[WorkKey, SheetRow | RunningTimer]:
    """What was put on this week's sheet, and the favourites that were not taken off it."""
    this_week = {key_of(mark): mark for mark in marks if mark.week and mark.week >= week.first}
    stars = {key_of(mark): mark for mark in marks if mark.week is None and takes_time(mark)}
    return {key: mark for key, mark in {**stars, **this_week}.items() if mark.hidden_at is None}


def cell_of(person: Membership, project: Project, task: Task | None, day: date, *, lock: bool = False) -> Cell:
    """One cell as it is stored now."""
    entries = TimeEntry.objects.of(person).on(project, task).filter(day=day).with_tags().order_by("id")
    if lock:
        entries = entries.select_for_update()
    return Cell(person, project, task, day, tuple(entries))


def is_running(cell: Cell) -> bool:
    """Whether the person's timer has worked into this cell since it was started."""
    timer = RunningTimer.objects.filter(person=cell.person, project=cell.project, task=cell.task).first()
    return timer is not None and _first_day(timer) <= cell.day <= local_day(timezone.now(), timer.zone)


def _first_day(timer: RunningTimer) -> date:
    return local_day(timer.started_at, timer.zone)


_AROUND = """
    SELECT day, coalesce(sum(minutes) FILTER (WHERE project_id = %s AND task_id IS NOT DISTINCT FROM %s), 0),
        sum(minutes)
    FROM timetracking_timeentry WHERE account_id = %s AND person_id = %s AND day BETWEEN %s AND %s GROUP BY day
"""


def minutes_around(cell: Cell, *, account: Account) -> tuple[int, dict[date, int]]:
    """What the cell's row adds up to in its week, and what each day of the week does."""
    days = days_of_week(cell.day, account.first_weekday)
    work = cell.project.pk, cell.task.pk if cell.task else None
    with connection.prepared_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(_AROUND, [*work, current_account_id(), cell.person.pk, days[0], days[-1]])
        sums = {day: (of_row, of_all) for day, of_row, of_all in cursor.fetchall()}
    return sum(of_row for of_row, _ in sums.values()), {day: sums.get(day, (0, 0))[1] for day in days}


def hours_by_day(person: Membership, days: list[date]) -> dict[date, int]:
    """Minutes the person logged on each of these days in a row, samples apart; a day without any is absent."""
    return _sums(TimeEntry.objects.own().of(person).between(days[0], days[-1]), "day")


def hours_by_project(entries: TimeEntryQuerySet, projects: list[Project]) -> dict[int, int]:
    """Minutes so far on each of these projects."""
    return _sums(entries.filter(project__in=projects), "project")


def hours_by_task(entries: TimeEntryQuerySet) -> dict[int | None, int]:
    """Minutes so far on each task of a project, and under None without a task."""
    return _sums(entries, "task")


def hours_by_person(entries: TimeEntryQuerySet) -> list[tuple[Membership, int]]:
    """Who worked how long, the longest first."""
    sums = _sums(entries, "person")
    members = Membership.objects.select_related("user").filter(account_id=current_account_id(), pk__in=sums)
    return sorted(((member, sums[member.pk]) for member in members), key=lambda line: (-line[1], str(line[0])))


def _sums(entries: Any, key: str) -> dict[Any, int]:
    sums = entries.order_by().values_list(key).annotate(total=Sum("minutes"))
    return dict(sums)


def _remembered(
    entries: TimeEntryQuerySet, marks: list[SheetRow], limit: int, *, without: Container[WorkKey]
) -> dict[WorkKey, TimeEntry]:
    """What was worked on last and may be again, unless its row was taken off the sheet since."""
    hidden = {key_of(mark): mark.week for mark in marks if mark.week and mark.hidden_at is not None}
    latest_of_each = entries.order_by("project_id", "task_id", "-day", "-id").distinct("project_id", "task_id")
    latest = sorted(latest_of_each, key=lambda entry: (entry.day, entry.pk), reverse=True)
    wanted = (
        (key, entry)
        for entry in latest
        for key in [key_of(entry)]
        if key not in without and takes_time(entry) and not (key in hidden and entry.day < hidden[key])
    )
    return dict(islice(wanted, limit))


def _by_cell(entries: Iterable[TimeEntry]) -> dict[tuple[WorkKey, date], list[TimeEntry]]:
    cells: dict[tuple[WorkKey, date], list[TimeEntry]] = {}
    for entry in entries:
        cells.setdefault((key_of(entry), entry.day), []).append(entry)
    return cells


def key_of(thing: TimeEntry | SheetRow | RunningTimer) -> WorkKey:
    """What it is on, by numbers."""
    return thing.project_id, thing.task_id


def takes_time(entry: TimeEntry | SheetRow) -> bool:
    """Whether more time may be logged on its project and task."""
    return entry.project.is_active and (entry.task is None or entry.task.is_active)
