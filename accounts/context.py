"""What the shell of every signed-in page shows: menus, the other accounts, the trial's days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from math import ceil
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.factors import policy
from accounts.menu import ShownEntry, entries
from accounts.models import Account, Membership
from accounts.queries import memberships_of
from accounts.standing import Standing

AMBER_DAYS = 5


@dataclass(frozen=True)
class Trial:
    """The trial as the banner says it."""

    days_left: int

    @property
    def warn(self) -> bool:
        """True in the last days, when the banner turns amber."""
        return self.days_left <= AMBER_DAYS


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
        "admin_menu": SimpleLazyObject(lambda: _grouped(admin)),
        "is_admin_page": SimpleLazyObject(lambda: any(entry.is_current for entry in admin)),
        "other_accounts": SimpleLazyObject(lambda: _others(membership)),
        "second_factor": SimpleLazyObject(lambda: policy.asked_of(request, membership)),
        "trial": SimpleLazyObject(lambda: _trial(membership.account)),
    }


def _grouped(admin: Iterable[ShownEntry]) -> list[tuple[str, list[ShownEntry]]]:
    return [(group, list(members)) for group, members in groupby(admin, lambda entry: entry.group)]


def _others(membership: Membership) -> list[Account]:
    if not membership.is_elsewhere:
        return []
    found = memberships_of(membership.user).exclude(account_id=membership.account_id)
    return [other.account for other in found]


def _trial(account: Account) -> Trial | None:
    now = timezone.now()
    if account.standing(now) is not Standing.TRIALING:
        return None
    return Trial(days_left=ceil((account.trial_ends_at - now) / timedelta(days=1)))
