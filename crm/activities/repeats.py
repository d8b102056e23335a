"""Repeats: rules as RFC 5545 writes them, each beginning with the day of the activity that carries it.

A rule is handed on from one activity to the next, with one time less to go. So it says by itself on which day of
the month it falls: one that began on the 31st falls on the last day of a shorter month, and on the 31st again after
it. The days are those of a wall calendar; the clock's time comes to each of them in the activity's zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import takewhile

from dateutil.rrule import rrulestr

from lib import formats

UNITS = {"DAILY": ("day", "days"), "WEEKLY": ("week", "weeks"), "MONTHLY": ("month", "months"),
         "YEARLY": ("year", "years")}  # fmt: skip
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORTEST_MONTH = 28
MOST_EVERY, MOST_TIMES = 99, 999
_KNOWN = {"FREQ", "INTERVAL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "COUNT", "UNTIL", "WKST"}


@dataclass(frozen=True)
class Repeat:
    """How often something comes back. ``day`` is the day of the month it is meant for."""

    unit: str
    every: int = 1
    weekdays: tuple[int, ...] = ()
    day: int | None = None
    until: date | None = None
    times: int | None = None

    def rule(self, first: date, week_starts: int = 0) -> str:
        """The rule of which ``first`` is the first day."""
        parts = [f"FREQ={self.unit}", f"INTERVAL={self.every}"]
        if self.unit == "WEEKLY":
            days = sorted({*self.weekdays, first.weekday()})
            parts += [f"BYDAY={','.join(WEEKDAYS[day] for day in days)}", f"WKST={WEEKDAYS[week_starts]}"]
        if self.unit in ("MONTHLY", "YEARLY"):
            parts += [f"BYMONTH={first.month}"] * (self.unit == "YEARLY") + _month_days(self._day(first))
        if self.times:
            parts.append(f"COUNT={self.times}")
        elif self.until:
            parts.append(f"UNTIL={self.until:%Y%m%d}")
        return ";".join(parts)

    def _day(self, first: date) -> int:
        # In a short month the last day stands for the one that is meant.
        return self.day if self.day and first.day == min(self.day, _days_in(first)) else first.day

    def __str__(self) -> str:
        one, many = UNITS[self.unit]
        words = f"every {one}" if self.every == 1 else f"every {self.every} {many}"
        if self.unit == "WEEKLY":
            words += f" on {_and([DAY_NAMES[day] for day in self.weekdays])}"
        if self.unit == "MONTHLY":
            words += f" on day {self.day}"
        if self.times:
            words += f", {self.times} more times" if self.times > 1 else ", for the last time"
        return words + (f", until {formats.day(self.until, 'year')}" if self.until else "")


def read(rule: str) -> Repeat:
    """What a rule says; ValueError for one that we do not write."""
    given = dict(part.split("=", 1) for part in rule.upper().split(";") if part)
    if given.keys() - _KNOWN or given.get("FREQ") not in UNITS or ("COUNT" in given and "UNTIL" in given):
        raise ValueError(rule)
    every, times = int(given.get("INTERVAL", 1)), int(given["COUNT"]) if "COUNT" in given else None
    if not 1 <= every <= MOST_EVERY or (times is not None and not 1 <= times <= MOST_TIMES):
        raise ValueError(rule)
    until = datetime.strptime(given["UNTIL"][:8], "%Y%m%d").date() if "UNTIL" in given else None  # noqa: DTZ007
    days = [int(day) for day in given.get("BYMONTHDAY", "").split(",") if day]
    repeat = Repeat(
        given["FREQ"],
        every,
        tuple(sorted(WEEKDAYS.index(day) for day in given.get("BYDAY", "").split(",") if day)),
        max(days, default=None),
        until,
        times,
    )
    if (repeat.weekdays and repeat.unit != "WEEKLY") or (days and days != _listed(repeat.day)):
        raise ValueError(rule)
    return repeat


def following(rule: str, day: date) -> tuple[date, str] | None:
    """The day after ``day``, with the rule that begins there; None when this was the last."""
    found = rrulestr(rule, dtstart=_midnight(day)).after(_midnight(day))
    if found is None:
        return None
    repeat = read(rule)
    starts = WEEKDAYS.index(rule.partition("WKST=")[2][:2]) if "WKST=" in rule else 0
    rest = replace(repeat, times=repeat.times - 1 if repeat.times else None)
    return found.date(), rest.rule(found.date(), starts)


def days(rule: str, first: date, last: date) -> Iterator[date]:
    """The days of a rule that begins on ``first``, up to ``last``."""
    every = (found.date() for found in rrulestr(rule, dtstart=_midnight(first)))
    return takewhile(lambda day: day <= last, every)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _listed(day: int | None) -> list[int]:
    return list(range(min(day, SHORTEST_MONTH), day + 1)) if day else []


def _month_days(day: int) -> list[str]:
    """The day itself, or the last of those that a shorter month has."""
    days = _listed(day)
    return [f"BYMONTHDAY={','.join(map(str, days))}", *(["BYSETPOS=-1"] if len(days) > 1 else [])]


def _days_in(day: date) -> int:
    return (date(day.year + day.month // 12, day.month % 12 + 1, 1) - date(day.year, day.month, 1)).days


def _and(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1] if words else ""]))
