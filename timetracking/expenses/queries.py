"""Expenses as other rooms show them."""

from __future__ import annotations

from accounts.models import Membership
from timetracking.models import Expense, Timesheet


def of_sheet(sheet: Timesheet, reader: Membership) -> list[tuple[Expense, bool]]:
    """The expenses of a timesheet's days, which are approved with its hours, each with whether its page is open."""
    expenses = Expense.objects.live().of(sheet.person).filter(day__range=(sheet.first_day, sheet.last_day))
    opens = set(expenses.visible_to(reader).values_list("pk", flat=True))
    return [(each, each.pk in opens) for each in expenses.with_names().order_by("day", "id")]
