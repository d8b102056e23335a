"""Legal holds: what may not be erased while a matter is open, and for how long that is taken for granted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

import audit
from accounts import mail
from accounts.models import Account, User
from privacy.deletion.models import LegalHold
from tenancy.context import Actor, activate, current_account_id, memory

LONGEST = timedelta(days=90)  # until somebody has to look at it again
REMINDED_AGAIN = timedelta(days=7)


class Held(RuntimeError):
    """A legal hold covers it."""


@transaction.atomic
def place(account: Account, *, matter: str, reason: str, custodian: str, review_on: date, **scope: Any) -> LegalHold:
    """Keep an account, one record or one person of it from being erased. The log says so, of a sealed one not what for.

    ``scope``: ``record_type`` and ``record_id`` of a record (of a membership: all that is theirs), ``is_sealed``, and
    ``placed_by``, who is reminded.
    """
    _refuse_other_than_soon(review_on)
    hold = LegalHold.objects.create(
        account=account, matter=matter, reason=reason, custodian=custodian, review_on=review_on, **scope
    )
    with _told(hold) as data:
        audit.record("hold.placed", data=data)
    return hold


@transaction.atomic
def review(hold: LegalHold, until: date, *, by: str = "") -> None:
    """Somebody looked, and the matter is still open."""
    _refuse_other_than_soon(until)
    LegalHold.objects.filter(pk=hold.pk).update(review_on=until, reminded_at=None)
    hold.review_on = until
    with _told(hold, by) as data:
        audit.record("hold.reviewed", data=data)


@transaction.atomic
def release(hold: LegalHold, *, by: str = "") -> None:
    """The matter is over; whatever waited goes on by itself. Harmless when it was released."""
    if LegalHold.objects.filter(pk=hold.pk, released_at=None).update(released_at=timezone.now()):
        with _told(hold, by) as data:
            audit.record("hold.released", data=data)


def of_account(account_id: int) -> QuerySet[LegalHold]:
    """What holds anything of this account: it can't be erased as a whole."""
    return LegalHold.objects.filter(account_id=account_id, released_at=None).order_by("placed_at")


def here() -> list[LegalHold]:
    """What holds anything of the active account; read once by each request or task."""
    found: list[LegalHold] | None = memory().get(LegalHold)
    if found is None:
        found = memory()[LegalHold] = list(of_account(current_account_id()))
    return found


def held_accounts() -> list[int]:
    """The numbers of all accounts of which anything is held."""
    return list(LegalHold.objects.filter(released_at=None).order_by().values_list("account_id", flat=True).distinct())


def shown(account_id: int) -> QuerySet[LegalHold]:
    """What its people may know of."""
    return of_account(account_id).filter(is_sealed=False)


def of_record(account_id: int, record_type: str, record_id: UUID) -> QuerySet[LegalHold]:
    """What holds one record: a hold of its own, or one of the whole account."""
    held = of_account(account_id)
    return held.filter(record_type="") | held.filter(record_type=record_type, record_id=record_id)


def overdue() -> QuerySet[LegalHold]:
    """Holds that nobody looked at in time."""
    return LegalHold.objects.filter(released_at=None, review_on__lt=timezone.localdate())


@transaction.atomic
def remind() -> int:
    """Write to whoever placed a hold that nobody looked at in time, and once a week again. Returns how many holds.

    Where they are not on our staff any more, everybody who is hears of it.
    """
    silent = Q(reminded_at=None) | Q(reminded_at__lt=timezone.now() - REMINDED_AGAIN)
    due = overdue().filter(silent).select_for_update()
    for hold in (found := list(due)):
        for person in _who_answers(hold):
            mail.write("hold_overdue", person.email, hold=hold, days=(timezone.localdate() - hold.review_on).days)
        hold.reminded_at = timezone.now()
        hold.save(update_fields=["reminded_at"])
    return len(found)


def _who_answers(hold: LegalHold) -> list[User]:
    staff = User.objects.filter(is_staff=True, is_active=True)
    return list(staff.filter(pk=hold.placed_by_id or 0) or staff.order_by("pk"))


def _refuse_other_than_soon(day: date) -> None:
    if not timezone.localdate() < day <= timezone.localdate() + LONGEST:
        raise ValueError(f"A hold is looked at again within {LONGEST.days} days.")


@contextmanager
def _told(hold: LegalHold, by: str = "") -> Iterator[dict[str, str]]:
    """Inside the account, what its log says; of a sealed hold it says that there is one, and no more."""
    with activate(hold.account_id, actor=Actor("staff", None, by or hold.custodian)):
        memory().pop(LegalHold, None)
        yield {"matter": hold.told_as, "review_on": hold.review_on.isoformat()}
