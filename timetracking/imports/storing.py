"""Rows become entries: a batch at a time, in a fixed number of statements but for what comes into being once.

``place`` decides what becomes of each row; the check asks it, too. ``write`` writes. Both ask the rules that every
entry obeys, for many at once: who may log where, which days are closed, what is counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef

from accounts.models import Membership
from crm.actions import Parts, store, tags_named
from crm.imports.steps import Became
from crm.models import Company, Tag
from lib.text import fold
from tenancy import bulk
from timetracking import access, actions, summary
from timetracking.budgets.alerts import touched
from timetracking.errors import Refused
from timetracking.imports.matching import LEAVE_OUT, People, Projects, note_found
from timetracking.imports.rows import Hours, NoTime, Span, span_of
from timetracking.imports.values import Unreadable
from timetracking.models import HoursImport, HoursRow, Project, Task, TimeEntry, TimeEntryTag, is_billable
from timetracking.queries import zone_of
from timetracking.sheets import locks

Outcome = HoursRow.Outcome
PREVIEW_ROWS = 20
Same = tuple[Any, ...]


@dataclass
class Seen:
    """What a check has seen: what would be there by now, and the entries that rows were found to be."""

    made: dict[str, set[Any]] = field(default_factory=lambda: defaultdict(set))
    claimed: set[int] = field(default_factory=set)


class Known(NamedTuple):
    """A row of which is known whose it is, when, and on what; a project that is to be made is not there yet."""

    hours: Hours
    person: Membership
    project: Project | None
    task: Task | None
    span: Span


class Left(Exception):
    """The row is left out, as was said."""


class Batch:
    """One batch on its way into the hours."""

    def __init__(self, job: HoursImport, seen: Seen | None = None) -> None:
        self.job, self.seen, self.is_check = job, seen or Seen(), seen is not None
        self.people = People(job)
        self.zone = ZoneInfo(job.time_zone) if job.time_zone else None
        self.entries: list[tuple[TimeEntry, list[str]]] = []

    def place(self, rows: Sequence[Hours]) -> list[Became]:
        """What becomes of each row. In a run projects, tasks and clients that are missing are made as they are met."""
        self.projects = Projects(self.job, rows)
        self.teams = access.teams_of(self.projects.all)
        tasks = Task.objects.filter(project__in=self.projects.all)
        self.tasks = {(task.project_id, task.name.lower()): task for task in tasks}
        known, became = list[Known](), dict[int, Became]()
        for hours in rows:
            try:
                known.append(self._know(hours))
            except (Unreadable, Refused) as reason:
                became[hours.row] = Became(hours.row, Outcome.REJECTED, str(reason))
            except (Left, NoTime) as reason:
                became[hours.row] = Became(hours.row, Outcome.SKIPPED, str(reason))
        closed, there = self._closed(known), self._there(known)
        for each in known:
            became[each.hours.row] = self._place(each, closed, there)
        return list(became.values())

    def write(self) -> None:
        """The new entries, their tags and their sums."""
        entries = [entry for entry, _ in self.entries]
        bulk.create(entries)
        self._write_tags()
        summary.keep([facts for entry in entries for facts in summary.facts_of(entry)])
        touched({entry.project_id: entry.project for entry in entries}.values())

    # ------------------------------------------------------------------------------------ whose, when and on what

    def _know(self, hours: Hours) -> Known:
        person, project = self.people.of(hours), self.projects.of(hours)
        note_found(self.job, "people", hours.person_key, hours.name or hours.email, person)
        label = f"{hours.client} · {hours.project}" if hours.client else hours.project
        note_found(self.job, "projects", hours.project_key, label, project)
        if person == LEAVE_OUT or project == LEAVE_OUT:
            raise Left("Left out, as you said.")
        if isinstance(person, str):
            who = hours.name or hours.email
            named = f"Nobody here is called {who}." if who else "Nobody is named in this row."
            raise Unreadable(f"{named} Say who it is, or leave their hours out.")
        if project == "":
            raise Unreadable("No project is named in this row. Say which it is, or leave such rows out.")
        found = project if isinstance(project, Project) else None
        task = self.tasks.get((found.pk, hours.task.lower())) if found and hours.task else None
        if found:
            access.refuse_closed(person, found, task, self.teams if person.is_active else {})  # no team takes them back
        own = zone_of(person)
        span = span_of(hours, self.zone or own, own)
        access.refuse_without_clock(TimeEntry(started_at=span.ends and span.ends[0]))
        return Known(hours, person, found, task, span)

    def _closed(self, known: Iterable[Known]) -> dict[int, dict[date, str]]:
        """The closed days of each person, held open for us otherwise."""
        days: dict[Membership, set[date]] = defaultdict(set)
        for each in known:
            days[each.person].add(each.span.day)
        people = sorted(days, key=attrgetter("pk"))
        return {person.pk: locks.closed_days(person, days[person]) for person in people}

    def _there(self, known: Sequence[Known]) -> dict[Same, list[TimeEntry]]:
        """The entries that are the same as a row, but for those that former rows of this file are or became."""
        people, days = {each.person.pk for each in known}, {each.span.day for each in known}
        ours = HoursRow.objects.filter(hours_import=self.job, entry=OuterRef("pk"))
        rows = TimeEntry.objects.filter(~Exists(ours), person__in=people, day__in=days).order_by("-pk")
        found: dict[Same, list[TimeEntry]] = defaultdict(list)
        names = ("person", "project", "task", "day", "minutes", "note", "started_at")
        for entry in rows.only(*names):
            if entry.pk not in self.seen.claimed:
                same = (entry.person_id, entry.project_id, entry.task_id, entry.day, entry.minutes, entry.note)
                found[*same, entry.started_at].append(entry)
        return found

    def _place(self, known: Known, closed: dict[int, dict[date, str]], there: dict[Same, list[TimeEntry]]) -> Became:
        hours, person, span = known.hours, known.person, known.span
        if same := there.get(_same(known)):
            entry = same.pop()
            self.seen.claimed.add(entry.pk)
            return Became(hours.row, Outcome.MERGED, "The same entry is there already.", entry)
        if words := closed[person.pk].get(span.day):
            return Became(hours.row, Outcome.REJECTED, words)
        entry = self._entry(known)
        self.job.count("entry", "added")
        self.job.count("entry", "minutes", span.minutes)
        for tag in hours.tags:
            self._foresee("tag", fold(tag))
        self._preview(known)
        self.entries.append((entry, hours.tags))
        return Became(hours.row, Outcome.STORED, " ".join(hours.said), entry)

    # ------------------------------------------------------------------------------------ what comes into being

    def _entry(self, known: Known) -> TimeEntry:
        hours, span = known.hours, known.span
        project = known.project or self._project(hours)
        task = known.task or (self._task(project, hours) if hours.task else None)
        ends = span.ends or (None, None)
        return TimeEntry(
            person=known.person, day=span.day, minutes=span.minutes, note=hours.note,
            billable=is_billable(project, task) if hours.billable is None else hours.billable,
            started_at=ends[0], stopped_at=ends[1], time_zone=zone_of(known.person).key if span.ends else "",
            source=TimeEntry.Source.IMPORT,
            **({} if self.is_check else {"project": project, "task": task}),
        )  # fmt: skip

    def _project(self, hours: Hours) -> Project:
        """The one that a former row made, or a new one."""
        found = self.projects.of(hours)
        if isinstance(found, Project):
            return found
        company = self._company(hours.client) if hours.client else None
        project = Project(name=hours.project, company=company, currency=self.job.account.currency or "EUR")
        if self.is_check:
            self._foresee("project", hours.project_key)
            return project
        self._made("project", actions.create(project))
        self.projects.add(hours, project)
        return project

    def _task(self, project: Project, hours: Hours) -> Task:
        key = (project.pk, hours.task.lower())
        if found := self.tasks.get(key) if project.pk else None:
            return found
        task = Task(project=project if project.pk else None, name=hours.task)
        if self.is_check:
            self._foresee("task", (hours.project_key, key[1]))
            return task
        self._made("task", actions.create(task))
        self.tasks[key] = task
        return task

    def _company(self, name: str) -> Company:
        if found := self.projects.companies.get(fold(name)):
            return found
        company = Company(name=name, owner=self.job.by)
        if self.is_check:
            self._foresee("company", fold(name))
            return company
        self._made("company", store(company, Parts()))
        self.projects.companies[fold(name)] = company
        return company

    def _made(self, kind: str, record: Any) -> None:
        self.job.came(kind, record)
        self.job.count(kind, "added")

    def _foresee(self, kind: str, key: Any) -> None:
        """Count what would come into being, once; which tags are there is asked at the end."""
        if self.is_check and key not in self.seen.made[kind]:
            self.seen.made[kind].add(key)
            if kind != "tag" or not Tag.objects.filter(name_key=key).exists():
                self.job.count(kind, "added")

    def _preview(self, known: Known) -> None:
        hours, span = known.hours, known.span
        if self.is_check and len(self.job.preview) < PREVIEW_ROWS:
            clock = TimeEntry(time_zone=zone_of(known.person).key)
            clock.started_at, clock.stopped_at = span.ends or (None, None)
            self.job.preview.append({
                "day": span.day.isoformat(), "person": str(known.person), "client": hours.client,
                "project": str(known.project or hours.project), "task": str(known.task or hours.task),
                "minutes": span.minutes, "clock": clock.clock_words, "note": hours.note, "tags": hours.tags,
                "billable": hours.billable,
            })  # fmt: skip

    def _write_tags(self) -> None:
        """Which are new is what was not there before."""
        names = {fold(name): name for _, tags in self.entries for name in tags}
        if not names:
            return
        former = set(Tag.objects.filter(name_key__in=names).values_list("pk", flat=True))
        tags = {tag.name_key: tag for tag in tags_named(names.values())}
        for tag in tags.values():
            if tag.pk not in former:
                self._made("tag", tag)
        links = {(entry.pk, tags[fold(name)].pk) for entry, named in self.entries for name in named}
        bulk.insert(TimeEntryTag, ("entry", "tag"), sorted(links))


def _same(known: Known) -> Same:
    project, task = known.project, known.task
    if project is None or (known.hours.task and task is None):
        return ()
    start = known.span.ends[0] if known.span.ends else None
    same = (known.person.pk, project.pk, task and task.pk, known.span.day, known.span.minutes, known.hours.note)
    return (*same, start)
