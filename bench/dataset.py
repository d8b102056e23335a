"""The rows that everything is measured on: the same ones at every run, made up from a fixed seed.

One large firm (number 0) with 200 users, 150 projects and 450 tasks, and twenty smaller ones beside it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

SEED = 20261121
CONTACTS = 100_000  # of the large firm; 5,000 companies and 500,000 time entries belong to them
FIRMS, OTHERS_SHARE = 21, 50
USERS, PROJECTS, TASKS, ENTRIES_A_DAY, WORKDAYS = 200, 150, 450, 10, 250
MONDAY = date(2026, 6, 1)  # of the week that is looked at

_SYLLABLES = (
    "ba", "be", "bi", "bo", "bra", "cal", "dan", "del", "dor", "el", "fen", "gar", "hol", "in", "jor", "kel", "lan",
    "mar", "nel", "or", "pen", "quin", "ros", "sal", "tor", "ul", "van", "wes", "yor", "zan",
)  # fmt: skip
_TITLES = (
    "CEO", "CFO", "Accountant", "Engineer", "Office Manager", "Partner", "Architect", "Consultant", "Buyer",
    "Controller",
)  # fmt: skip
_WORK = (
    "design", "review", "site visit", "drawing", "meeting", "invoice", "support", "call", "analysis", "report",
    "planning", "permit",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """A contact; ``company`` is the company's place in its firm's list."""

    first_name: str
    last_name: str
    email: str
    phone: str
    company: int
    title: str
    city: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Firm:
    """One account's address book: companies as (name, city), and the people at them."""

    companies: list[tuple[str, str]]
    people: list[Person]


@dataclass(frozen=True, slots=True)
class Entry:
    """A stretch of work of one user on one task on one day."""

    user: int
    task: int
    day: date
    minutes: int
    note: str
    billable: bool


@dataclass(frozen=True, slots=True)
class DataSet:
    """All rows. Users, projects (name, company), tasks (project, name) and entries are the large firm's."""

    firms: list[Firm]
    users: list[tuple[str, str]]
    projects: list[tuple[str, int]]
    tasks: list[tuple[int, str]]
    entries: list[Entry]


def make(contacts: int = CONTACTS) -> DataSet:
    """Make all rows up; fewer ``contacts`` make everything smaller, of the same kind."""
    return _Maker().make(contacts)


class _Maker:
    """Draws the rows, always in the same order."""

    def __init__(self) -> None:
        self.random = random.Random(SEED)  # noqa: S311
        self.first_names = [self.name(2) for _ in range(800)]
        self.last_names = [self.name(3) for _ in range(12_000)]
        self.cities = [f"{self.name(2)}ton" for _ in range(300)]

    def make(self, contacts: int) -> DataSet:
        firms = [self.firm(number, contacts // (OTHERS_SHARE if number else 1)) for number in range(FIRMS)]
        users = [(self.random.choice(self.first_names), self.random.choice(self.last_names)) for _ in range(USERS)]
        projects = [(f"Project {self.name(3)} {n}", self.random.randrange(contacts // 20)) for n in range(PROJECTS)]
        tasks = [(n // 3, ("Design", "Construction", "Administration")[n % 3]) for n in range(TASKS)]
        return DataSet(firms, users, projects, tasks, list(self.entries(contacts * 5)))

    def name(self, syllables: int) -> str:
        return "".join(self.random.choice(_SYLLABLES) for _ in range(syllables)).capitalize()

    def firm(self, number: int, contacts: int) -> Firm:
        choice, companies = self.random.choice, max(1, contacts // 20)
        offices = [(f"{self.name(2)} {self.name(2)} {n} GmbH", choice(self.cities)) for n in range(companies)]
        return Firm(offices, [self.person(number, n, companies) for n in range(contacts)])

    def person(self, firm: int, number: int, companies: int) -> Person:
        choice, below = self.random.choice, self.random.randrange
        first, last = choice(self.first_names), choice(self.last_names)
        return Person(
            first,
            last,
            f"{first}.{last}.{number}@t{firm}.example.com".lower(),
            f"+1{below(2000000000, 9999999999)}",
            below(companies),
            choice(_TITLES),
            choice(self.cities),
            datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=number * 900 + firm),
        )

    def entries(self, number: int) -> Iterator[Entry]:
        choice, below = self.random.choice, self.random.randrange
        for day in workdays(number // (USERS * ENTRIES_A_DAY)):
            for user in range(USERS):
                for _ in range(ENTRIES_A_DAY):
                    task, minutes = below(TASKS), choice((15, 30, 45, 60, 75, 90))
                    note = f"{choice(_WORK)} {choice(_WORK)} {below(9999)}"
                    yield Entry(user, task, day, minutes, note, self.random.random() < 0.8)


def workdays(number: int) -> list[date]:
    """So many working days of 2026, at least the week that is looked at, and as many before it as after it."""
    year = (date(2026, 1, 1) + timedelta(n) for n in range(365))
    days, number = [day for day in year if day.weekday() < 5][:WORKDAYS], max(number, 5)
    first = min(days.index(MONDAY) - (number - 5) // 2, WORKDAYS - number)
    return days[max(0, first) :][:number]
