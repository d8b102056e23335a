"""The kinds of expenses that a firm begins with."""

from __future__ import annotations

from timetracking.models import ExpenseCategory

# Name, and what is counted where nothing was paid.
USUAL = (("Travel", ""), ("Lodging", ""), ("Meals", ""), ("Material", ""), ("Mileage", "km"), ("Other", ""))


def begin() -> None:
    """The kinds that every firm starts with."""
    ExpenseCategory.objects.bulk_create(
        ExpenseCategory(name=name, unit=unit, position=position) for position, (name, unit) in enumerate(USUAL)
    )
