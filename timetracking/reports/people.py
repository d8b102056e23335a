"""Hours against what was planned of people: their targets, the days that are missing, what came late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, Sum

from accounts.models import Membership
from accounts.permissions import can_for_others, within_reach
from accounts.queries import colleagues_of
from timetracking.models import PersonDay, TimeEntry
from timetracking.queries import today_of
from timetracking.reports import uses
from timetracking.reports.asked import Asked, asked_of
from timetracking.reports.hours import too_few
from timetracking.reports.periods import Period
from timetracking.targets import plans

LATE_DAYS = 7
MOST_DAYS = 12
LONGEST = 400  # days that are looked at one by one


@dataclass
class Line:
    """One person's hours in a period against what was expected of them so far."""

    person: Membership
    minutes: int = 0
    billable: int = 0
    target: int = 0
    short: dict[date, int] = field(default_factory=dict)  # days, and how much of each is missing
    late: int = 0

    @property
    def share(self) -> Decimal:
        return Decimal(self.minutes) / self.target if self.target else Decimal(0)

    @property
    def share_billable(self) -> Decimal:
        return Decimal(self.billable) / self.target if self.target else Decimal(0)

    @property
    def missing(self) -> int:
        return sum(self.short.values())

    @property
    def first_days(self) -> list[date]:
        return list(self.short)[:MOST_DAYS]


@dataclass(frozen=True)
class PeopleReport:
    """Lines of people in ``days``, up to yesterday; None where no day that was asked for is over yet. No lines where
    the people are too few to be put side by side: then there is only what they come to together.
    """

    asked: Asked
    days: Period | None
    lines: list[Line]
    total: Line | None
    hides_people: bool

    @property
    def trouble(self) -> str:
        """Why other days are shown than were asked for."""
        is_cut = self.days is not None and self.days.first > self.asked.period.first
        return self.asked.trouble or (f"At most {LONGEST + 1} days are looked at here." if is_cut else "")


def people_report(words: Mapping[str, str], member: Membership, which: str, way: str = uses.PAGE) -> PeopleReport:
    """What an address asks for; whose hours stand in it can read that this member saw them."""
    asked = asked_of(words, member)
    last = min(asked.period.last, today_of(member) - timedelta(days=1))
    first = max(asked.period.first, last - timedelta(days=LONGEST))
    days = Period("days", first, last) if first <= last else None
    lines = _lines(asked, member, first, last) if days and not asked.finds_nothing else []
    people = {line.person.pk for line in lines}
    hides = too_few(people, asked, member)
    if not hides:
        uses.note(member, people, which, asked.period, way)
    return PeopleReport(asked, days, [] if hides else lines, _total(lines), hides)


def _lines(asked: Asked, member: Membership, first: date, last: date) -> list[Line]:
    """Those who are here, and those who worked in the period though they left: four statements."""
    within = within_reach(PersonDay.objects.filter(day__range=(first, last)), member, "report.view")
    if "person" in asked.chosen:
        within = within.filter(person=asked.chosen["person"].pk)
    sums: dict[int, dict[date, tuple[int, int]]] = defaultdict(dict)
    billed = Sum("minutes", filter=Q(billable=True), default=0)
    for person, day, minutes, billable in within.values_list("person_id", "day").annotate(a=Sum("minutes"), b=billed):
        sums[person][day] = minutes, billable
    people = _people(asked, member, sums.keys())
    plan, late = plans(people, first, last), _late(people, first, last)
    lines = [_line(person, plan[person.pk], sums[person.pk], late.get(person.pk, 0)) for person in people]
    return [line for line in lines if line.target or line.minutes]


def _people(asked: Asked, member: Membership, worked: Any) -> list[Membership]:
    if "person" in asked.chosen:
        return [asked.chosen["person"]]
    people = colleagues_of(member).filter(Q(removed_at=None) | Q(pk__in=list(worked))).by_name()
    return list(people if can_for_others(member, "report.view") else people.filter(pk=member.pk))


def _line(person: Membership, plan: Any, days: dict[date, tuple[int, int]], late: int) -> Line:
    since = min([person.joined_at.date(), *days])  # who logs days of before they came was here by then
    line = Line(person, late=late)
    for day, expected in plan.items():
        minutes, billable = days.get(day, (0, 0))
        target = expected.target if day >= since and person.is_active else 0
        line.minutes, line.billable, line.target = (
            line.minutes + minutes,
            line.billable + billable,
            line.target + target,
        )
        if minutes < target:
            line.short[day] = target - minutes
    return line


def _late(people: list[Membership], first: date, last: date) -> dict[int, int]:
    """Minutes that were logged more than a week after their day."""
    entries = TimeEntry.objects.own().filter(person__in=people).between(first, last)
    late = entries.filter(created_at__date__gt=F("day") + timedelta(days=LATE_DAYS)).order_by()
    return dict(late.values_list("person_id").annotate(total=Sum("minutes")))


def _total(lines: list[Line]) -> Line | None:
    if not lines:
        return None
    total = Line(lines[0].person)
    for line in lines:
        total.minutes, total.billable = total.minutes + line.minutes, total.billable + line.billable
        total.target, total.late = total.target + line.target, total.late + line.late
        for day, minutes in line.short.items():
            total.short[day] = total.short.get(day, 0) + minutes
    return total
