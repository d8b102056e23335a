"""Why time is not stored. Each says so in a sentence that a person may read."""

from __future__ import annotations

from typing import Any

from tenancy.errors import Conflict


class Refused(Exception):
    """The time can't be stored as asked; the message says why and what to do."""


class Locked(Refused):
    """Approved or invoiced: nobody may change it before it is opened again."""


class Archived(Refused):
    """The project or task takes no more time."""


class NotOnTheTeam(Refused):
    """The project has a team, and whose time it is, is not on it."""


class SeveralEntries(Refused):
    """A sum of several entries can't be typed over: which one should change?"""


class Timed(Refused):
    """The timer runs in this cell: its time is not typed before it is stopped."""


class NeedsClock(Refused):
    """The firm wants to know when it was, not only how long."""

    def __init__(self) -> None:
        super().__init__("Your firm wants to know when it was: type start and end, as in 9-12:30.")


class NothingRuns(Refused):
    """There is no timer to stop or to change."""

    def __init__(self) -> None:
        super().__init__("No timer is running. It may have been stopped in another window.")


class UnderAMinute(Refused):
    """The timer has no whole minute yet: keep one, or discard it?"""


class WrongMoment(Refused):
    """A timer can't begin or end then."""


class NeedsConfirmation(Refused):
    """Something besides the hours would go too; the message is the question."""


class CellChanged(Conflict):
    """Somebody else saved this cell meanwhile; ``cell`` is what is stored now."""

    def __init__(self, cell: Any) -> None:
        super().__init__("Somebody else changed this time meanwhile.")
        self.cell = cell


class WrongState(Refused):
    """The timesheet is in another state than its reader thought."""


class NotReady(Refused):
    """Something stands in the way of submitting; the message says what."""


class NotTheirs(Refused):
    """Somebody else approves this timesheet."""
