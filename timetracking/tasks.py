"""What runs outside a request."""

from __future__ import annotations

from celery import shared_task

from accounts import lifecycle
from accounts.tasks import JobTask
from tenancy.queue import send
from tenancy.tasks import AccountTask
from timetracking.approval import tasks as approval  # noqa: F401  (a room's own tasks)
from timetracking.budgets import alerts
from timetracking.expenses import actions as expenses
from timetracking.imports.job import steps as imports
from timetracking.models import HoursImport
from timetracking.reminders import giving
from timetracking.timer import reminders


@shared_task(base=JobTask, name=HoursImport.task, job=HoursImport)
def go_on_importing(public_id: str, *, account_id: int) -> None:
    """The next piece of an import of hours, or of taking it back."""
    imports.go_on(public_id)


@shared_task(name="timetracking.look_for_forgotten_timers")
def look_for_forgotten_timers() -> None:
    """One small task for each account."""
    for account_id in lifecycle.living_accounts():
        send("timetracking.ask_about_timers", kwargs={"account_id": account_id})


@shared_task(base=AccountTask, name="timetracking.ask_about_timers")
def ask_about_timers(*, account_id: int) -> None:
    """Ask who may have forgotten a timer, once for each."""
    reminders.ask()


@shared_task(base=AccountTask, name="timetracking.look_at_budgets")
def look_at_budgets(projects: list[str], *, account_id: int) -> None:
    """Tell who should know how much of these budgets is used."""
    alerts.look(projects)


@shared_task(name="timetracking.look_at_every_budget")
def look_at_every_budget() -> None:
    """One small task for each account."""
    for account_id in lifecycle.living_accounts():
        send("timetracking.look_at_budgets_of", kwargs={"account_id": account_id})


@shared_task(base=AccountTask, name="timetracking.look_at_budgets_of")
def look_at_budgets_of(*, account_id: int) -> None:
    """The same for all budgets of one account, for what no message said."""
    alerts.look_at_all()


@shared_task(name="timetracking.remind_everybody")
def remind_everybody() -> None:
    """One small task for each account."""
    for account_id in lifecycle.living_accounts():
        send("timetracking.remind", kwargs={"account_id": account_id})


@shared_task(base=AccountTask, name="timetracking.remind")
def remind(*, account_id: int) -> None:
    """Remind who has hours to log, to submit or to approve, once of each."""
    giving.give()


@shared_task(name="timetracking.purge_expenses_everywhere")
def purge_expenses_everywhere() -> None:
    """One small task for each account."""
    for account_id in lifecycle.living_accounts():
        send("timetracking.purge_expenses", kwargs={"account_id": account_id})


@shared_task(base=AccountTask, name="timetracking.purge_expenses")
def purge_expenses(*, account_id: int) -> None:
    """Remove for good what was deleted thirty days ago."""
    expenses.purge()
