"""How long somebody is meant to work on a day: their working time, without holidays and time off.

Who asks for many people and days asks once: everything is read in one statement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, CharField, DateField, F, Func, IntegerField, Q, Value
from django.db.models.functions import Cast

from accounts.models import Membership
from accounts.permissions import can, can_for_others
from lib.weeks import days_between
from timetracking.holidays import holidays_of
from timetracking.models.off import FULL_DAY, WEEKDAYS, SpecialDay, TimeOff, WorkingTime

__all__ = ["AWAY", "FULL_DAY", "Day", "Off", "days_of", "is_working_day", "off", "plans", "targets"]

USUAL_WEEK = (FULL_DAY,) * 5 + (0, 0)
AWAY = "Away"  # all that a colleague learns of somebody's time off
WHOLE, HALF = Decimal(1), Decimal("0.5")


class Off(NamedTuple):
    """Why there is less to do on a day: a holiday or time off, and how much of the day it takes."""

    label: str
    share: Decimal


@dataclass(frozen=True)
class Day:
    """What is expected of one person on one day."""

    day: date
    usual: int  # minutes, were it not for what is off
    off: tuple[Off, ...] = ()
    free: Decimal = Decimal(0)  # how much of the day is taken off what is expected

    @property
    def target(self) -> int:
        return int(self.usual * (1 - min(self.free, WHOLE)))

    @property
    def is_off(self) -> bool:
        return not self.target

    @property
    def label(self) -> str:
        """Christmas Day; Vacation, half a day; weekend."""
        words = [off.label if off.share >= WHOLE else f"{off.label}, half a day" for off in self.off]
        return " · ".join(words) or ("" if self.usual else "weekend" if self.day.weekday() > 4 else "no work day")


def targets(person: Membership, first: date, last: date) -> dict[date, int]:
    """The minutes expected of this person on each of these days."""
    return {day: each.target for day, each in days_of(person, first, last).items()}


def off(person: Membership, first: date, last: date, *, reader: Membership | None = None) -> dict[date, list[Off]]:
    """Holidays and time off by day. Why somebody is away is told to a ``reader`` who may know it."""
    return {day: list(each.off) for day, each in days_of(person, first, last, reader=reader).items() if each.off}


def is_working_day(person: Membership, day: date) -> bool:
    """Whether anything is expected of this person on this day."""
    return targets(person, day, day)[day] > 0


def days_of(person: Membership, first: date, last: date, *, reader: Membership | None = None) -> dict[date, Day]:
    """Each day of one person."""
    return plans([person], first, last, reader=reader)[person.pk]


def plans(
    people: Collection[Membership], first: date, last: date, *, reader: Membership | None = None
) -> dict[int, dict[date, Day]]:
    """Each day of each of these people, by their number; one statement for all of them."""
    numbers = [person.pk for person in people]
    facts = _read(numbers, first, last)
    days = days_between(first, last)
    special = {fact.first: fact for fact in facts["special"]}
    found = {}
    for number in numbers:
        own = sorted((fact for fact in facts["time"] if fact.person == number), key=_latest, reverse=True)
        firms = sorted((fact for fact in facts["time"] if fact.person is None), key=_latest, reverse=True)
        away = [fact for fact in facts["off"] if fact.person == number]
        told = reader is not None and may_know_why(reader, number)
        found[number] = {day: _day(day, [*own, *firms], special.get(day), away, told) for day in days}
    return found


def may_know_why(reader: Membership, person: int) -> bool:
    """Whether this member may read for what somebody is off: their own, or who plans the team."""
    return reader.pk == person or (can(reader, "timeoff.edit") and can_for_others(reader, "timeoff.edit"))


class _Fact(NamedTuple):
    """A row of whichever table, in the columns that all of them have."""

    kind: str
    person: int | None
    first: date
    last: date | None
    week: list[int] | None
    words: str
    more: str
    counts: bool


def _latest(fact: _Fact) -> date:
    return fact.first


def _day(day: date, times: Iterable[_Fact], special: _Fact | None, away: Iterable[_Fact], told: bool) -> Day:
    time = next((fact for fact in times if fact.first <= day), None)
    week = time.week if time and time.week else USUAL_WEEK
    offs, free = [], Decimal(0)
    holiday = holidays_of(time.words, time.more, day.year).get(day, "") if time and time.words else ""
    if special and special.more != SpecialDay.Kind.WORKING:
        offs.append(Off(special.words, HALF if special.more == SpecialDay.Kind.HALF else WHOLE))
    elif holiday and not special:
        offs.append(Off(holiday, WHOLE))
    free += sum((each.share for each in offs), Decimal(0))
    if free < WHOLE and week[day.weekday()]:  # nobody takes a day off that is free
        for fact in away:
            if fact.first <= day <= (fact.last or day):
                share = HALF if fact.more else WHOLE
                offs.append(Off(fact.words if told else AWAY, share))
                free += share if fact.counts else 0
    return Day(day, week[day.weekday()], tuple(offs), min(free, WHOLE))


def _read(people: Collection[int], first: date, last: date) -> dict[str, list[_Fact]]:
    """Working time, special days and time off that touch these days, in one statement."""
    times = WorkingTime.objects.filter(Q(person__in=people) | Q(person=None), starts_on__lte=last)
    special = SpecialDay.objects.filter(day__range=(first, last))
    away = TimeOff.objects.granted().between(first, last).filter(person__in=people)
    found = defaultdict(list)
    week = Cast(Func(*WEEKDAYS, function="ARRAY", template="%(function)s[%(expressions)s]"), _WEEK)
    rows = _columns(times, "time", F("person_id"), F("starts_on"), _NO_DAY, week, F("country"), F("region")).union(
        _columns(special, "special", _NOBODY, F("day"), _NO_DAY, _NO_WEEK, F("name"), F("kind")),
        _columns(
            away, "off", F("person_id"), F("first_day"), F("last_day"), _NO_WEEK, F("type__name"), F("half"),
            F("type__lowers_target"),
        ),
        all=True,
    )  # fmt: skip
    for row in rows:
        found[row[0]].append(_Fact(*row))
    return found


_WEEK: Any = ArrayField(IntegerField())
_NO_WEEK = Cast(Value(None), _WEEK)  # a union wants its types said
_NO_DAY = Cast(Value(None), DateField())
_NOBODY = Cast(Value(None), BigIntegerField())
_COLUMNS = ("kind_", "person_", "first_", "last_", "week_", "words_", "more_", "counts_")


def _columns(rows: Any, kind: str, *columns: Any) -> Any:
    counts = columns[6] if len(columns) > 6 else Value(True)
    texts = [Cast(column, CharField()) for column in columns[4:6]]
    each = (Value(kind, output_field=CharField()), *columns[:4], *texts, counts)
    return rows.order_by().annotate(**dict(zip(_COLUMNS, each, strict=True))).values_list(*_COLUMNS)
