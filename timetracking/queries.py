"""A person's week and one cell of it, read in a handful of statements."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any

from django.db.models import Q, Sum

from accounts.models import Account, Membership
from crm.models import Company
from crm.search import matching
from lib.durations import spoken
from lib.text import fold
from lib.weeks import days_of_week
from tenancy.context import current_account_id
from timetracking.models import (
    Project,
    ProjectQuerySet,
    SheetRow,
    Task,
    TimeEntry,
    TimeEntryQuerySet,
    is_billable,
    work_value,
)
from timetracking.targets import is_working_day, target

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
        return any(entry.is_locked for entry in self.entries)

    @property
    def lock_reason(self) -> str:
        """Why it can't be changed; empty when it can."""
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
        place = [self.project.client, str(self.project), str(self.task or "no task"), spoken_day(self.day)]
        odd = [
            f"{self.count} entries" if self.count > 1 else "",
            "has a note" if self.has_note else "",
            "not billable" if self.entries and not self.is_billable else "",
            f"locked: {self.lock_reason}" if self.is_locked else "",
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

    @property
    def work(self) -> str:
        return work_value(self.project, self.task)

    @property
    def name(self) -> str:
        """Website relaunch, Design."""
        return f"{self.project}, {self.task}" if self.task else str(self.project)

    @property
    def is_billable(self) -> bool:
        """Whether new time on it is billed."""
        return is_billable(self.project, self.task)

    @property
    def minutes(self) -> int:
        return sum(cell.minutes for cell in self.cells)

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
    """One day of the week with what it adds up to."""

    day: date
    minutes: int
    today: date
    is_shown: bool = False  # the one that a phone shows

    @property
    def is_today(self) -> bool:
        return self.day == self.today

    @property
    def is_off(self) -> bool:
        return not is_working_day(self.day)

    @property
    def target(self) -> int:
        return target(self.day)

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
    days: list[date]
    rows: list[Row] = field(default_factory=list)

    @cached_property
    def columns(self) -> list[DayColumn]:
        return [
            DayColumn(day, sum(row.cells[number].minutes for row in self.rows), self.today, day == self.shown_day)
            for number, day in enumerate(self.days)
        ]

    @property
    def minutes(self) -> int:
        return sum(row.minutes for row in self.rows)

    @property
    def target(self) -> int:
        return sum(target(day) for day in self.days)

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


@lru_cache(maxsize=512)
def spoken_day(day: date) -> str:
    """Tuesday 17 November."""
    return f"{day:%A} {day.day} {day:%B}"


def week_of(person: Membership, day: date, *, account: Account, today: date, shown_day: date | None = None) -> Week:
    """The person's week that holds ``day``: rows with hours, rows they added, and on a short sheet
    what they worked on last in the two weeks before.
    """
    days, shown_day = days_of_week(day, account.first_weekday), shown_day or day
    week = Week(person, today, shown_day if shown_day in days else days[0], days)
    since = week.first - timedelta(days=REMEMBERED_DAYS)
    logged = TimeEntry.objects.of(person).for_sheet()
    entries = list(logged.between(week.first, week.last).order_by("id"))
    marked = SheetRow.objects.filter(person=person, week__range=(since, week.last))
    marks = list(marked.select_related("project__company", "task"))
    kept = {_key(mark): mark for mark in marks if mark.hidden_at is None and mark.week >= week.first}
    sheet: dict[WorkKey, TimeEntry | SheetRow] = {**kept, **{_key(entry): entry for entry in entries}}
    if len(sheet) < SHORT_SHEET:
        before = logged.between(since, week.first - timedelta(days=1))
        sheet |= _remembered(before, marks, SHORT_SHEET - len(sheet), without=sheet)
    cells = _by_cell(entries)
    for key, source in sheet.items():
        project, task = source.project, source.task
        row = [Cell(person, project, task, day, tuple(cells.get((key, day), ()))) for day in days]
        week.rows.append(Row(project, task, row, is_kept=key in kept))
    week.rows.sort(key=lambda row: row.place)
    return week


def cell_of(person: Membership, project: Project, task: Task | None, day: date, *, lock: bool = False) -> Cell:
    """One cell as it is stored now."""
    entries = TimeEntry.objects.of(person).on(project, task).filter(day=day).order_by("id")
    if lock:
        entries = entries.select_for_update()
    return Cell(person, project, task, day, tuple(entries))


def minutes_around(cell: Cell, *, account: Account) -> tuple[int, dict[date, int]]:
    """What the cell's row adds up to in its week, and what each day of the week does."""
    days = days_of_week(cell.day, account.first_weekday)
    row, by_day = 0, dict.fromkeys(days, 0)
    entries = TimeEntry.objects.of(cell.person).between(days[0], days[-1])
    work = (cell.project.pk, cell.task.pk if cell.task else None)
    for project_id, task_id, day, minutes in entries.values_list("project_id", "task_id", "day", "minutes"):
        by_day[day] += minutes
        row += minutes if (project_id, task_id) == work else 0
    return row, by_day


def find_work(person: Membership, text: str, limit: int = 30) -> list[tuple[Project, Task | None]]:
    """Projects and tasks whose names, or whose company's name, hold every word of the text.

    Without a text: what the person worked on last. Three statements at most.
    """
    if not text.strip():
        return _recent_work(person, limit)
    projects = list(Project.objects.active().select_related("company").by_name())
    tasks: dict[int, list[Task | None]] = {}
    for task in Task.objects.active().filter(project__archived_at=None).by_name():
        tasks.setdefault(task.project_id, []).append(task)
    words = fold(text).split()
    pairs = ((project, task) for project in projects for task in [None, *tasks.get(project.pk, [])])
    return list(islice((pair for pair in pairs if _holds(words, *pair)), limit))


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


def _holds(words: list[str], project: Project, task: Task | None) -> bool:
    name = fold(" ".join([project.client, project.name, project.code, task.name if task else ""]))
    return all(word in name for word in words)


def _recent_work(person: Membership, limit: int) -> list[tuple[Project, Task | None]]:
    entries = TimeEntry.objects.of(person).with_names().order_by("-day", "-id")[:200]
    recent = {_key(entry): (entry.project, entry.task) for entry in entries if _is_open(entry)}
    if recent:
        return list(recent.values())[:limit]
    projects = Project.objects.active().select_related("company").by_name()[:limit]
    return [(project, None) for project in projects]


def _remembered(
    entries: TimeEntryQuerySet, marks: list[SheetRow], limit: int, *, without: Container[WorkKey]
) -> dict[WorkKey, TimeEntry]:
    """What was worked on last and may be again, unless its row was taken off the sheet since."""
    hidden = {_key(mark): mark.week for mark in marks if mark.hidden_at is not None}
    latest_of_each = entries.order_by("project_id", "task_id", "-day", "-id").distinct("project_id", "task_id")
    latest = sorted(latest_of_each, key=lambda entry: (entry.day, entry.pk), reverse=True)
    wanted = (
        (key, entry)
        for entry in latest
        for key in [_key(entry)]
        if key not in without and _is_open(entry) and not (key in hidden and entry.day < hidden[key])
    )
    return dict(islice(wanted, limit))


def _by_cell(entries: Iterable[TimeEntry]) -> dict[tuple[WorkKey, date], list[TimeEntry]]:
    cells: dict[tuple[WorkKey, date], list[TimeEntry]] = {}
    for entry in entries:
        cells.setdefault((_key(entry), entry.day), []).append(entry)
    return cells


def _key(thing: TimeEntry | SheetRow) -> WorkKey:
    return thing.project_id, thing.task_id


def _is_open(entry: TimeEntry) -> bool:
    return entry.project.is_active and (entry.task is None or entry.task.is_active)


def projects_found(projects: ProjectQuerySet, text: str, member: Membership) -> ProjectQuerySet:
    """Those whose own words, or those of a company that the member may see, begin with the words of ``text``."""
    companies = Company.objects.visible_to(member).filter(matching(Company, text))
    return projects.filter(matching(Project, text) | Q(company__in=companies))
