"""Hours against what was planned: targets of people, budgets of projects, days that are missing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Membership
from accounts.permissions import allow, can, can_for_others, within_reach
from accounts.queries import colleagues_of
from timetracking.budgets.queries import standing
from timetracking.models import PersonDay, TimeEntry, TimeSettings
from timetracking.queries import today_of
from timetracking.reports import uses
from timetracking.reports.asked import Asked, asked_of
from timetracking.reports.forms import ReportForm
from timetracking.reports.hours import too_few
from timetracking.reports.periods import Period
from timetracking.reports.views import SEEN, frame
from timetracking.targets import plans

LATE_DAYS = 7
MOST_DAYS = 12
LONGEST = 400  # days that are looked at one by one
NOT_OF_DAYS = ("by", "then", "client", "project", "tag", "billable", "approved", "compare", "money")


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


@require_safe
@allow("report.people")
def utilisation(request: Any) -> HttpResponse:
    """How much of the time that people have is worked, and how much of it is billed."""
    return _people_page(request, "report_utilisation", SEEN.UTILISATION, "timetracking/reports/utilisation.html")


@require_safe
@allow("report.people")
def missing(request: Any) -> HttpResponse:
    """Days on which less was logged than expected, and what was logged long after."""
    return _people_page(request, "report_missing", SEEN.MISSING, "timetracking/reports/missing.html")


@require_safe
@allow("report.people")
def budgets(request: Any) -> HttpResponse:
    """What is used of the budgets of the projects that are worked on."""
    member = request.membership
    is_full = "full" in request.GET
    context = {**frame(request, "report_budgets"), "lines": standing(member, is_full=is_full), "is_full": is_full}
    context["may_open"] = can(member, "project.view")
    return render(request, "timetracking/reports/budgets.html", context)


def _people_page(request: Any, name: str, which: str, template: str) -> HttpResponse:
    member = request.membership
    asked = asked_of(request.GET, member)
    last = min(asked.period.last, today_of(member) - timedelta(days=1))
    first = max(asked.period.first, last - timedelta(days=LONGEST))
    is_cut = first > asked.period.first
    lines = _lines(asked, member, first, last) if first <= last and not asked.finds_nothing else []
    smallest = TimeSettings.current().smallest_group
    people = {line.person.pk for line in lines}
    hides = too_few(people, asked, member)
    if not hides:
        uses.note(member, people, which, asked.period)
    context = {
        **frame(request, name),
        "lines": [] if hides else lines,
        "total": _total(lines),
        "hides_people": hides,
        "smallest_group": smallest,
        "first": first,
        "last": last,
        "late_days": LATE_DAYS,
        "trouble": asked.trouble or (f"At most {LONGEST + 1} days are looked at here." if is_cut else ""),
        "shown": Period("days", first, last).label if is_cut else asked.period.label,
        "form": ReportForm(asked, member, without=NOT_OF_DAYS),
    }
    return render(request, template, context)


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
