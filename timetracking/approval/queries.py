"""What a timesheet holds: its sums for lists, its check before it is submitted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import attrgetter

from django.db.models import Exists, OuterRef, Q, Sum

from accounts.models import Membership
from accounts.permissions import can_for_others
from lib import formats
from lib.durations import DAY
from lib.weeks import local_day
from timetracking.approval.approvers import Approvers
from timetracking.models import Project, Task, TimeEntry, TimeSettings, Timesheet
from timetracking.queries import spoken_day, today_of
from timetracking.sheets.periods import Period
from timetracking.targets import Day, days_of, plans
from timetracking.timer.queries import running_timer

LONG_DAY = 12 * 60  # worth a look
NEAR = timedelta(days=92)  # timesheets that are planned together
NAMED = 2  # empty days that are named; more are counted


@dataclass(frozen=True)
class Line:
    """What was worked on one project and task in the period, entry by entry."""

    project: Project
    task: Task | None
    entries: list[TimeEntry]

    @property
    def minutes(self) -> int:
        return sum(entry.minutes for entry in self.entries)


@dataclass
class Summary:
    """What a timesheet adds up to."""

    days: Mapping[date, Day]
    by_day: Counter[date] = field(default_factory=Counter)
    projects: set[int] = field(default_factory=set)
    billable: int = 0

    @property
    def minutes(self) -> int:
        return sum(self.by_day.values())

    @property
    def target(self) -> int:
        return sum(day.target for day in self.days.values())

    @property
    def strip(self) -> list[tuple[Day, int]]:
        """Day by day: what was expected, and what was worked. A free day without hours says nothing."""
        return [(plan, self.by_day[day]) for day, plan in self.days.items() if plan.target or self.by_day[day]]

    @property
    def difference(self) -> int:
        return self.minutes - self.target

    @property
    def billable_share(self) -> float | None:
        return self.billable / self.minutes if self.minutes else None

    @property
    def looks(self) -> list[tuple[str, str]]:
        """What an approver should look at, each with how bad it is."""
        empty = [day for day, plan in self.days.items() if plan.target and not self.by_day[day]]
        found = [("warn", f"{day:%A} empty") for day in empty] if len(empty) <= NAMED else []
        found += [("warn", f"{len(empty)} days empty")] if len(empty) > NAMED else []
        long = [(day, minutes) for day, minutes in sorted(self.by_day.items()) if minutes > LONG_DAY]
        return found + [("bad", f"{formats.hours(minutes)} on {day:%A}") for day, minutes in long]


@dataclass(frozen=True)
class Check:
    """What was found before submitting: errors stop, warnings don't."""

    minutes: int
    target: int
    errors: list[str]
    warnings: list[str]


def entries_of(person: Membership, period: Period) -> list[TimeEntry]:
    """What was logged in the period, in order."""
    return list(TimeEntry.objects.of(person).between(*period).with_names().order_by("day", "id"))


def lines_of(entries: Iterable[TimeEntry]) -> list[Line]:
    """The entries by project and task, the longest first."""
    found: dict[tuple[int, int | None], list[TimeEntry]] = {}
    for entry in entries:
        found.setdefault((entry.project_id, entry.task_id), []).append(entry)
    lines = [Line(group[0].project, group[0].task, group) for group in found.values()]
    return sorted(lines, key=lambda line: -line.minutes)


def summaries(sheets: Sequence[Timesheet]) -> dict[int, Summary]:
    """What each of these timesheets adds up to: as many statements for one as for a page of them."""
    if not sheets:
        return {}
    expected = _planned(sheets)
    found = {sheet.pk: Summary(_within(expected[sheet.person_id], sheet)) for sheet in sheets}
    for person, day, project, billable, minutes in _sums(sheets):
        for sheet in sheets:
            if sheet.person_id == person and sheet.first_day <= day <= sheet.last_day:
                summary = found[sheet.pk]
                summary.by_day[day] += minutes
                summary.projects.add(project)
                summary.billable += minutes if billable else 0
    return found


def may_look_at(sheet: Timesheet, member: Membership) -> bool:
    """Whether it is theirs, theirs to approve, or they see everybody's hours."""
    if sheet.person_id == member.pk or can_for_others(member, "time.view"):
        return True
    return Approvers().may_decide(member, sheet, projects_of(sheet))


def projects_of(sheet: Timesheet) -> set[int]:
    """The projects that hours of this timesheet are on."""
    days = (sheet.first_day, sheet.last_day)
    hours = TimeEntry.objects.of(sheet.person).between(*days)
    return set(hours.order_by().values_list("project_id", flat=True).distinct())


def goes_to(person: Membership, period: Period) -> list[Membership]:
    """Whom the period waits for first, once it is submitted."""
    approvers = Approvers()
    draft = Timesheet(person=person, first_day=period.first, last_day=period.last)
    return approvers.who(approvers.missing(draft, projects_of(draft), ()), but=person.pk)


def check(person: Membership, period: Period, *, no_hours: bool = False) -> Check:
    """What is odd about the period, before it is submitted."""
    entries, expected = entries_of(person, period), days_of(person, *period)
    by_day: Counter[date] = Counter()
    for entry in entries:
        by_day[entry.day] += entry.minutes
    minutes = sum(by_day.values())
    errors = [
        f"{spoken_day(day)} has {formats.hours(spent)}: a day has 24 hours."
        for day, spent in sorted(by_day.items())
        if spent > DAY
    ]
    if TimeSettings.current().needs_note:
        bare = [entry for entry in entries if not entry.note.strip()]
        errors += [f"{spoken_day(entry.day)}: {entry.project} needs a note." for entry in bare]
    if not entries and not no_hours:
        errors.append("Nothing is logged. If you worked no hours, say so below.")
    warnings = _warnings(person, entries, by_day, expected)
    return Check(minutes, sum(day.target for day in expected.values()), errors, warnings)


def missing(people: Collection[Membership], period: Period) -> list[Membership]:
    """Those of these people who have not submitted the period."""
    handed_in = Timesheet.objects.closed().touching(*period).filter(person__in=people)
    there = set(handed_in.values_list("person_id", flat=True))
    return [person for person in people if person.pk not in there]


def hours_of(people: Collection[Membership], period: Period) -> dict[int, int]:
    """How much each of them logged in the period."""
    hours = TimeEntry.objects.filter(person__in=people).between(*period).order_by()
    return dict(hours.values_list("person_id").annotate(total=Sum("minutes")))


def days_in_words(first: date, last: date) -> str:
    """16 to 22 Nov."""
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {formats.day(last)}"
    return f"{formats.day(first)} to {formats.day(last)}"


def _warnings(
    person: Membership, entries: Iterable[TimeEntry], by_day: Counter[date], expected: Mapping[date, Day]
) -> list[str]:
    found = [
        f"{spoken_day(day)}: {formats.hours(by_day[day])} of {formats.hours(plan.target)}."
        for day, plan in expected.items()
        if by_day[day] < plan.target
    ]
    found += [
        f"{spoken_day(entry.day)}: the end of {entry.project} was guessed. Check it." for entry in entries
        if entry.needs_check
    ]  # fmt: skip
    timer = running_timer(person)
    if timer is not None and local_day(timer.started_at, timer.zone) in expected:
        found.append(
            f"The timer on {timer} is still running: its time is not in yet, and can’t be logged once this is in."
        )
    if today_of(person) < max(expected):
        found.append("The period is not over yet.")
    return found


def _planned(sheets: Sequence[Timesheet]) -> dict[int, dict[date, Day]]:
    """What is expected on the days of these timesheets. Where some lie far from the others, nothing in between."""
    found: dict[int, dict[date, Day]] = defaultdict(dict)
    near: list[Timesheet] = []
    for sheet in [*sorted(sheets, key=attrgetter("first_day")), None]:
        if near and (sheet is None or sheet.first_day - max(each.last_day for each in near) > NEAR):
            people = {each.person_id: each.person for each in near}
            days = near[0].first_day, max(each.last_day for each in near)
            for person, plan in plans(list(people.values()), *days).items():
                found[person] |= plan
            near = []
        if sheet is not None:
            near.append(sheet)
    return found


def _within(days: Mapping[date, Day], sheet: Timesheet) -> dict[date, Day]:
    return {day: plan for day, plan in days.items() if sheet.first_day <= day <= sheet.last_day}


def _sums(sheets: Sequence[Timesheet]) -> Iterable[tuple[int, date, int, bool, int]]:
    covering = Timesheet.objects.filter(
        Q(pk__in=[sheet.pk for sheet in sheets]), person=OuterRef("person"), first_day__lte=OuterRef("day"),
        last_day__gte=OuterRef("day"),
    )  # fmt: skip
    people = {sheet.person_id for sheet in sheets}
    days = (min(sheet.first_day for sheet in sheets), max(sheet.last_day for sheet in sheets))
    hours = TimeEntry.objects.filter(Exists(covering), person__in=people).between(*days).order_by()
    rows = hours.values_list("person_id", "day", "project_id", "billable").annotate(total=Sum("minutes"))
    return list(rows)
