"""What happens to expenses: each verb one transaction, one line in the log.

Locked days refuse all of them, but to those who may edit late and say why (``reason``): then old and new are kept.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

import audit
from accounts.files.stored import store as store_file
from accounts.models import Membership, StoredFile
from tenancy import held
from tenancy.context import current_actor, whole
from tenancy.sweeping import sweeps
from timetracking.access import refuse_closed
from timetracking.models import Expense
from timetracking.sheets import locks
from timetracking.stored_files import RECEIPT

KEPT_DELETED = timedelta(days=30)


@transaction.atomic
def enter(expense: Expense, *, receipt: Any = None, by: Membership, reason: str = "") -> Expense:
    """Store a new expense with its receipt; raises Locked, Archived or Unwelcome."""
    late = locks.refuse(expense.person, expense.day, reason=reason, what=locks.EXPENSES)
    _refuse_closed(expense)
    if receipt:
        expense.receipt = _kept(receipt, by)
    expense.save(force_insert=True)
    _record("created", expense, **late.said)
    late.keep(expense, None, snapshot(expense))
    return expense


@transaction.atomic
def change(
    expense: Expense, changes: dict[str, list[str]], *, was_on: Any, expected: int, receipt: Any = None,
    by: Membership, reason: str = "",
) -> Expense:  # fmt: skip
    """Store a changed expense; raises Conflict when it is not the version expected. ``was_on``: its day before.

    A receipt that comes late takes the place of the former one, which is kept with what else stood there.
    """
    late = locks.refuse(expense.person, expense.day, was_on, reason=reason, what=locks.EXPENSES)
    before = snapshot(Expense.objects.with_names().get(pk=expense.pk)) if late else None
    if changes.keys() & {"work", "project", "task"}:
        _refuse_closed(expense)
    former = expense.receipt if receipt else None
    if former and not late:
        held.refuse_one(expense)  # its former receipt would go
    if receipt:
        expense.receipt = _kept(receipt, by)
        changes = {**changes, "receipt": [former.name if former else "", expense.receipt.name]}
    if changes:
        expense.save_checked(expected)
        _record("changed", expense, changes=changes, **late.said)
        late.keep(expense, before, snapshot(expense), former)
    if former and not late:
        StoredFile.objects.filter(pk=former.pk).delete()
    return expense


@transaction.atomic
def delete(expense: Expense, *, reason: str = "") -> locks.Late:
    """Take it off the list; for thirty days it can be brought back. Returns whether that was late. Raises Held."""
    held.refuse_one(expense)
    late = locks.refuse(expense.person, expense.day, reason=reason, what=locks.EXPENSES)
    before = snapshot(expense)
    expense.deleted_at = timezone.now()
    expense.save_checked(expense.version)
    _record("deleted", expense, **late.said)
    late.keep(expense, before, None)
    return late


@transaction.atomic
def restore(expense: Expense) -> None:
    """Bring a deleted one back."""
    locks.refuse(expense.person, expense.day, what=locks.EXPENSES)
    expense.deleted_at = None
    expense.save_checked(expense.version)
    _record("restored", expense)


@whole
@sweeps()
def purge() -> int:
    """Remove for good what was deleted long ago, with its receipt. Safe to run twice."""
    due = Expense.objects.filter(deleted_at__lte=timezone.now() - KEPT_DELETED)
    gone = list(due.select_for_update(skip_locked=True)[:500])
    Expense.objects.filter(pk__in=[expense.pk for expense in gone]).delete()
    StoredFile.objects.filter(pk__in=[expense.receipt_id for expense in gone if expense.receipt_id]).delete()
    return len(gone)


def snapshot(expense: Expense) -> dict[str, Any]:
    """The expense in public words, for whoever reads what was changed late."""
    return {
        "id": str(expense.public_id),
        "day": expense.day.isoformat(),
        "amount": str(expense.amount),
        "currency": expense.currency,
        "category": str(expense.category),
        "tax": str(expense.tax) if expense.tax is not None else None,
        "distance": str(expense.distance) if expense.distance is not None else None,
        "unit": expense.unit,
        "project_name": str(expense.project or ""),
        "task_name": str(expense.task or ""),
        "client": expense.client,
        "note": expense.note,
        "billable": expense.billable,
        "reimbursable": expense.reimbursable,
        "receipt": expense.receipt.name if expense.receipt else "",
    }


def _kept(receipt: Any, by: Membership) -> StoredFile:
    return store_file(receipt.chunks(), purpose=RECEIPT, name=receipt.name, by=by)


def _refuse_closed(expense: Expense) -> None:
    if expense.project:
        refuse_closed(expense.person, expense.project, expense.task)


def _record(verb: str, expense: Expense, **more: Any) -> None:
    own = (current_actor().kind, current_actor().id) == ("member", expense.person_id)
    told = {"amount": str(expense.amount), "currency": expense.currency, "category": str(expense.category)}
    whose = {} if own else {"person": str(expense.person)}
    audit.record(f"expense.{verb}", expense, data={**told, "day": expense.day.isoformat(), **whose, **more})
