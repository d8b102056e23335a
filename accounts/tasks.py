"""What runs outside a request. Letters and forms may belong to no account, so most are no AccountTasks."""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import monotonic
from typing import Any

from celery import shared_task

import audit
from accounts import actions, alarms, email_change, lifecycle, limits, mail, security, sessions
from accounts.files import stored
from accounts.jobs import Job, begin_try
from accounts.log import work
from accounts.models import LogJob
from accounts.people import invitations
from accounts.recipients import WebhookRecipient
from accounts.webhooks import gathering, sending
from tenancy.context import Actor, activate
from tenancy.queue import send
from tenancy.tasks import AccountTask, is_open


class CarrierTask(AccountTask):
    """Carries webhooks: each step a transaction of its own, none open while somebody's server is waited for."""

    abstract = True
    seconds_in_a_row = 10

    def __call__(self, public_id: str, *, account_id: int) -> None:
        def inside(step: Callable[..., Any], *given: Any) -> Any:
            with activate(account_id, actor=Actor("job", None, self.name)):
                return step(*given) if is_open(account_id) else None

        turn_ends = monotonic() + self.seconds_in_a_row
        if not inside(sending.begin, public_id):
            return
        audit.seal(account_id)
        while inside(gathering.gather, public_id) and monotonic() < turn_ends:
            pass
        while monotonic() < turn_ends and (message := inside(sending.claim, public_id)):
            if not inside(sending.settle, message, sending.send(message)):
                return


class JobTask(AccountTask):
    """A task that does the next pieces of a ``job``: of each, one transaction for the try and another for the piece.

    A message takes a fifth of a second to come back, so several pieces make a turn; then it is another job's turn.
    """

    abstract = True
    job: type[Job]
    seconds_in_a_row = 10

    def __call__(self, public_id: str, *, account_id: int) -> None:
        turn_ends = monotonic() + self.seconds_in_a_row
        while self._may_go_on(public_id, account_id):
            super().__call__(public_id, account_id=account_id)
            gc.collect()  # thousands of records that name each other: done with, and the next piece makes as many
            if monotonic() >= turn_ends:
                send(self.name, kwargs={"public_id": public_id, "account_id": account_id})
                return

    def _may_go_on(self, public_id: str, account_id: int) -> bool:
        with activate(account_id, actor=Actor("job", None, self.name)):
            return is_open(account_id) and begin_try(self.job, public_id)


@shared_task(name="accounts.send_waiting_mail")
def send_waiting_mail() -> None:
    """Send the letters that are due. Harmless when several do so at once, or there is none."""
    mail.sweep()


@shared_task(name="accounts.ring_alarms", ignore_result=True)
def ring_alarms() -> None:
    """By the clock, several times a minute."""
    alarms.ring()


@shared_task(name="accounts.forget_old_mail")
def forget_old_mail() -> None:
    """Drop what is left of letters after the time that the data map names."""
    mail.forget_old()


@shared_task(name="accounts.forget_sign_ins")
def forget_sign_ins() -> None:
    """Drop sessions that have ended, tries that no longer count, and what happened to sign-ins long ago."""
    sessions.forget_ended()
    limits.forget_old()
    security.forget_old()
    email_change.forget_old()


@shared_task(name="accounts.tell_of_many_failures")
def tell_of_many_failures() -> None:
    """Write to those whom somebody tries to get in as, once a day at most."""
    security.tell_of_many_failures()


@shared_task(name="accounts.forget_arrived_forms")
def forget_arrived_forms() -> None:
    """Drop the marks of public forms that are too old to be sent again."""
    actions.forget_arrived_forms()


@shared_task(name="accounts.forget_old_invitations")
def forget_old_invitations() -> None:
    """Drop invitations a month after their link ended."""
    invitations.forget_old()


@shared_task(name="accounts.keep_all_accounts_up")
def keep_all_accounts_up() -> None:
    """One small task for each account: its own letters, its own closing."""
    for account_id in lifecycle.living_accounts():
        send("accounts.keep_account_up", kwargs={"account_id": account_id})


@shared_task(name="accounts.keep_account_up", base=AccountTask)
def keep_account_up(*, account_id: int) -> None:
    """What the clock asks of one account."""
    lifecycle.keep_up(account_id)


@shared_task(name="accounts.discard_expired_files")
def discard_expired_files() -> None:
    """One small task for each account; the folders of accounts that are closed are emptied here."""
    living = set(lifecycle.living_accounts())
    for account_id in living:
        send("accounts.discard_expired_files_of", kwargs={"account_id": account_id})
    stored.empty_folders_but(living)


@shared_task(base=AccountTask, name="accounts.discard_expired_files_of")
def discard_expired_files_of(*, account_id: int) -> None:
    """Let go what has expired, and bytes that no row knows."""
    stored.discard_expired()


@shared_task(base=JobTask, name=LogJob.task, job=LogJob)
def read_log(public_id: str, *, account_id: int) -> None:
    """Check the log, or export it."""
    work.go_on(public_id)


@shared_task(base=CarrierTask, name=WebhookRecipient.task)
def carry_webhooks(public_id: str, *, account_id: int) -> None:
    """Read what happened, and send what is due to one recipient: see ``CarrierTask``."""
