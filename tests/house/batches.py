"""Many addresses in one test: the people and records that all of them need are made once for a batch.

@in_batches(ROUTES)
def test_each_is_answered(batch, browser):
    def answered(route): ...
    for_each(batch, answered)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import transaction

from tests.house.routes import Route

SIZE = 24


def in_batches(routes: Sequence[Route]) -> pytest.MarkDecorator:
    """Gives ``batch`` one part of the addresses after the other; a test's name says where its part begins."""
    parts = [routes[start : start + SIZE] for start in range(0, len(routes), SIZE)]
    return pytest.mark.parametrize("batch", parts, ids=[f"from {part[0]}" for part in parts])


def for_each(batch: Sequence[Route], attempt: Callable[[Route], Any]) -> None:
    """Try each, undo what it did to the database, and fail with the words of all that failed."""
    wrong = []
    for route in batch:
        with transaction.atomic():
            try:
                attempt(route)
            except Exception as error:
                wrong.append(f"{route}: {type(error).__name__}: {error}")
            transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong)
