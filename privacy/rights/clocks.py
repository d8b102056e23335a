"""How long an answer may take: the rules as data, and pure functions from a moment to a day.

The day on which something arrives is not counted. A month ends on the day with the same number, or on the last day of
a shorter month. Where a law says so, a term that would end on a weekend or holiday ends on the next working day. A
term is over when its last day is, in the time zone of whoever must answer.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

IsWorkingDay = Callable[[date], bool]
SATURDAY = 5


class Unit(StrEnum):
    """What a term is counted in."""

    DAYS = "days"
    WORKING_DAYS = "working days"
    MONTHS = "months"


class Regime(StrEnum):
    """Whose law sets the clock. The rights themselves are the same for everybody (135)."""

    GDPR = "gdpr"
    UK = "uk"
    CCPA = "ccpa"


class Group(StrEnum):
    """Rights that share a clock."""

    ANSWER = "answer"
    OPT_OUT = "opt-out"
    COMPLAINT = "complaint"


@dataclass(frozen=True)
class Term:
    """So many days, working days or months."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        unit = self.unit.value if self.count != 1 else self.unit.value.removesuffix("s")
        return f"{self.count} {unit}"


@dataclass(frozen=True)
class Rule:
    """One clock: when to say that it arrived, when to answer, and up to when that may be put off, once."""

    law: str
    answer: Term
    acknowledge: Term | None = None
    longest: Term | None = None  # counted from the arrival, like ``answer``
    pauses: bool = False  # while we wait for a word of theirs, the days don't count
    rolls: bool = False  # a last day on a weekend or holiday moves to the next working day


def _days(count: int) -> Term:
    return Term(count, Unit.DAYS)


def _working(count: int) -> Term:
    return Term(count, Unit.WORKING_DAYS)


def _months(count: int) -> Term:
    return Term(count, Unit.MONTHS)


FORWARD = _working(2)  # a request about a firm's data goes to that firm
ALARMS = (50, 80, 95, 100)  # shares of its time, in percent, at which a request rings
PROOF_KEPT = timedelta(days=30)  # after the end, whatever was sent to prove who somebody is

_GDPR = Rule("GDPR Art. 12(3)", _months(1), longest=_months(3), pauses=True, rolls=True)
_UK = Rule("UK GDPR Art. 12(3), 12A", _months(1), longest=_months(3), pauses=True, rolls=True)
_CCPA = Rule("CCPA § 1798.130, regulations § 7021", _days(45), acknowledge=_working(10), longest=_days(90))

RULES: dict[tuple[Regime, Group], Rule] = {
    (Regime.GDPR, Group.ANSWER): _GDPR,
    (Regime.GDPR, Group.OPT_OUT): Rule("GDPR Art. 21(3), 12(3)", _months(1), rolls=True),
    (Regime.GDPR, Group.COMPLAINT): _GDPR,
    (Regime.UK, Group.ANSWER): _UK,
    (Regime.UK, Group.OPT_OUT): Rule("UK GDPR Art. 21(3), 12(3)", _months(1), rolls=True),
    (Regime.UK, Group.COMPLAINT): Rule(
        "Data Protection Act 2018 s. 164A", _months(3), acknowledge=_days(30), pauses=True, rolls=True
    ),
    (Regime.CCPA, Group.ANSWER): _CCPA,
    (Regime.CCPA, Group.OPT_OUT): Rule("CCPA regulations § 7026(f)", _working(15)),
    (Regime.CCPA, Group.COMPLAINT): _CCPA,
}

# Whose holidays count: a country and a region of it, as the calendars name them. Under the GDPR: the person's country.
CALENDARS: dict[Regime, tuple[str, str]] = {Regime.UK: ("GB", "ENG"), Regime.CCPA: ("US", "CA")}


def regime_of(country: str) -> Regime:
    """Whose law counts for somebody who lives there; where we know of none, the GDPR."""
    return {"GB": Regime.UK, "US": Regime.CCPA}.get(country.upper(), Regime.GDPR)


def last_day(arrived: date, term: Term, is_working_day: IsWorkingDay, *, rolls: bool = False, paused: int = 0) -> date:
    """The last day of a term that began when something arrived on a day; ``paused`` days did not count."""
    if term.unit is Unit.WORKING_DAYS:
        return _after_working_days(arrived, term.count, is_working_day) + timedelta(days=paused)
    end = _months_later(arrived, term.count) if term.unit is Unit.MONTHS else arrived + timedelta(days=term.count)
    end += timedelta(days=paused)
    while rolls and not is_working_day(end):
        end += timedelta(days=1)
    return end


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """On which day something arrived, where it arrived."""
    return moment.astimezone(zone).date()


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a day is over."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)


def share_passed(arrived: datetime, ends: datetime, now: datetime) -> float:
    """How much of the time is gone: 0.5 is half of it, above 1 is too late."""
    whole = (ends - arrived).total_seconds()
    return (now - arrived).total_seconds() / whole if whole > 0 else 1.0


def passed_alarm(percent: int) -> int:
    """The last alarm that such a share of the time has passed; 0 if none."""
    return max((each for each in ALARMS if percent >= each), default=0)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _after_working_days(day: date, count: int, is_working_day: IsWorkingDay) -> date:
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
