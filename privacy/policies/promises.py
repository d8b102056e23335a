"""The promises: 150 numbered sentences, where each comes from, and how the program keeps it.

They stand in ``promises.toml``, for people to read and to change; here they are checked once, when the program
starts. Needs nothing but Python, so that tests can ask for a number before anything else is there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("promises.toml")
HOW_MANY = 150
LINES = re.compile(r"([A-Z]+) (\d+)(?:-(\d+))?")


class BadLedger(ValueError):
    """The file of promises is not whole; names every fault at once."""


@dataclass(frozen=True)
class Document:
    """A public policy that our promises were taken from."""

    name: str
    year: int
    lines: int
    about: str

    def __str__(self) -> str:
        return f"{self.name} {self.year}"


@dataclass(frozen=True)
class Source:
    """The lines of a document that a promise comes from."""

    document: Document
    first: int
    last: int

    def __str__(self) -> str:
        if self.first == self.last:
            return f"{self.document}, line {self.first}"
        return f"{self.document}, lines {self.first}–{self.last}"


@dataclass(frozen=True)
class Promise:
    """One sentence, and what we say about keeping it. While something is missing, no test proves it."""

    number: int
    area: str
    words: str
    mechanism: str = ""
    missing: str = ""
    sources: tuple[Source, ...] = ()
    implied_by: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.number}. {self.words}"

    @property
    def is_begun(self) -> bool:
        """Something of it is built."""
        return bool(self.mechanism)


@dataclass(frozen=True)
class Decision:
    """A point on which the two documents disagree, and what Candor does."""

    name: str
    question: str
    said: tuple[tuple[Document, str], ...]
    decided: str
    promises: tuple[int, ...]


@dataclass(frozen=True)
class Book:
    """Everything that the file says."""

    documents: Mapping[str, Document]
    areas: Mapping[str, str]
    promises: Mapping[int, Promise]
    decisions: tuple[Decision, ...]


def load(file: Path = FILE) -> Book:
    """Read the file; raise BadLedger if a promise is missing, doubled, empty, or leads nowhere."""
    given = tomllib.loads(file.read_text(encoding="utf-8"))
    documents = {key: Document(**words) for key, words in given["sources"].items()}
    promises = [_promise(words, documents) for words in given["promise"]]
    decisions = [_decision(words, documents) for words in given["decision"]]
    faults = [
        *_faults_of_numbers([promise.number for promise in promises]),
        *(fault for promise in promises for fault in _faults(promise, given["areas"])),
        *(f"{each.name} names no promise" for each in decisions if not _are_known(each.promises)),
        *(f"{each.name} has an empty text" for each in decisions if not all((each.question, each.decided))),
    ]
    if faults:
        raise BadLedger("\n".join(faults))
    return Book(documents, given["areas"], {promise.number: promise for promise in promises}, tuple(decisions))


def _promise(words: dict[str, Any], documents: Mapping[str, Document]) -> Promise:
    sources = tuple(_source(text, documents) for text in words.pop("source", ()))
    return Promise(**{**words, "implied_by": tuple(words.get("implied_by", ()))}, sources=sources)


def _source(text: str, documents: Mapping[str, Document]) -> Source:
    match = LINES.fullmatch(text)
    if not match or match[1] not in documents:
        raise BadLedger(f'"{text}" is no source; write for example "BT 75-86"')
    return Source(documents[match[1]], int(match[2]), int(match[3] or match[2]))


def _decision(words: dict[str, Any], documents: Mapping[str, Document]) -> Decision:
    said = tuple((document, words[key]) for key, document in documents.items())
    return Decision(words["name"], words["question"], said, words["decided"], tuple(words["promises"]))


def _faults_of_numbers(numbers: list[int]) -> list[str]:
    wanted = list(range(1, HOW_MANY + 1))
    if numbers == wanted:
        return []
    missing, doubled = set(wanted) - set(numbers), {number for number in numbers if numbers.count(number) > 1}
    return [f"numbers must run from 1 to {HOW_MANY}; missing {sorted(missing)}, doubled {sorted(doubled)}"]


def _faults(promise: Promise, areas: Mapping[str, str]) -> list[str]:
    said = {
        "has an unknown area": promise.area not in areas,
        "has no words": not promise.words.strip(),
        "says neither how it is kept nor what is missing": not (promise.mechanism.strip() or promise.missing.strip()),
        "names neither a source nor what implies it": not (promise.sources or promise.implied_by),
        "is implied by no other promise": not _are_known(promise.implied_by, besides=promise.number),
        "names lines that its source does not have": not all(
            1 <= source.first <= source.last <= source.document.lines for source in promise.sources
        ),
    }
    return [f"{promise.number} {fault}" for fault, is_so in said.items() if is_so]


def _are_known(numbers: tuple[int, ...], besides: int = 0) -> bool:
    return all(1 <= number <= HOW_MANY and number != besides for number in numbers)


BOOK = load()
PROMISES = BOOK.promises
