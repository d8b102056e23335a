"""Each promise with what proves it: the one answer that the page and ``manage.py verify_promises`` both give."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings

from privacy.policies import proofs
from privacy.policies.promises import BOOK, PROMISES, Promise
from privacy.policies.proofs import Proof, Records


class State(StrEnum):
    """Where a promise stands."""

    PROVEN = "proven"
    NOT_PROVEN = "not proven"
    NO_TEST = "no test"


@dataclass(frozen=True)
class Line:
    """One promise and its tests, as they stand on the code at hand."""

    promise: Promise
    proofs: tuple[Proof, ...]

    @property
    def state(self) -> State:
        if not self.proofs:
            return State.NO_TEST
        is_kept = not self.promise.missing and all(proof.has_passed for proof in self.proofs)
        return State.PROVEN if is_kept else State.NOT_PROVEN

    @property
    def verdict(self) -> str:
        """Why it stands where it stands, in a few words."""
        tests, failed = len(self.proofs), sum(proof.has_failed for proof in self.proofs)
        waiting = tests - failed - sum(proof.has_passed for proof in self.proofs)
        if self.state is State.NO_TEST:
            return "No test yet"
        if self.state is State.PROVEN:
            return f"Proven by {_tests(tests)}"
        if failed:
            return f"Not proven: {_share(failed, tests)} failed"
        if waiting:
            return f"Not proven: {_share(waiting, tests)} not passed on this code"
        return f"Not proven: {_tests(tests)} passed, but something is missing"

    @property
    def is_broken(self) -> bool:
        """One of its tests says that the program does not keep it."""
        return any(proof.has_failed for proof in self.proofs)

    @property
    def held_at(self) -> datetime | None:
        """When its tests last all held, if nothing is missing and each ever did."""
        moments = [proof.held_at for proof in self.proofs]
        known = [moment for moment in moments if moment]
        return min(known) if known and len(known) == len(moments) and not self.promise.missing else None


def _tests(number: int) -> str:
    return f"{number} test" if number == 1 else f"{number} tests"


def _share(some: int, tests: int) -> str:
    return _tests(tests) if some == tests else f"{some} of {_tests(tests)}"


@dataclass(frozen=True)
class Ledger:
    """All promises, in order."""

    lines: tuple[Line, ...]

    def count(self, state: State) -> int:
        return sum(line.state == state for line in self.lines)

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """Every marked test once."""
        return tuple({proof.test: proof for line in self.lines for proof in line.proofs}.values())

    def areas(self, state: State | None = None) -> list[tuple[str, str, list[Line]]]:
        """Letter, name and lines of each area that has any, of one state where it is named."""
        lines = [line for line in self.lines if state in (None, line.state)]
        found = [(key, name, [line for line in lines if line.promise.area == key]) for key, name in BOOK.areas.items()]
        return [area for area in found if area[2]]


def ledger(marks: Mapping[str, tuple[int, ...]], records: Records, code: str) -> Ledger:
    """Put every promise together with its tests. Raises BadMark for a test of an unknown promise."""
    for test, numbers in marks.items():
        if unknown := set(numbers) - PROMISES.keys():
            raise proofs.BadMark(f"{test}: there is no promise {min(unknown)}")
    stand = {test: proofs.proof(test, records.get(test), code) for test in marks}
    return Ledger(
        tuple(
            Line(promise, tuple(stand[test] for test, numbers in marks.items() if number in numbers))
            for number, promise in PROMISES.items()
        )
    )


def of_this_installation() -> Ledger:
    """The ledger for the code that runs here, from what the last runs of its tests wrote down."""
    marks, code = (_source if settings.DEBUG else _source_once)()
    return ledger(marks, proofs.read(settings.PROMISES_FILE), code)


def lately() -> Ledger:
    """The same as it stood within the last minute, for pages that only mention it."""
    return _in_minute(int(time.monotonic() // 60))


@lru_cache(maxsize=1)
def _in_minute(minute: int) -> Ledger:
    return of_this_installation()


def _source() -> tuple[dict[str, tuple[int, ...]], str]:
    project = Path(settings.BASE_DIR)
    return proofs.marks(project / "tests"), proofs.fingerprint(project)


_source_once = cache(_source)
