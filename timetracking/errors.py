"""Why time is not stored. Each says so in a sentence that a person may read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenancy.errors import Conflict

if TYPE_CHECKING:
    from timetracking.queries import Cell


class Refused(Exception):
    """The time can't be stored as asked; the message says why and what to do."""


class Locked(Refused):
    """Approved or invoiced: nobody may change it before it is opened again."""


class Archived(Refused):
    """The project or task takes no more time."""


class SeveralEntries(Refused):
    """A sum of several entries can't be typed over: which one should change?"""


class NeedsConfirmation(Refused):
    """Something besides the hours would go too; the message is the question."""


class CellChanged(Conflict):
    """Somebody else saved this cell meanwhile; ``cell`` is what is stored now."""

    def __init__(self, cell: Cell) -> None:
        super().__init__("Somebody else changed this time meanwhile.")
        self.cell = cell
