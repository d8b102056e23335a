"""What runs by the clock. Requests to us belong to no account, so the first is no AccountTask; a firm's own are."""

from celery import shared_task

from privacy.rights import firm, work
from tenancy.tasks import AccountTask


@shared_task(name="rights.keep_up")
def keep_up() -> None:
    """Ring for what runs out, and forget what is over; then one small task for each firm."""
    work.ring()
    work.forget()
    firm.wake_all()


@shared_task(name="rights.keep_firm_up", base=AccountTask)
def keep_firm_up(*, account_id: int) -> None:
    """The same on one firm's board."""
    firm.ring_late()
    firm.forget_old()
