"""After a backup was put back: whatever was erased since it was made is erased again, before anybody comes in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.files.stored import shred
from accounts.lifecycle import living_accounts
from accounts.models import Account
from privacy.deletion import erasing, ledger
from privacy.deletion.models import AccountDeletion, LedgerLine
from privacy.deletion.persons import again as persons_again
from tenancy.context import activate

Stage = AccountDeletion.Stage
SLOW = timedelta(hours=1)  # between a decision and its line in the ledger, at the very most
ADVICE = "Nobody may come in before `manage.py replay_deletions` has run."


def what_is_in_the_way() -> list[str]:
    """Why nobody may be served: one sentence each; none when ledger and database tell the same."""
    try:
        unknown, missing = ledger.unknown_lines(), ledger.missing_lines()
    except ledger.BrokenLedger as trouble:
        return [f"{trouble} Put the ledger back from its own copy."]
    begun = _begun_again()
    late = [line for line in missing if line.known_at < timezone.now() - SLOW]
    found = []
    if unknown:
        found.append(f"This database is older than {len(unknown)} of the deletions in the ledger. {ADVICE}")
    if begun:
        found.append(f"{len(begun)} deletions of the ledger were begun again here and are not verified. {ADVICE}")
    if late:
        found.append(f"The ledger of deletions lacks {len(late)} lines that this database knows of. {ADVICE}")
    return found


def unfinished() -> list[str]:
    """One sentence for each deletion that has no certificate yet: how far it is, and what somebody can do about it."""
    return [_standing(deletion) for deletion in _unfinished()]


def replay() -> Iterator[str]:
    """Erase again what the ledger names, and write down again what it lacks. Says what was done, line by line.

    Goes on with what a former run left; raises RuntimeError when that can't be ended.
    """
    for deletion in _begun_again():
        yield _finished(deletion.number)
    unknown = ledger.unknown_lines()
    for line in unknown:
        account = _account_of(line) if line.kind == "account" else None
        if account is not None:
            yield _erase_again(account)
    yield from persons_again.erase_again(unknown)
    for line in unknown:
        LedgerLine.objects.get_or_create(digest=line.digest, defaults={"kind": line.kind})
    for known in ledger.missing_lines():
        ledger.write(known)
        yield f"Wrote a missing line of the ledger: {known}."


def _account_of(line: ledger.Line) -> Account | None:
    for number in living_accounts():
        account = Account.objects.get(pk=number)
        if line.digest in ledger.digests_of("account", account.public_id):
            return account
    return None


def _erase_again(account: Account) -> str:
    """Without its closing steps: what had to end elsewhere has ended, and nobody is written to twice."""
    with activate(account, actor=erasing.ERASER):
        shred()
        account.closed_at = account.closed_at or timezone.now()
        account.save(update_fields=["closed_at"])
        erasing.begin(account)
    return _finished(account.pk)


def _finished(number: int) -> str:
    deletion = erasing.finish(number)
    if not deletion.is_done:
        raise RuntimeError(_standing(deletion))
    return f"Erased account {deletion.public_id} again: {sum(deletion.gone.values()):,} rows."


def _unfinished() -> list[AccountDeletion]:
    return list(AccountDeletion.objects.exclude(stage=Stage.DONE).order_by("pk"))


def _begun_again() -> list[AccountDeletion]:
    """Not finished, and in the ledger since before they began here: a backup brought the account back."""
    written = {line.digest: datetime.fromisoformat(line.at) for line in ledger.lines()}
    found = []
    for deletion in _unfinished():
        at = [written[digest] for digest in ledger.digests_of("account", deletion.public_id) if digest in written]
        if at and min(at) < deletion.begun_at:
            found.append(deletion)
    return found


def _standing(deletion: AccountDeletion) -> str:
    account = f"The deletion of account {deletion.public_id}"
    if deletion.findings:
        return f"{account} left something behind: {' '.join(deletion.findings)}"
    if deletion.stage == Stage.VERIFYING:
        return (
            f"{account} has no certificate yet. If it stays so, the key that signs is missing: put back AUDIT_LOG_KEY, "
            "or the file of the key, and run `manage.py replay_deletions`, or let the worker go on."
        )
    if deletion.stage == Stage.WAITING:
        return f"{account} waits: for the last letters, for receipts, or for a legal hold to be released."
    return f"{account} is under way: {deletion.get_stage_display().lower()}. The worker goes on with it."
