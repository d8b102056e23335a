"""What the clock does for the log."""

from __future__ import annotations

from celery import shared_task

from audit import checkpoints, sealing
from tenancy.queue import after_commit
from tenancy.tasks import AccountTask


@shared_task(name="audit.wake_sealers")
def wake_sealers() -> None:
    """By the clock, three times a minute: a task for each account in which something waits."""
    sealing.wake_sealers()


@shared_task(name="audit.seal", base=AccountTask, when_closed=True)
def seal(*, account_id: int) -> None:
    """Seal a batch of one account's log; where more may wait, the next message goes on."""
    if sealing.seal_batch(account_id) == sealing.BATCH:
        after_commit("audit.seal")


@shared_task(name="audit.make_checkpoint")
def make_checkpoint() -> None:
    """By the clock, often: signs once an hour, so that a restart or a lost message costs minutes, not an hour."""
    checkpoints.make_checkpoint()
