"""Erasing a closed account, stage by stage. Killed at any moment it goes on where it was; run again it changes nothing.

A stage is done in pieces. Each piece is one transaction that also notes how far it came, so what was erased is
counted once. One worker at a time: the row of the deletion is locked while a piece runs.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

import audit
from accounts import closing
from accounts.files.stored import folder_of
from accounts.mail import UNDER_WAY
from accounts.models import Account, OutgoingMail
from audit.candor_verify import EMPTIED
from audit.models import Event
from lib.seals import marks
from privacy.deletion import (
    caches,
    certificate,
    holds,
    keyring,
    ledger,
    people,
    preview,
    purge,
    queues,
    sessions,
    verification,
)
from privacy.deletion.models import AccountDeletion
from privacy.deletion.tables import Table, in_order
from tenancy.context import Actor, activate

ERASER = Actor("system", None, "Candor")
PATIENCE = timedelta(days=7)  # with others outside: then the certificate says which receipt is missing
PATIENCE_WITH_LETTERS = timedelta(days=1)
Stage = AccountDeletion.Stage


@transaction.atomic
def begin(account: Account) -> AccountDeletion:
    """Note that an account which closes is to be erased; the ledger waits for the end of a legal hold. Harmless when
    it was noted.
    """
    if not holds.of_account(account.pk).exists():
        ledger.announce("account", account.public_id)
    return AccountDeletion.objects.get_or_create(
        number=account.pk,
        defaults={
            "public_id": account.public_id,
            "digest": slug_digests(account.slug)[0],
            "asked_at": account.closing_at,
            "closed_at": account.closed_at or timezone.now(),
        },
    )[0]


def slug_digests(slug: str) -> list[str]:
    """By what a second request recognises an erased account."""
    return marks("erased account", slug)


def go_on(number: int, *, may_wait: bool = True) -> bool:
    """The next piece. True when there is another one to do at once; False: done, or it waits, or another is at it."""
    with activate(number, actor=ERASER):
        found = AccountDeletion.objects.filter(number=number).exclude(stage=Stage.DONE)
        deletion = found.select_for_update(skip_locked=True).first()
        if deletion is None:
            return False
        moved = _PIECES[Stage(deletion.stage)](deletion, may_wait)
        deletion.looked_at = timezone.now()
        deletion.save()
    return moved and deletion.stage != Stage.DONE


def finish(number: int) -> AccountDeletion:
    """All of it, now, in this process; nobody is waited for."""
    while go_on(number, may_wait=False):
        pass
    return AccountDeletion.objects.get(number=number)


# --- The pieces -----------------------------------------------------------------------------------


def _wait(deletion: AccountDeletion, may_wait: bool) -> bool:
    """Until nothing holds it, the last letters are out, and everybody outside has said that it ended there, too."""
    account = Account.objects.get(pk=deletion.number)
    if account.closed_at is None:
        return False
    if holds.here():
        ledger.withdraw("account", deletion.public_id)
        return False
    if not ledger.is_announced("account", deletion.public_id):  # it was held when the account closed
        closing.erase(account)
        ledger.announce("account", deletion.public_id)
        return True
    ledger.write(ledger.announce("account", deletion.public_id))
    keyring.forget(deletion.public_id)
    receipts = closing.receipts(account)
    deletion.receipts = [asdict(receipt) for receipt in receipts]
    if may_wait and _has_to_wait(deletion):
        return False
    deletion.people = people.who_go(account)
    deletion.before = dict(preview.count_all(account, deletion.people))
    deletion.stage = Stage.ROWS
    return True


def _has_to_wait(deletion: AccountDeletion) -> bool:
    waited = timezone.now() - deletion.closed_at
    letters = OutgoingMail.objects.filter(account_id=deletion.number, state__in=UNDER_WAY)
    has_receipts = all(receipt["is_final"] for receipt in deletion.receipts)
    return (not has_receipts and waited < PATIENCE) or (waited < PATIENCE_WITH_LETTERS and letters.exists())


def _erase_rows(deletion: AccountDeletion, may_wait: bool) -> bool:
    """About a batch of rows, table after table. All tables are looked at again after the last one."""
    place = deletion.gone.setdefault(_PLACE, {})
    if "left" not in place:
        place["left"] = _left(deletion)
    budget = purge.BATCH
    purge.be_patient()
    for table in in_order():
        if table.name in place["left"]:
            while budget > 0 and (went := _erase_batch(deletion, table, place)):
                budget -= went
            if budget <= 0:
                return True
            place["left"].remove(table.name)
            place.pop("after", None)
    deletion.gone.pop(_PLACE)
    if not _left(deletion):
        deletion.stage = Stage.PEOPLE
    return True


_PLACE = "…"  # where it is among the tables, beside the counts


def _left(deletion: AccountDeletion) -> list[str]:
    """Tables with rows: to begin with, or that somebody wrote meanwhile."""
    return [table.name for table in purge.with_rows(in_order(), deletion.number)]


def _erase_batch(deletion: AccountDeletion, table: Table, place: dict[str, Any]) -> int:
    """How many rows were erased or untied; none when the table is done."""
    if "after" not in place:
        if untied := purge.untie(table, deletion.number):
            return untied
        _add(deletion, purge.let_go(table, deletion.number))
    went, last = purge.erase(table, deletion.number, place.get("after", ()))
    _add(deletion, {table.name: went})
    place["after"] = [value if isinstance(value, int | str | bool) else str(value) for value in last]
    return went if went == purge.batch_of(table) else 0


def _erase_people(deletion: AccountDeletion, may_wait: bool) -> bool:
    deletion.people = people.still_going(deletion.people)
    people.empty_mail_folder(people.addresses_of(deletion.people))
    _add(deletion, people.erase(deletion.people))
    deletion.stage = Stage.LOG
    return True


def _empty_log(deletion: AccountDeletion, may_wait: bool) -> bool:
    """The last line of the log says that its words are gone; then they go, and the rest is sealed."""
    if not Event.objects.filter(kind=EMPTIED).exists():
        audit.close_log()
    went = audit.empty_log(purge.BATCH)
    _add(deletion, {"audit_payload": went})
    if went < purge.BATCH:
        audit.seal(deletion.number)
        deletion.stage = Stage.REST
    return True


def _erase_rest(deletion: AccountDeletion, may_wait: bool) -> bool:
    """The account itself: the database refuses as long as any row of any table still has its key."""
    if _left(deletion):
        deletion.stage = Stage.ROWS
        return True
    queues.drop(deletion.number)
    caches.drop(deletion.public_id)
    sessions.drop(deletion.number, deletion.people)
    shutil.rmtree(folder_of(deletion.number), ignore_errors=True)  # shredded since the closing: their key is gone
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DELETE FROM accounts_account WHERE id = %s", [deletion.number])
        _add(deletion, {"accounts_account": cursor.rowcount})
    deletion.erased_at = timezone.now()
    deletion.stage = Stage.VERIFYING
    return True


def _verify(deletion: AccountDeletion, may_wait: bool) -> bool:
    """Asked of the database on a connection of its own; a finding keeps the deletion here, for somebody to look."""
    deletion.findings = verification.findings(deletion.number, people=deletion.people, public_id=deletion.public_id)
    if deletion.findings:
        return False
    keyring.forget(deletion.public_id)  # once more: a backup that ran meanwhile may have brought it back
    line = ledger.write(ledger.announce("account", deletion.public_id))
    deletion.people, deletion.stage = [], Stage.DONE
    deletion.certificate = certificate.signed(certificate.of_account(deletion, line))
    return True


def _add(deletion: AccountDeletion, went: dict[str, int] | Counter[str]) -> None:
    for table, rows in went.items():
        if rows:
            deletion.gone[table] = deletion.gone.get(table, 0) + rows


_PIECES: dict[Stage, Callable[[AccountDeletion, bool], bool]] = {
    Stage.WAITING: _wait,
    Stage.ROWS: _erase_rows,
    Stage.PEOPLE: _erase_people,
    Stage.LOG: _empty_log,
    Stage.REST: _erase_rest,
    Stage.VERIFYING: _verify,
}
