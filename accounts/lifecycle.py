"""An account's life by the clock: the letters before each step, and the closing at the end.

The standing itself is never stored (``accounts/standing.py``); here is what has to happen around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

import audit
from accounts import closing, emails, repeats, tips, ways_back
from accounts.models import Account, Membership, Notice, User
from accounts.people import room
from accounts.standing import CLOSING_DAYS, Standing, closing_begins, closing_ends, is_overruled
from tenancy.context import Actor, activate, current_actor

# How many days before its moment each letter is due.
TRIAL_LETTERS = (7, 3, 1, 0)
READ_ONLY_LETTERS = (30, 7, 1)
CLOSING_LETTERS = (30, 7, 1)
LEAST_DAYS, MOST_DAYS = 7, 90  # between the wish to close and the end
AT_ONCE = 500
LONGEST_EXTENSION = 90  # days


@dataclass(frozen=True)
class Due:
    """A letter that the clock asks for: which one, and the moment that it speaks of."""

    kind: str
    days: int
    moment: datetime

    @property
    def at(self) -> datetime:
        return self.moment - timedelta(days=self.days)


def schedule(account: Account) -> list[Due]:
    """Every letter of this account's life, in the order of their days."""
    closes, ends = closing_begins(account), closing_ends(account)
    letters = [Due("before_deletion", days, ends) for days in CLOSING_LETTERS]
    if account.closing_at is None:
        letters += [Due("before_closing", days, closes) for days in READ_ONLY_LETTERS]
    if account.closing_at is None and account.paid_through is None and account.past_due_since is None:
        letters += [Due("trial_ends", days, account.trial_ends_at) for days in TRIAL_LETTERS]
    return sorted(letters, key=lambda letter: letter.at)


def due_letter(account: Account, now: datetime) -> Due | None:
    """The letter that the clock asks for now: the latest one whose day has come since the account began."""
    come = [letter for letter in schedule(account) if account.created_at <= letter.at <= now]
    return come[-1] if come else None


@transaction.atomic
def keep_up(account_id: int, now: datetime | None = None) -> None:
    """Write the letter that is due, if it was not written yet, and close the account whose time is over.

    What programs were answered more than a day ago is dropped.
    """
    now = now or timezone.now()
    # Without its key: what a closing step writes in a transaction of its own names the account, too.
    account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
    if account.closed_at is not None:
        return
    with activate(account, actor=Actor("system", None, "Candor")):
        if account.standing(now) == Standing.CLOSED:
            close(account, now)
            return
        if letter := due_letter(account, now):
            _write(account, letter, now)
        room.write_when_full(account, owners(account))
        tips.write_due(account, now)
        repeats.forget_old_answers()
        ways_back.forget_old()


def close(account: Account, now: datetime) -> None:
    """End the account that is active: every app's closing steps, and nobody comes in any more.

    What would erase something waits for the end of a legal hold.
    """
    done = closing.run(account)
    account.closed_at = now
    account.save(update_fields=["closed_at"])
    audit.record("account.closed", account, data={"steps": done})
    for owner in owners(account):
        emails.account_closed(owner, account)


@transaction.atomic
def ask_to_close(account: Account, days: int, *, reason: str = "") -> datetime:
    """Begin the account's last days: it is read and taken along, and every owner is told how to keep it.

    Asked again it changes nothing. Returns when it ends. For owners, inside the account.
    """
    account = Account.objects.select_for_update().get(pk=account.pk)
    if account.closing_at is None:
        if not LEAST_DAYS <= days <= MOST_DAYS:
            raise ValueError(f"An account closes after {LEAST_DAYS} to {MOST_DAYS} days, not after {days}.")
        account.closing_at, account.closing_days = timezone.now(), days
        account.save(update_fields=["closing_at", "closing_days"])
        ends = closing_ends(account)
        Notice.objects.get_or_create(kind="before_deletion", days=CLOSING_LETTERS[0], moment=ends)  # told here
        audit.record("account.closing_asked", account, data={"ends": ends.isoformat(), "reason": reason})
        for owner in owners(account):
            emails.closing_asked(owner, account, ends, by=current_actor().name)
    return closing_ends(account)


@transaction.atomic
def keep_open(account: Account) -> bool:
    """Take the wish to close back; everything is as it was. False when there was none. For owners, in the account."""
    account = Account.objects.select_for_update().get(pk=account.pk)
    if account.closing_at is None:
        return False
    Notice.objects.filter(kind="before_deletion", moment=closing_ends(account)).delete()
    account.closing_at, account.closing_days = None, CLOSING_DAYS
    account.save(update_fields=["closing_at", "closing_days"])
    audit.record("account.closing_undone", account)
    for owner in owners(account):
        emails.closing_undone(owner, account, by=current_actor().name)
    return True


@transaction.atomic
def extend_trial(account: Account, days: int, *, reason: str, staff: User) -> datetime:
    """Give a firm more days to try; from today if its trial is over. Returns the new end. For staff."""
    account = Account.objects.select_for_update().get(pk=account.pk)
    account.trial_ends_at = max(account.trial_ends_at, timezone.now()) + timedelta(days=days)
    account.save(update_fields=["trial_ends_at"])
    with activate(account, actor=Actor("staff", staff.pk, str(staff))):
        ends = account.trial_ends_at.isoformat()
        audit.record("account.trial_extended", account, data={"reason": reason, "ends": ends})
    return account.trial_ends_at


@transaction.atomic
def overrule(
    account: Account, standing: str, days: int, *, reason: str, staff: User, tells: bool = True
) -> datetime | None:
    """For so many days the account is active, or read-only, whatever its payments say; "" ends that. For staff.

    Returns until when. With ``tells``, every owner gets a letter; a caller may have a better one. Who asked to close,
    closes; and the days before an account closes by the clock begin after it.
    """
    account = Account.objects.select_for_update().get(pk=account.pk)
    now = timezone.now()
    was = account.overruled_as if is_overruled(account, now) else ""
    if not standing and not was:
        return None
    account.overruled_until = now + timedelta(days=days) if standing else now
    account.overruled_as, account.overruled_because = standing, reason
    account.save(update_fields=["overruled_as", "overruled_until", "overruled_because"])
    with activate(account, actor=Actor("staff", staff.pk, str(staff))):
        said = {"reason": reason, "standing": Standing(standing or was).words}
        if standing:
            audit.record("account.overruled", account, data={**said, "ends": account.overruled_until.isoformat()})
        else:
            audit.record("account.overruling_ended", account, data=said)
        for owner in owners(account) if tells else ():
            emails.overruled(owner, account, ends=account.overruled_until if standing else None, reason=reason)
    return account.overruled_until


def owners(account: Account) -> list[User]:
    """The people who answer for the firm."""
    found = Membership.objects.select_related("user").filter(
        account_id=account.pk, role=Membership.Role.OWNER, removed_at=None, user__is_active=True
    )
    return [membership.user for membership in found]


def living_accounts() -> Iterator[int]:
    """The number of every account that is not closed, page by page."""
    last = 0
    while page := list(
        Account.objects.filter(pk__gt=last, closed_at=None).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    ):
        yield from page
        last = page[-1]


def _write(account: Account, letter: Due, now: datetime) -> None:
    """Once for each letter and moment, however often the clock asks."""
    if not Notice.objects.get_or_create(kind=letter.kind, days=letter.days, moment=letter.moment)[1]:
        return
    for owner in owners(account):
        emails.deadline(owner, account, letter.kind, letter.moment, now)
