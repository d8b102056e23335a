"""The plain values that a program sends: texts, ids, days, instants. What can't be meant raises Wrong."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

A_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
YEARS = range(1970, 2200)
EXAMPLE_ID = "3f1c7a52-9d0e-4b57-8a3e-0c6d5a4b1e2f"
EXAMPLE_INSTANT = "2026-11-20T09:30:00Z"


class Wrong(ValueError):
    """What was sent can't be meant; the message is the sentence to show."""


def a_text(value: Any, longest: int | None = None) -> str:
    if not isinstance(value, str):
        raise Wrong("Write a text, in quotes.")
    if "\0" in value:
        raise Wrong("A text can't hold the character zero.")
    if longest is not None and len(value) > longest:
        raise Wrong(f"Write at most {longest} characters.")
    return value


def an_id(value: Any) -> UUID:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise Wrong(f"Write an id, as in {EXAMPLE_ID}.") from None


def a_day(value: Any) -> date:
    if isinstance(value, str) and A_DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Wrong("Write a day, as in 2026-11-20.")


def an_instant(value: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        instant = None
    if instant is None or instant.tzinfo is None or instant.year not in YEARS:
        raise Wrong(f"Write an instant with its zone, as in {EXAMPLE_INSTANT}.")
    return instant.astimezone(UTC)
