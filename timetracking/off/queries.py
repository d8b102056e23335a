"""Days off as pages show them: one person's year, what waits for an answer, the team's month."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q

from accounts.models import Membership
from accounts.permissions import can_for_others
from accounts.queries import colleagues_of
from lib.weeks import days_between
from timetracking.holidays import holidays_of
from timetracking.models import SpecialDay, TimeOff, WorkingTime
from timetracking.targets import AWAY, HALF, WHOLE, Day, days_of, may_know_why


class Line(NamedTuple):
    """Time off with how many working days it takes."""

    entry: TimeOff
    days: Decimal


def year_of(person: Membership, year: int) -> list[Line]:
    """A person's time off that begins or ends in this year, the latest first."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    entries = list(TimeOff.objects.filter(person=person).between(first, last).with_names().order_by("-first_day"))
    if not entries:
        return []
    plans = days_of(person, min(entry.first_day for entry in entries), max(entry.last_day for entry in entries))
    return [Line(entry, _length(entry, plans)) for entry in entries]


def taken(lines: Iterable[Line]) -> list[tuple[Any, Decimal]]:
    """How many days of each kind are granted."""
    sums: dict[Any, Decimal] = {}
    for entry, days in lines:
        if entry.state == TimeOff.State.APPROVED:
            sums[entry.type] = sums.get(entry.type, Decimal(0)) + days
    return sorted(sums.items(), key=lambda pair: (pair[0].position, pair[0].pk))


class Allowance(NamedTuple):
    """The days off that somebody has in a year, and what is granted or asked for of them."""

    days: Decimal
    taken: Decimal

    @property
    def left(self) -> Decimal:
        return self.days - self.taken


def allowance_of(person: Membership, year: int, lines: Iterable[Line]) -> Allowance | None:
    """As the person's working time says at the end of that year, or the firm's; None where nobody said."""
    said = WorkingTime.objects.filter(Q(person=person) | Q(person=None), starts_on__year__lte=year)
    days = dict(said.exclude(days_off=None).order_by("starts_on").values_list("person_id", "days_off"))
    found = days.get(person.pk, days.get(None))
    if found is None:
        return None
    counted = (line.days for line in lines if line.entry.type.is_counted and line.entry.state != TimeOff.State.DECLINED)
    return Allowance(found, sum(counted, Decimal(0)))


def waiting_for(member: Membership) -> list[TimeOff]:
    """The requests that this member may answer, the next one first."""
    if not can_for_others(member, "timeoff.edit"):
        return []
    waiting = TimeOff.objects.filter(state=TimeOff.State.REQUESTED).exclude(person=member)
    return list(waiting.with_names().order_by("first_day", "id"))


@dataclass
class TeamDay:
    """A day of the team's month: its holidays, and who is away."""

    day: date
    is_today: bool
    is_outside: bool
    holiday: str = ""
    away: list[Away] = field(default_factory=list)


class Away(NamedTuple):
    """Somebody who is away, as its reader is told."""

    person: Membership
    words: str
    colour: str
    icon: str
    is_requested: bool


def team_month(member: Membership, days: Collection[date], month: int, today: date) -> list[TeamDay]:
    """Who of the team is away on each of these days. Requests and reasons are for who may know them."""
    first, last = min(days), max(days)
    found = {day: TeamDay(day, day == today, day.month != month) for day in days}
    for day, plan in days_of(member, first, last).items():
        found[day].holiday = " · ".join(off.label for off in plan.off if off.label != AWAY)
    everybody = TimeOff.objects.standing().between(first, last).filter(person__in=_team(member)).with_names()
    for entry in everybody.order_by("first_day", "id"):
        told = may_know_why(member, entry.person_id)
        if entry.is_requested and not told:
            continue
        colour, icon = (entry.type.colour, entry.type.icon) if told else ("", "calendar-off")
        away = Away(entry.person, _words(entry, told), colour, icon, entry.is_requested)
        for day in days_between(max(entry.first_day, first), min(entry.last_day, last)):
            found[day].away.append(away)
    return list(found.values())


def firms_days(today: date) -> list[tuple[date, str, SpecialDay | None]]:
    """What the firm has off from today to the end of next year: the calendar's days and its own."""
    found: dict[date, tuple[str, SpecialDay | None]] = {}
    for time in WorkingTime.objects.filter(person=None).order_by("starts_on"):
        found = {day: words for day, words in found.items() if day < time.starts_on}
        for year in (today.year, today.year + 1) if time.country else ():
            named = holidays_of(time.country, time.region, year)
            found |= {day: (name, None) for day, name in named.items() if day >= time.starts_on}
    own = SpecialDay.objects.filter(day__gte=today, day__lte=date(today.year + 1, 12, 31))
    found |= {special.day: (special.name, special) for special in own}
    return [(day, *found[day]) for day in sorted(found) if day >= today]


def _team(member: Membership) -> list[int]:
    if member.sees_only_own_records:
        return [member.pk]
    return list(colleagues_of(member).active().values_list("pk", flat=True))


def _words(entry: TimeOff, told: bool) -> str:
    half = f", {entry.get_half_display().lower()}" if entry.half else ""
    return (entry.type.name if told else AWAY) + half


def _length(entry: TimeOff, plans: dict[date, Day]) -> Decimal:
    """Working days, without weekends and holidays."""
    share = HALF if entry.half else WHOLE
    each = (min(share, _free_of_holidays(plans[day])) for day in days_between(entry.first_day, entry.last_day))
    return sum(each, Decimal(0))


def _free_of_holidays(plan: Day) -> Decimal:
    holidays = sum((off.share for off in plan.off if off.label != AWAY), Decimal(0))
    return max(WHOLE - holidays, Decimal(0)) if plan.usual else Decimal(0)
