"""What runs outside a request."""

from __future__ import annotations

from celery import shared_task

from accounts.lifecycle import living_accounts
from accounts.tasks import JobTask
from crm import purging
from crm.activities import reminders
from crm.bulk import work
from crm.fields import actions as fields
from crm.imports import job, undoing
from crm.listing import export
from crm.mails import filing
from crm.merging import actions as merging
from crm.models import ArrivedMail, BulkEdit, ContactImport, FieldRemoval, ListExport
from tenancy.queue import send
from tenancy.tasks import AccountTask


@shared_task(base=JobTask, name=ContactImport.task, job=ContactImport)
def go_on_importing(public_id: str, *, account_id: int) -> None:
    """The next piece of an import; it wakes itself for the one after it."""
    job.go_on(public_id)


@shared_task(name="crm.remind_everybody")
def remind_everybody() -> None:
    """One small task for each account."""
    for account_id in living_accounts():
        send("crm.remind", kwargs={"account_id": account_id})


@shared_task(name="crm.remind", base=AccountTask)
def remind(*, account_id: int) -> None:
    """The reminders that are due in one account."""
    reminders.remind()


@shared_task(base=JobTask, name=BulkEdit.task, job=BulkEdit)
def go_on_editing(public_id: str, *, account_id: int) -> None:
    """The next piece of a bulk edit, or of taking it back."""
    work.go_on(public_id)


@shared_task(base=JobTask, name=ArrivedMail.task, job=ArrivedMail)
def read_mail(public_id: str, *, account_id: int) -> None:
    """Read a letter that arrived at a member's own address."""
    filing.read(public_id)


@shared_task(base=JobTask, name=ListExport.task, job=ListExport)
def go_on_exporting(public_id: str, *, account_id: int) -> None:
    """A list as a file."""
    export.go_on(public_id)


@shared_task(base=JobTask, name=FieldRemoval.task, job=FieldRemoval)
def go_on_removing_field(public_id: str, *, account_id: int) -> None:
    """The next values of a field that is being deleted."""
    fields.go_on(public_id)


@shared_task(name="crm.purge_bins")
def purge_bins() -> None:
    """One small task for each account."""
    for account_id in living_accounts():
        send("crm.purge_bin", kwargs={"account_id": account_id})


@shared_task(name="crm.purge_bin", base=AccountTask)
def purge_bin(*, account_id: int) -> None:
    """What has lain in one account's bin for thirty days goes for good; so does what is kept for undoing imports."""
    merging.bring_along()
    purging.purge_old()
    merging.forget_old()
    undoing.forget_old()
