"""``manage.py verify_promises``: which of our promises are proven, and what is missing to the others?"""

from __future__ import annotations

import json
import shutil
import textwrap
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from privacy.policies.ledger import Ledger, Line, State, of_this_installation
from privacy.policies.proofs import BadMark, Proof


class Command(BaseCommand):
    """Reads the promises, the marks of the tests and what their last run wrote down. Needs no database."""

    help = "List all promises with mechanism and tests. Exits 1 while one of them is not proven."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object instead")

    def handle(self, *args: Any, json: bool, **options: Any) -> None:
        try:
            ledger = of_this_installation()
        except BadMark as trouble:
            self.stderr.write(f"{trouble}.")
            raise SystemExit(1) from trouble
        self.stdout.write(as_json(ledger) if json else as_text(ledger))
        if ledger.count(State.PROVEN) < len(ledger.lines):
            raise SystemExit(1)


def as_text(ledger: Ledger) -> str:
    """The ledger for somebody at a terminal."""
    width = max(80, min(shutil.get_terminal_size((100, 24)).columns, 120))
    parts = []
    for letter, name, lines in ledger.areas():
        proven = sum(line.state is State.PROVEN for line in lines)
        count = f"{proven} of {len(lines)} proven"
        parts.append(f"{letter}. {name}{count:>{width - len(name) - 3}}\n" + "─" * width)
        parts += [_row(line, width) for line in lines]
    return "\n\n".join([*parts, *(textwrap.fill(sentence, width) for sentence in _sum(ledger))])


def _row(line: Line, width: int) -> str:
    promise = line.promise
    rows = [
        (line.state.upper() if line.state is State.PROVEN else line.state, promise.words),
        ("from", _source(line)),
        ("kept by", promise.mechanism),
        ("missing" if promise.is_begun else "not built", promise.missing),
        *((proof.state, f"{proof.test}{_cases(proof)}") for proof in line.proofs),
    ]
    texts = [f"{'':5}{label:11}{_wrapped(words, width)}" for label, words in rows if words]
    return f"{promise.number:3}{texts[0][3:]}\n" + "\n".join(texts[1:])


def _wrapped(words: str, width: int) -> str:
    return textwrap.fill(words, width - 16, subsequent_indent=" " * 16, break_long_words=False, break_on_hyphens=False)


def _source(line: Line) -> str:
    implied = ", ".join(str(number) for number in line.promise.implied_by)
    return "; ".join(map(str, line.promise.sources)) or f"neither policy; needed for {implied}"


def _cases(proof: Proof) -> str:
    return f" ({proof.cases} cases)" if proof.cases > 1 else ""


def _sum(ledger: Ledger) -> list[str]:
    proven, open_ = ledger.count(State.PROVEN), ledger.count(State.NOT_PROVEN)
    tests = ledger.proofs
    passed = sum(proof.has_passed for proof in tests)
    words = [
        f"{proven} of {len(ledger.lines)} promises are proven; "
        f"{open_} have tests and are not proven; {ledger.count(State.NO_TEST)} have no test."
    ]
    if passed < len(tests):
        words.append(
            f"{len(tests) - passed} of the {len(tests)} marked tests have not passed on this code. "
            "To run them: bin/test -m promise"
        )
    return words


def as_json(ledger: Ledger) -> str:
    """The ledger for a program."""
    return json.dumps(
        {
            "promises": len(ledger.lines),
            **{state.replace(" ", "_"): ledger.count(state) for state in State},
            "ledger": [
                {
                    "number": line.promise.number,
                    "area": line.promise.area,
                    "words": line.promise.words,
                    "sources": [str(source) for source in line.promise.sources],
                    "implied_by": line.promise.implied_by,
                    "mechanism": line.promise.mechanism,
                    "missing": line.promise.missing,
                    "state": line.state,
                    "held_at": line.held_at and line.held_at.isoformat(),
                    "tests": [asdict(proof) for proof in line.proofs],
                }
                for line in ledger.lines
            ],
        },
        indent=2,
        ensure_ascii=False,
        default=lambda moment: moment.isoformat(),
    )
