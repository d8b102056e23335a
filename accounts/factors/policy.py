"""An account's rule that its people have a second factor: from when, with how many days to set one up.

It counts from the day it was made, for later members from the day they joined. Then every page of that account leads
to the set-up page, and the keys of the member's programs rest until it is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

import audit
from accounts import emails, security
from accounts.models import Account, Membership, User
from accounts.queries import memberships_of

GRACE_DAYS = (0, 7, 14, 30)


@dataclass(frozen=True)
class Asked:
    """What the banner says to a member who has no second factor yet."""

    days_left: int


@transaction.atomic
def require(account: Account, *, days: int) -> None:
    """Ask everybody in the active account for a second factor, within so many days; tell those who have none."""
    account = Account.objects.select_for_update().get(pk=account.pk)
    is_news = account.second_factor_since is None or days < account.second_factor_days
    account.second_factor_since = account.second_factor_since or timezone.now()
    account.second_factor_days = days
    account.save(update_fields=["second_factor_since", "second_factor_days"])
    audit.record("account.second_factor_required", account, data={"days": days})
    if is_news:
        _tell(account)


@transaction.atomic
def release(account: Account) -> None:
    """Leave it to each member."""
    asking = Account.objects.filter(pk=account.pk, second_factor_since__isnull=False)
    if asking.update(second_factor_since=None):
        audit.record("account.second_factor_released", account)


def wanted_by(membership: Membership) -> datetime | None:
    """When this member must have a second factor; None where the account asks for none."""
    account = membership.account
    if account.second_factor_since is None:
        return None
    return max(account.second_factor_since, membership.joined_at) + timedelta(days=account.second_factor_days)


def locks_out(membership: Membership, now: datetime | None = None) -> bool:
    """Whether the member's days are over and there still is no second factor."""
    wanted = wanted_by(membership)
    return wanted is not None and wanted <= (now or timezone.now()) and not security.has_second_factor(membership.user)


def way_to_set_up(request: Any, membership: Membership) -> HttpResponse | None:
    """For whoever must set one up before anything else here: the way there. A session that used one is not asked."""
    if wanted_by(membership) is None or security.used_second_factor(request) or not locks_out(membership):
        return None
    request.session["account"] = membership.account_id  # where to come back to
    return HttpResponseClientRedirect("/second-factor/") if request.htmx else redirect("second_factor")


def asked_of(request: Any, membership: Membership) -> Asked | None:
    """The days that a member without a second factor has left; None for everybody else."""
    wanted = wanted_by(membership)
    if wanted is None or security.used_second_factor(request) or security.has_second_factor(membership.user):
        return None
    return Asked(days_left=max(0, ceil((wanted - timezone.now()) / timedelta(days=1))))


def locked_accounts(user: User) -> list[Membership]:
    """The person's memberships that wait for a second factor."""
    if security.has_second_factor(user):
        return []
    now = timezone.now()
    return [each for each in memberships_of(user) if (wanted := wanted_by(each)) is not None and wanted <= now]


def _tell(account: Account) -> None:
    members = list(Membership.objects.active().filter(account_id=account.pk).select_related("user"))
    having = with_second_factor(members)
    for member in members:
        member.account = account
        until = wanted_by(member)
        if member.user_id not in having and member.user.is_confirmed and until is not None:
            emails.second_factor_wanted(member, account, until, is_at_once=until <= timezone.now())


def with_second_factor(members: list[Membership]) -> set[int]:
    """Which of these members have one, by the number of their user."""
    users = [member.user_id for member in members]
    found = Authenticator.objects.filter(user_id__in=users, type__in=security.SECOND_FACTORS)
    return set(found.values_list("user_id", flat=True))
