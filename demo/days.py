"""What the cast have besides hours: holidays, an afternoon off, what they paid, and whose weeks are approved."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from copy import copy
from datetime import date, timedelta
from decimal import Decimal

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from accounts.members import actor_for
from accounts.models import Membership
from tenancy.context import activate
from timetracking.approval import actions as approval
from timetracking.expenses import actions as expenses
from timetracking.kinds.actions import change as change_kind
from timetracking.models import (
    Expense,
    ExpenseCategory,
    Project,
    TimeOff,
    TimeOffType,
    TimeSettings,
    Timesheet,
    WorkingTime,
)
from timetracking.off import actions as off

# Kind, project, what for, amount, tax, whether it is billed, days ago.
PAID = {
    "alice@acme.example": (("Travel", "Case portal", "Train to York and back", "118.40", "0", True, 4),),
    "bob@acme.example": (("Material", "Website relaunch", "Screen reader licence", "79.00", "15.80", False, 6),),
}
COUNTRIES = {"acme": "DK", "globex": "DE"}


def keep_holidays(boss: Membership, today: date) -> bool:
    """Let the boss choose whose holidays the firm keeps. False when that was done before."""
    with activate(boss.account, actor=actor_for(boss)):
        if WorkingTime.objects.exists():
            return False
        country = COUNTRIES[boss.account.slug]
        off.set_working_time(WorkingTime(starts_on=date(today.year, 1, 1), country=country, days_off=25))
        mileage = ExpenseCategory.objects.get(name="Mileage")
        mileage.rate = Decimal("0.30")
        change_kind(mileage, {"rate": ["", "0.30"]}, expected=mileage.version)
        return True


def take_an_afternoon_off(member: Membership, today: date) -> bool:
    """On the first working day from the day after tomorrow on; once."""
    with activate(member.account, actor=actor_for(member)):
        if TimeOff.objects.filter(person=member).exists():
            return False
        day = next(day for day in _days_from(today + timedelta(days=2)) if day.weekday() < 5)
        kind = TimeOffType.objects.get(name="Vacation")
        off.enter(
            TimeOff(person=member, type=kind, first_day=day, last_day=day, half=TimeOff.Half.AFTERNOON), by=member
        )
        return True


def pay(member: Membership, today: date) -> int:
    """Enter what the member paid, each with its receipt. Returns how many were new."""
    with activate(member.account, actor=actor_for(member)):
        if Expense.objects.of(member).exists():
            return 0
        paid = PAID.get(member.user.email, ())
        for kind, project, note, amount, tax, billable, days in paid:
            expense = Expense(person=member, day=today - timedelta(days=days), note=note, billable=billable)
            expense.category = ExpenseCategory.objects.get(name=kind)
            expense.project = Project.objects.get(name=project)
            expense.amount, expense.tax, expense.currency = Decimal(amount), Decimal(tax), member.account.currency
            receipt = ContentFile(_receipt(note, f"{amount} {expense.currency}"), name="receipt.png")
            expenses.enter(expense, receipt=receipt, by=member)
        return len(paid)


def hand_in(boss: Membership, members: Iterable[Membership], today: date) -> int:
    """Let managers approve: of the week before last all is approved, and of last week one waits. Once."""
    monday = today - timedelta(days=today.weekday())
    with activate(boss.account, actor=actor_for(boss)):
        if Timesheet.objects.exists():
            return 0
        settings = copy(TimeSettings.current())
        settings.approval = TimeSettings.Approval.MANAGER
        change = {"approval": [TimeSettings.Approval.OFF.label, settings.get_approval_display()]}
        approval.change_settings(settings, change, expected=settings.version)
    others = [member for member in members if member.pk != boss.pk]
    weeks = [(member, monday - timedelta(days=14)) for member in (boss, *others)]
    weeks += [(member, monday - timedelta(days=7)) for member in others]
    for member, day in weeks:
        with activate(boss.account, actor=actor_for(member)):
            approval.submit(member, day, by=member)
    with activate(boss.account, actor=actor_for(boss)):
        for sheet in Timesheet.objects.waiting().with_names().filter(first_day=monday - timedelta(days=14)):
            approval.approve(sheet, by=boss)
    return len(weeks)


def _days_from(day: date) -> Iterator[date]:
    while True:
        yield day
        day += timedelta(days=1)


def _receipt(words: str, amount: str) -> bytes:
    """A slip of paper with a few lines on it."""
    paper = Image.new("RGB", (420, 260), (252, 251, 246))
    pen = ImageDraw.Draw(paper)
    for number, line in enumerate(("RECEIPT", "", words, "", amount, "", "Thank you")):
        pen.text((30, 24 + 28 * number), line, fill=(40, 40, 40))
    out = io.BytesIO()
    paper.save(out, "PNG")
    return out.getvalue()
