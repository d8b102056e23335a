"""Listens while a test runs: every kind of event that the product records must have words, and so must its record."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from audit import words

TESTS = Path(__file__).parent


class Listener:
    """Stands in for ``audit.record`` and remembers what nobody could read."""

    def __init__(self, record: Any) -> None:
        self.record = record
        self.found: list[str] = []

    def __call__(self, kind: str, record: Any = None, **rest: Any) -> Any:
        caller = Path(sys._getframe(1).f_code.co_filename)
        if not caller.is_relative_to(TESTS):  # tests make up kinds of their own
            self._ask_for_words(kind, record)
        return self.record(kind, record, **rest)

    def _ask_for_words(self, kind: str, record: Any) -> None:
        if not words.is_declared(kind):
            self.found.append(f"{kind} has no words: add a Kind to an app's audit_words.py")
        if record is not None and not words.has_noun(record._meta.label_lower):
            self.found.append(f"{record._meta.label_lower} has no words: add a Noun to an app's audit_words.py")
