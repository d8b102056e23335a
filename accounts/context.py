"""What the shell of every signed-in page shows: menus, the other accounts, the trial's days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts import agreements
from accounts.factors import policy
from accounts.menu import ShownEntry, entries
from accounts.models import Account, Membership
from accounts.permissions import way_to_close, way_to_pay
from accounts.queries import memberships_of
from accounts.standing import Standing, closing_begins, closing_ends, is_overruled, read_only_since

AMBER_DAYS = 5


@dataclass(frozen=True)
class Trial:
    """The trial as the banner says it."""

    days_left: int
    way_to_pay: str

    @property
    def warn(self) -> bool:
        """True in the last days, when the banner turns amber."""
        return self.days_left <= AMBER_DAYS


@dataclass(frozen=True)
class Trouble:
    """What the banner says of an account that is not paid for, or closes."""

    standing: Standing
    until: datetime
    way_to_pay: str
    way_to_keep: str = ""
    because: str = ""  # staff say so


def shell(request: HttpRequest) -> dict[str, Any]:
    """The names that ``base.html`` uses; empty on pages outside an account."""
    membership = getattr(request, "membership", None)
    if membership is None:
        return {}
    # Made when a template uses it: a piece of a page that htmx swaps shows none of it.
    menu = SimpleLazyObject(lambda: entries(request, membership, "top"))
    admin = SimpleLazyObject(lambda: entries(request, membership, "admin"))
    return {
        "account": membership.account,
        "membership": membership,
        "menu": menu,
        "tabbar": SimpleLazyObject(lambda: [entry for entry in menu if entry.on_phone]),
        "person_menu": SimpleLazyObject(lambda: entries(request, membership, "person")),
        "admin_menu": SimpleLazyObject(lambda: _grouped(admin)),
        "is_admin_page": SimpleLazyObject(lambda: any(entry.is_current for entry in admin)),
        "other_accounts": SimpleLazyObject(lambda: _others(membership)),
        "second_factor": SimpleLazyObject(lambda: policy.asked_of(request, membership)),
        "new_words": SimpleLazyObject(lambda: agreements.to_tell(request, membership)),
        "trial": SimpleLazyObject(lambda: _trial(membership)),
        "unpaid": SimpleLazyObject(lambda: _unpaid(membership)),
    }


def _grouped(admin: Iterable[ShownEntry]) -> list[tuple[str, list[ShownEntry]]]:
    """Each heading once, where its first entry stands."""
    groups: dict[str, list[ShownEntry]] = {}
    for entry in admin:
        groups.setdefault(entry.group, []).append(entry)
    return list(groups.items())


def _others(membership: Membership) -> list[Account]:
    if not membership.is_elsewhere:
        return []
    found = memberships_of(membership.user).exclude(account_id=membership.account_id)
    return [other.account for other in found]


def _trial(membership: Membership) -> Trial | None:
    account, now = membership.account, timezone.now()
    if account.standing(now) is not Standing.TRIALING:
        return None
    return Trial(ceil((account.trial_ends_at - now) / timedelta(days=1)), way_to_pay(membership))


def _unpaid(membership: Membership) -> Trouble | None:
    """That a payment is overdue is said to whoever can pay; that nothing can be changed, to everybody."""
    account, way = membership.account, way_to_pay(membership)
    standing = account.standing()
    if standing is Standing.PAST_DUE and way:
        return Trouble(standing, read_only_since(account), way)
    if standing is Standing.READ_ONLY and account.overruled_until and is_overruled(account, timezone.now()):
        return Trouble(standing, account.overruled_until, "", because=account.overruled_because)
    if standing is Standing.READ_ONLY:
        return Trouble(standing, closing_begins(account), way)
    if standing is Standing.CLOSING:
        is_asked_for = account.closing_at is not None
        keep = way_to_close(membership) if is_asked_for else ""
        return Trouble(standing, closing_ends(account), "" if is_asked_for else way, keep)
    return None
