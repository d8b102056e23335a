"""What the clock does for erasing. An account that is closed is a row with a state; messages only wake."""

from __future__ import annotations

from time import monotonic

from celery import shared_task

from accounts.lifecycle import living_accounts
from accounts.models import Account
from privacy.deletion import erasing, holds, persons, retention
from privacy.deletion.models import AccountDeletion, PersonErasure
from tenancy.queue import send
from tenancy.tasks import AccountTask

SECONDS_IN_A_ROW = 20


@shared_task(name="deletion.erase_closed_accounts")
def erase_closed_accounts() -> None:
    """One task for each account that is closed and not yet erased."""
    unfinished = AccountDeletion.objects.exclude(stage=AccountDeletion.Stage.DONE)
    for number in unfinished.values_list("number", flat=True):
        send("deletion.go_on_erasing", kwargs={"number": number})


@shared_task(name="deletion.go_on_erasing")
def go_on_erasing(*, number: int) -> None:
    """Pieces for a while; then it is somebody else's turn. Not an AccountTask: each piece is a transaction."""
    turn_ends = monotonic() + SECONDS_IN_A_ROW
    while erasing.go_on(number):
        if monotonic() >= turn_ends:
            send("deletion.go_on_erasing", kwargs={"number": number})
            return


@shared_task(name="deletion.remind_of_holds")
def remind_of_holds() -> None:
    """Whoever placed a hold that nobody looked at in time gets a letter."""
    holds.remind()


@shared_task(name="deletion.apply_retention_everywhere")
def apply_retention_everywhere() -> None:
    """One small task for each account, and one for what stands outside them."""
    send("deletion.apply_retention_outside")
    for account_id in living_accounts():
        send("deletion.apply_retention", kwargs={"account_id": account_id})


@shared_task(name="deletion.apply_retention_outside")
def apply_retention_outside() -> None:
    """What is older than the data map says goes, in tables that no account owns."""
    retention.apply_outside()


@shared_task(name="deletion.apply_retention", base=AccountTask)
def apply_retention(*, account_id: int) -> None:
    """What is older than the data map says goes."""
    retention.apply(Account.objects.get(pk=account_id))


@shared_task(name="deletion.certify_person", base=AccountTask)
def certify_person(public_id: str, *, account_id: int) -> None:
    """Somebody of this account was erased: the ledger's line, and the certificate."""
    if found := PersonErasure.objects.filter(public_id=public_id, account_id=account_id).first():
        persons.certify(found)


@shared_task(name="deletion.erase_user")
def erase_user(*, public_id: str) -> None:
    """Somebody who signs in goes, account after account. Not an AccountTask: each account is a transaction."""
    if found := PersonErasure.objects.filter(public_id=public_id).first():
        persons.go_on(found)


@shared_task(name="deletion.finish_persons")
def finish_persons() -> None:
    """What a death or a letter left: people who are not wholly erased, or have no certificate yet."""
    for found in PersonErasure.objects.exclude(state=PersonErasure.State.DONE):
        persons.go_on(found)
