"""The kinds of time off that a firm begins with."""

from __future__ import annotations

from timetracking.models import TimeOffType

# Name, colour, whether it is paid, whether it comes off the days of the year.
USUAL = (
    ("Vacation", "1", True, True),
    ("Sick leave", "2", True, False),
    ("Unpaid leave", "5", False, False),
    ("Other", "3", True, False),
)


def begin() -> None:
    """The kinds that every firm starts with."""
    TimeOffType.objects.bulk_create(
        TimeOffType(name=name, colour=colour, is_paid=is_paid, is_counted=is_counted, position=position)
        for position, (name, colour, is_paid, is_counted) in enumerate(USUAL)
    )
