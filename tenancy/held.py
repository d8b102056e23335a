"""What may not be deleted for a while, whoever asks: a fact that an app above knows of rows of the active account.

Every deletion of rows asks (``AccountQuerySet.delete``); whatever moves a record aside, makes it part of another, or
deletes rows by a statement of its own asks by itself.
"""

from __future__ import annotations

from typing import Any, Protocol

from lib.errors import Refused


class Held(Refused):
    """It may not go for now; the message says why, to whoever tried."""


class Keeper(Protocol):
    """An app above that knows what is held."""

    def holds_anything(self) -> bool:
        """Whether any row of the active account is held."""

    def among(self, rows: Any) -> dict[int, str]:
        """Of these rows those that are held, by number, each with a sentence for people."""


_keepers: list[Keeper] = []


def register(keeper: Keeper) -> None:
    _keepers.append(keeper)


def anything() -> bool:
    """Whether any row of the active account is held."""
    return any(keeper.holds_anything() for keeper in _keepers)


def among(rows: Any) -> dict[int, str]:
    """Of these rows of the active account those that are held, by number, each with a sentence for people."""
    found: dict[int, str] = {}
    for keeper in _keepers:
        found |= keeper.among(rows)
    return found


def refuse(rows: Any) -> None:
    """Raise Held where one of these rows is held."""
    for sentence in among(rows).values():
        raise Held(sentence)


def refuse_one(record: Any) -> None:
    """Raise Held where this record is held."""
    refuse(type(record)._base_manager.filter(pk=record.pk))
