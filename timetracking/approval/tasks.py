"""What runs outside a request."""

from __future__ import annotations

from celery import shared_task

from tenancy.tasks import AccountTask
from timetracking.approval import actions
from timetracking.models import Timesheet


@shared_task(base=AccountTask, name="timetracking.ask_approvers")
def ask_approvers(sheet_id: str, *, account_id: int) -> None:
    """Tell those whom a corrected timesheet waits for."""
    if (sheet := Timesheet.objects.with_names().filter(public_id=sheet_id).first()) is not None:
        actions.ask_approvers(sheet)
