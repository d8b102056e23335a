"""Candor and the floor in turn, round after round, so that whatever disturbs one disturbs the other."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench import gauges
from bench.cases import Case
from bench.client import Answer, Ask, Visitor
from bench.gauges import Asked, Counter
from bench.servers import Web

WARM_UP, CONNECTIONS = 5, 4


@dataclass
class Spent:
    """What a block of requests has cost: seconds of CPU time, and statements."""

    app: float = 0.0
    database: float = 0.0
    statements: dict[str, Asked] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """One of the two: its web server, its database, and how its visitor introduces itself."""

    web: Web
    database: str
    headers: dict[str, str]

    def visitor(self) -> Visitor:
        return Visitor(self.web, self.headers)


@dataclass(frozen=True)
class Round:
    """Some requests of one kind to one subject; costs are those of one request."""

    milliseconds: list[float]
    app_ms: float
    database_ms: float
    kilobytes: float
    asked: dict[str, Asked]

    @property
    def cpu_ms(self) -> float:
        return self.app_ms + self.database_ms

    @property
    def statements(self) -> float:
        return sum(one.calls for one in self.asked.values())


@dataclass(frozen=True)
class Result:
    """All rounds of one case."""

    case: Case
    candor: list[Round]
    floor: list[Round]

    @property
    def times_floor(self) -> float:
        """How many times the floor's CPU time, each round against the one beside it."""
        pairs = zip(self.candor, self.floor, strict=True)
        return statistics.median(ours.cpu_ms / least.cpu_ms for ours, least in pairs)


def median(rounds: Sequence[Round], what: Callable[[Round], float]) -> float:
    return statistics.median(map(what, rounds))


def percentile(rounds: Sequence[Round], share: float) -> float:
    """Of all answers of all rounds, in milliseconds."""
    times = sorted(time for one in rounds for time in one.milliseconds)
    return times[min(len(times) - 1, int(share * len(times)))]


@dataclass
class Bench:
    """The two subjects on one database server."""

    candor: Subject
    floor: Subject
    database_pid: int
    counter: Counter
    number: int = 0

    def measure(self, case: Case, rounds: int, requests: int) -> Result:
        """A warm-up of every worker, then the rounds; who begins changes each time."""
        result = Result(case, [], [])
        sides = [(self.candor, case.candor, result.candor), (self.floor, case.floor, result.floor)]
        for subject, ask, _ in sides:
            for _ in range(CONNECTIONS):  # one after the other they reach every worker
                self.send(subject, ask, WARM_UP)
        for turn in range(rounds):
            for subject, ask, done in sides[:: -1 if turn % 2 else 1]:
                self.send(subject, ask, WARM_UP)
                with self.meter(subject) as spent:
                    answers = self.send(subject, ask, requests)
                done.append(_round(answers, spent))
        return result

    def send(self, subject: Subject, ask: Ask, number: int) -> list[Answer]:
        """So many requests over one connection."""
        visitor = subject.visitor()
        asked = [ask(self.next_number()) for _ in range(number)]
        answers = [visitor.ask(request) for request in asked]
        visitor.leave()
        return answers

    @contextmanager
    def meter(self, subject: Subject) -> Iterator[Spent]:
        """What the block costs the subject's processes and the database's; nobody else works there."""
        spent = Spent()
        before = self.counter.statements(subject.database)
        app, database = gauges.cpu_seconds(subject.web.pid), gauges.cpu_seconds(self.database_pid)
        yield spent
        spent.app = gauges.cpu_seconds(subject.web.pid) - app
        spent.database = gauges.cpu_seconds(self.database_pid) - database
        after = self.counter.statements(subject.database)
        spent.statements = {query: asked.since(before.get(query)) for query, asked in after.items()}

    def next_number(self) -> int:
        self.number += 1
        return self.number


def _round(answers: list[Answer], spent: Spent) -> Round:
    number = len(answers)
    return Round(
        milliseconds=[1000 * answer.seconds for answer in answers],
        app_ms=1000 * spent.app / number,
        database_ms=1000 * spent.database / number,
        kilobytes=sum(len(answer.body) for answer in answers) / number / 1000,
        asked={
            query: Asked(one.calls / number, one.milliseconds / number)
            for query, one in spent.statements.items()
            if one.calls
        },
    )
