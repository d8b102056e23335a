"""Verbs on firms and their people. Each is one transaction and one line in the audit log."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify

import audit
from accounts.models import Account, Membership, User
from tenancy.context import Actor, activate

_RESERVED_SLUGS = {"admin", "api", "new", "support"}
_TRIES = 1000


@transaction.atomic
def open_account(user: User, *, name: str, **facts: Any) -> Membership:
    """Start a trial for a new firm, with this user as its owner. Returns the owner's membership."""
    account = _create_account(name, facts)
    membership = Membership.objects.create(
        account=account, user=user, role=Membership.Role.OWNER, is_privacy_approver=True
    )
    with activate(account, actor=Actor("member", membership.pk, str(user))):
        audit.record("account.opened", account)
    return membership


def add_member(account: Account, user: User, role: str) -> Membership:
    """Let a user into the active account with a role."""
    membership = Membership.objects.create(account=account, user=user, role=role)
    audit.record("member.added", membership, data={"role": role})
    return membership


def _create_account(name: str, facts: dict[str, Any]) -> Account:
    base = slugify(name)[:40].strip("-") or "firm"
    for number in range(1, _TRIES):
        slug = base if number == 1 and base not in _RESERVED_SLUGS else f"{base}-{number}"
        if Account.objects.filter(slug=slug).exists():
            continue
        try:
            with transaction.atomic():
                return Account.objects.create(name=name, slug=slug, **facts)
        except IntegrityError:  # somebody took the slug at this very moment
            continue
    raise RuntimeError(f"No free address was found for {base}.")
