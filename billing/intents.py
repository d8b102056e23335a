"""Steps that the processor is asked to take: each is written down before, so that none is lost and none taken twice.

The note is committed before the processor hears anything, whatever becomes of the request around it. A process that
dies in between leaves an open note; an alarm wakes somebody who looks at the processor's books and settles it. Until
then nobody takes another step for this firm.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from django.db import connection
from django.db.models import F
from django.utils import timezone

from accounts.alarms import clear_alarm, set_alarm
from billing.gateway import Ambiguous, Misconfigured, Trouble
from billing.models import BillingAccount, MoneyIntent
from tenancy.context import activate, current_account_id, current_actor

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
Kind, State = MoneyIntent.Kind, MoneyIntent.State

TASK = "billing.settle_intent"
PATIENCE = timedelta(minutes=2)  # an answer that did not come may still be on its way
LONGEST_WAIT = "5s"  # for a lock: the transaction around would wait for us meanwhile


def hold() -> BillingAccount:
    """The account's row, locked: one step at a time for each firm, across tabs, webhooks and workers."""
    BillingAccount.objects.bulk_create([BillingAccount()], ignore_conflicts=True)
    held: BillingAccount = BillingAccount.objects.select_for_update().get()
    return held


def apart(work: Callable[[], Result]) -> Result:
    """Do it in a transaction of its own that stays, whatever becomes of the one around it.

    In a thread, because Django gives each its own connection.
    """
    account_id, actor = current_account_id(), current_actor()

    def run() -> Result:
        try:
            with activate(account_id, actor=actor):
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'")
                return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as threads:
        return threads.submit(run).result()


def carry_out(kind: MoneyIntent.Kind, wanted: dict[str, Any], step: Callable[[MoneyIntent], Result]) -> Result:
    """Write a step down, take it, and write down how it ended. Whoever calls holds the account's row.

    Raises what the processor's gateway raises. That it is done becomes true together with what the caller writes.
    """
    intent = apart(partial(_write_down, kind, wanted))
    try:
        result = step(intent)
    except Ambiguous as trouble:
        apart(partial(_note, intent, State.UNKNOWN, trouble))
        raise
    except Trouble as trouble:
        apart(partial(settle, intent, State.REFUSED, str(trouble) or type(trouble).__name__))
        _tell(trouble)
        raise
    settle(intent, State.DONE)
    return result


def settle(intent: MoneyIntent, state: MoneyIntent.State, trouble: str = "") -> None:
    """It is known how this ended."""
    settled = {"state": state, "trouble": trouble[:100], "settled_at": timezone.now()}
    MoneyIntent.objects.filter(pk=intent.pk).update(**settled)
    clear_alarm(TASK, intent.public_id)


def to_do(kind: MoneyIntent.Kind, **wanted: Any) -> MoneyIntent:
    """Write down, in this transaction, what a worker shall do after it. It is harmless when done twice."""
    found = MoneyIntent.objects.open().filter(kind=kind, wanted=wanted).first()
    intent: MoneyIntent = found or MoneyIntent.objects.create(kind=kind, wanted=wanted)
    set_alarm(TASK, intent.public_id)
    return intent


def _write_down(kind: MoneyIntent.Kind, wanted: dict[str, Any]) -> MoneyIntent:
    """A new note; the open one where the very same is asked again, so that the processor knows it by its key.

    One that whoever holds the account's row has just settled is locked until they commit: it is not open any more.
    """
    same = MoneyIntent.objects.open().filter(kind=kind, wanted=wanted)
    found = same.select_for_update(skip_locked=True).first()
    intent: MoneyIntent = found or MoneyIntent.objects.create(kind=kind, wanted=wanted)
    MoneyIntent.objects.filter(pk=intent.pk).update(tries=F("tries") + 1, tried_at=timezone.now())
    set_alarm(TASK, intent.public_id, seconds=int(PATIENCE.total_seconds()))
    return intent


def _note(intent: MoneyIntent, state: MoneyIntent.State, trouble: Trouble) -> None:
    MoneyIntent.objects.filter(pk=intent.pk).update(state=state, trouble=str(trouble)[:100])


def _tell(trouble: Trouble) -> None:
    """What only somebody of ours can mend is an error in the log, which rings."""
    if isinstance(trouble, Misconfigured):
        logger.error("The card processor refuses to work with us: %s", trouble)
