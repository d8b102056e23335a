"""One row of a file of hours in plain values; whose it is and on what is found out later, for many at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from crm.imports.cells import without_cards
from crm.imports.reading import Record
from lib.durations import DAY, Unit
from lib.text import fold
from lib.weeks import instant_at, local_day
from timetracking.imports import values
from timetracking.imports.columns import source_of
from timetracking.imports.values import Unreadable
from timetracking.models import HoursImport

LONGEST = {"client": 300, "project": 120, "task": 120}
LONGEST_NOTE, LONGEST_TAG = 500, 60
SUMS = frozenset({"total", "summe", "gesamt", "grand total", "totals"})


class NoTime(Exception):
    """There is nothing to import in this row: no time, or the sum of the others."""


@dataclass(frozen=True)
class Hours:
    """What a row says."""

    row: int
    day: date
    minutes: int | None  # None: what passes between start and end
    name: str
    email: str
    client: str
    project: str
    task: str
    note: str
    tags: list[str]
    billable: bool | None
    start: tuple[int, int] | None  # minutes after midnight, and the seconds behind them
    end: tuple[date, int, int] | None
    said: list[str] = field(default_factory=list)

    @property
    def person_key(self) -> str:
        return self.email.lower() or fold(self.name)

    @property
    def project_key(self) -> str:
        return f"{fold(self.client)}\n{fold(self.project)}"


@dataclass(frozen=True)
class Span:
    """When it was, for one person: the day on their wall, how long, and when on the clock if that is known."""

    day: date
    minutes: int
    ends: tuple[datetime, datetime] | None


class Reader:
    """Reads the rows of one file."""

    def __init__(self, job: HoursImport) -> None:
        self.header = job.written_as.header
        self.places = {name: index for index, name in enumerate(job.mapping) if name}
        self.is_month_first = job.days == HoursImport.Days.MONTH_FIRST
        self.unit = unit_of(job)

    def read(self, record: Record) -> Hours:
        """Raises Unreadable with the reason, or NoTime."""
        if record.problem:
            raise Unreadable(record.problem)
        said = [record.note] if record.note else []
        cell = self._cells(record.values, said)
        start_day, start = values.day_and_clock(cell["start"])
        end_day, end = values.day_and_clock(cell["end"])
        written_day = cell["day"] or start_day
        if not written_day:
            if any(fold(value) in SUMS for value in record.values):
                raise NoTime("The sum of the rows above.")
            raise Unreadable("There is no day in this row.")
        day = values.read_day(written_day, month_first=self.is_month_first)
        begins = (values.read_clock(start), values.seconds_of(start)) if start else None
        ends = self._end(cell["end_day"] or end_day, end, day, begins)
        minutes = self._minutes(cell, begins, ends)
        return Hours(
            record.row, day, minutes, self._name(cell), cell["email"].strip(),
            *(self._short(name, cell[name]) for name in LONGEST),
            self._note(cell["note"], said), self._tags(cell["tags"], said),
            values.read_yes(cell["billable"]), begins, ends, said,
        )  # fmt: skip

    def _cells(self, row: Sequence[str], said: list[str]) -> dict[str, str]:
        found = {
            name: without_cards(row[index].replace("\x00", "").strip(), self.header[index], said)
            for name, index in self.places.items()
        }
        return _EMPTY | found

    def _end(self, text: str, clock: str, day: date, begins: tuple[int, int] | None) -> tuple[date, int, int] | None:
        if not clock or begins is None:
            return None
        minute, seconds = values.read_clock(clock), values.seconds_of(clock)
        if text:
            return values.read_day(text, month_first=self.is_month_first), minute, seconds
        return day + timedelta(days=(minute, seconds) < begins), minute, seconds

    def _minutes(self, cell: dict[str, str], begins: object, ends: object) -> int | None:
        if text := cell["duration"]:
            minutes = values.read_length(text, self.unit)
        elif text := cell["minutes"]:
            minutes = values.read_length(text if re.search(r"[a-z:]", text.lower()) else f"{text}m", "minutes")
        elif begins and ends:
            return None
        else:
            raise Unreadable("There is neither a duration nor a start and an end in this row.")
        if not minutes:
            raise NoTime("Less than half a minute.")
        return minutes

    def _name(self, cell: dict[str, str]) -> str:
        return " ".join((cell["person"] or f"{cell['first_name']} {cell['last_name']}").split())

    def _short(self, name: str, text: str) -> str:
        text = " ".join(text.split())
        if len(text) > LONGEST[name]:
            raise Unreadable(f"The {name} is longer than {LONGEST[name]} letters.")
        return text

    def _note(self, text: str, said: list[str]) -> str:
        if len(text) > LONGEST_NOTE:
            said.append(f"The note was cut to {LONGEST_NOTE} letters.")
        return text[:LONGEST_NOTE]

    def _tags(self, text: str, said: list[str]) -> list[str]:
        found = {fold(tag): tag.strip() for tag in re.split(r"[,;|]", text) if fold(tag)}
        if any(len(tag) > LONGEST_TAG for tag in found.values()):
            said.append(f"A tag longer than {LONGEST_TAG} letters was left out.")
        return [tag for tag in found.values() if len(tag) <= LONGEST_TAG]


_EMPTY = dict.fromkeys(
    ("day", "start", "end", "end_day", "duration", "minutes", "person", "first_name", "last_name", "email", "client",
     "project", "task", "note", "tags", "billable"), "",
)  # fmt: skip


def unit_of(job: HoursImport) -> Unit:
    """What a plain number means. The four write hours; of others it is what the firm says, unless their column does."""
    if source_of(job.written_as.header) != HoursImport.Source.OTHER:
        return "hours"
    named = [name for name, is_ in zip(job.written_as.header, job.mapping, strict=False) if is_ == "duration"]
    if any(word in fold(name) for name in named for word in ("hour", "stunde", "(h)", "decimal")):
        return "hours"
    unit: Unit = job.account.plain_number_unit
    return unit


def span_of(hours: Hours, zone: ZoneInfo, own: ZoneInfo) -> Span:
    """When it was. ``zone`` is whose clock the file shows, ``own`` the person's. Raises Unreadable or NoTime.

    The start is cut to the minute; the end follows from how long it was, which is rounded and never cut.
    """
    if hours.start is None:
        return Span(hours.day, _at_most_a_day(hours.minutes or 0), None)
    start = instant_at(hours.day, hours.start[0], zone)
    minutes = hours.minutes
    if minutes is None and hours.end is not None:
        day, minute, seconds = hours.end
        passed = (instant_at(day, minute, zone) - start).total_seconds() + seconds - hours.start[1]
        if passed < 0:
            raise Unreadable("It ends before it begins.")
        minutes = int(passed / 60 + 0.5)
    if not minutes:
        raise NoTime("Less than half a minute.")
    return Span(local_day(start, own), _at_most_a_day(minutes), (start, start + timedelta(minutes=minutes)))


def _at_most_a_day(minutes: int) -> int:
    if minutes > DAY:
        raise Unreadable("One entry holds 24 hours at most.")
    return minutes
