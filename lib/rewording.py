"""What is different between two versions of a text, line by line, and within a line word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import unescape

_ENDS = re.compile(r"</(?:p|li|h[1-6]|tr|caption|dt|dd)>", re.IGNORECASE)
_CELL = re.compile(r"</t[hd]>\s*<t[hd][^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]+>")
ALIKE = 0.5  # how much of two lines has to be the same for one to be the other's new wording


@dataclass(frozen=True)
class Piece:
    """Some words: in both versions (``""``), only in the old one (``"-"``), only in the new one (``"+"``)."""

    sign: str
    words: str


@dataclass(frozen=True)
class Line:
    """A line of either version."""

    pieces: tuple[Piece, ...]

    @property
    def is_changed(self) -> bool:
        return any(piece.sign for piece in self.pieces)


def lines_of(html: str) -> list[str]:
    """A text as lines of plain words: one for each paragraph, item, heading and row."""
    text = _CELL.sub(" · ", html)
    lines = (_TAG.sub("", part) for part in _ENDS.split(text))
    return [line for part in lines if (line := " ".join(unescape(part).split()))]


def compare(old: str, new: str) -> list[Line]:
    """Every line of both, in order; what moved is gone at one place and new at another."""
    before, after = lines_of(old), lines_of(new)
    found: list[Line] = []
    for what, first, last, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            found += [Line((Piece("", line),)) for line in after[start:end]]
        else:
            found += _replaced(before[first:last], after[start:end])
    return found


def _replaced(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    """Lines in pairs where they are alike, else each as a whole."""
    left = list(before)
    for line in after:
        twin = next((each for each in left if SequenceMatcher(None, each.split(), line.split()).ratio() > ALIKE), None)
        if twin is None:
            yield Line((Piece("+", line),))
            continue
        while left[0] != twin:
            yield Line((Piece("-", left.pop(0)),))
        yield _reworded(left.pop(0), line)
    yield from (Line((Piece("-", line),)) for line in left)


def _reworded(old: str, new: str) -> Line:
    before, after, pieces = old.split(), new.split(), []
    for what, first, last, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(Piece("", " ".join(after[start:end])))
            continue
        pieces += [Piece("-", " ".join(before[first:last]))] if last > first else []
        pieces += [Piece("+", " ".join(after[start:end]))] if end > start else []
    return Line(tuple(pieces))
