"""Verbs on firms and their people. Each is one transaction and one line in the audit log."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

import audit
from accounts import consents, documents, emails, facts, keys, opening
from accounts.cookieless import LIFETIME
from accounts.links import opens
from accounts.members import actor_for
from accounts.models import Acceptance, Account, ApiKey, ArrivedForm, Membership, User, normalise_email
from tenancy.context import activate
from tenancy.sweeping import sweeps

_RESERVED_SLUGS = {"admin", "api", "new", "support"}
_TRIES = 1000
OLD_ENOUGH = "I am at least 13 years old"


class LinkUsed(Exception):
    """The link was used already, or is too old, or was never ours."""


class _Rehearsed(Exception):
    """The work is done and shall leave nothing behind."""


# --- coming in ------------------------------------------------------------------------------------


@transaction.atomic
def open_account(user: User, *, name: str, said: dict[str, Any] | None = None, **firm: Any) -> Membership:
    """Start a trial for a new firm, with this user as its owner. Returns the owner's membership.

    ``said`` is what the person stated while signing up; it goes into the log.
    """
    account = _create_account(name, firm)
    membership = Membership.objects.create(
        account=account, user=user, role=Membership.Role.OWNER, is_privacy_approver=True
    )
    with activate(account, actor=actor_for(membership)):
        audit.record("account.opened", account, data=said)
        opening.furnish()
    return membership


@transaction.atomic
def register(
    *, person: dict[str, str], firm: dict[str, Any], wishes: Collection[str] = (), arrival: documents.Arrival
) -> None:
    """Open a trial for somebody new and mail them the way in; to a known address, mail only that word.

    Both do the same work, so that neither the answer nor its time tells which it was. ``wishes``
    are the kinds of mail that the person ticked.
    """
    known = User.objects.filter(email=normalise_email(person["email"])).first()
    if known is None:
        try:
            with transaction.atomic():
                emails.way_in(*_begin(person, firm, wishes, arrival))
            return
        except IntegrityError:  # the same person came through another form at this very moment
            known = User.objects.get(email=normalise_email(person["email"]))
    with suppress(_Rehearsed), transaction.atomic():
        _begin({**person, "email": f"{uuid.uuid4().hex}@rehearsal.invalid"}, firm, wishes, arrival)
        raise _Rehearsed
    emails.way_in(known)


def _begin(
    person: dict[str, str], firm: dict[str, Any], wishes: Collection[str], arrival: documents.Arrival
) -> tuple[User, Account]:
    user = create_person(**person)
    documents.accept(user, firm["country"], Acceptance.How.SIGNED_UP, arrival)
    consents.ticked(user, wishes, source=arrival.path)
    membership = open_account(user, said={"stated": OLD_ENOUGH, "source": arrival.path}, **firm)
    return user, membership.account


def create_person(email: str, **fields: Any) -> User:
    """A user who has not followed the first link yet: no password, address not verified."""
    user = User.objects.create_user(email, **fields)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    return user


@transaction.atomic
def confirm(user: User, *, token: str, password: str) -> User:
    """Follow the first link: set the password and verify the address. Raises LinkUsed the second time."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if not opens(user, token):
        raise LinkUsed
    user.set_password(password)
    user.save(update_fields=["password"])
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    for membership in user.memberships.filter(removed_at=None).select_related("account"):
        with activate(membership.account, actor=actor_for(membership)):
            audit.record("member.confirmed", membership)
    return user


def add_member(account: Account, user: User, role: str) -> Membership:
    """Let a user into the active account with a role."""
    membership = Membership.objects.create(account=account, user=user, role=role)
    audit.record("member.added", membership, data={"role": role})
    return membership


@transaction.atomic
def create_api_key(membership: Membership, *, name: str, scopes: Collection[str], days: int) -> tuple[ApiKey, str]:
    """Make a key for one of the active account's members. Its text is returned this once and kept nowhere."""
    text = keys.new_key()
    key = ApiKey.objects.create(
        account_id=membership.account_id,
        membership=membership,
        name=name,
        start=keys.start_of(text),
        hash=keys.hash_of(text),
        scopes=sorted(scopes),
        expires_at=timezone.now() + timedelta(days=days),
    )
    audit.record("api_key.created", key, data={"member": str(membership), "scopes": key.scopes, "days": days})
    return key, text


@transaction.atomic
def revoke_api_key(key: ApiKey) -> None:
    """Let nobody in by this key any more, from the very next request on."""
    live = ApiKey.objects.filter(pk=key.pk, account_id=key.account_id, revoked_at=None)
    if live.update(revoked_at=timezone.now()):
        audit.record("api_key.revoked", key)


@sweeps()
def forget_arrived_forms() -> None:
    """Drop the marks of public forms whose token is too old to be sent again."""
    ArrivedForm.objects.filter(arrived_at__lt=timezone.now() - 2 * LIFETIME).delete()


# --- changing what we hold ------------------------------------------------------------------------


@transaction.atomic
def change_profile(user: User, *, expected_version: int) -> uuid.UUID | None:
    """Keep a person's changed profile. Returns the event that tells old and new; None if nothing changed.

    Raises Conflict if it was saved elsewhere meanwhile.

    What was emptied gets a line of its own: it is a removal, not only an edit.
    """
    stored = User.objects.select_for_update().get(pk=user.pk)
    changes = facts.differences(facts.of_person(stored), facts.of_person(user))
    if not changes and stored.version == expected_version:
        return None
    user.save_checked(expected_version)
    removed = [key for key, (_, new) in changes.items() if not new]
    if removed:
        audit.record("profile.removed", user, data={"removed": removed})
    return audit.record("profile.changed", user, data={"changes": changes})


def remove_from_profile(user: User, key: str) -> uuid.UUID | None:
    """Empty one optional part of a profile. Raises KeyError for a part that is needed or unknown."""
    parts = {fact.key: fact.fields for fact in facts.of_person(user) if fact.fields}
    for name in parts[key]:
        setattr(user, name, "")
    return change_profile(user, expected_version=user.version)


@transaction.atomic
def confirm_profile(membership: Membership) -> None:
    """The member has looked at their profile and says that it is right."""
    if membership.profile_confirmed_at is None:
        membership.profile_confirmed_at = timezone.now()
        membership.save(update_fields=["profile_confirmed_at"])
        audit.record("profile.confirmed", membership.user)


@transaction.atomic
def change_account(account: Account, *, expected_version: int) -> uuid.UUID | None:
    """Keep a firm's changed record. Raises Conflict if somebody else saved first; None if nothing changed."""
    stored = Account.objects.get(pk=account.pk)
    changes = facts.differences(facts.of_firm(stored), facts.of_firm(account))
    if not changes and stored.version == expected_version:
        return None
    account.save_checked(expected_version)
    return audit.record("account.changed", account, data={"changes": changes})


@transaction.atomic
def change_allow_list(account: Account, lines: list[str], *, expected_version: int) -> bool:
    """From where people may come in from now on. Raises Conflict if somebody was quicker; False if it is the same."""
    before = list(account.allow_list)
    if lines == before and account.version == expected_version:
        return False
    account.allow_list = lines
    account.save_checked(expected_version, ["allow_list"])
    said = {
        "added": [line for line in lines if line not in before],
        "removed": [line for line in before if line not in lines],
    }
    audit.record("allow_list.changed", account, data=said)
    return True


def _create_account(name: str, firm: dict[str, Any]) -> Account:
    base = slugify(name)[:40].strip("-") or "firm"
    for number in range(1, _TRIES):
        slug = base if number == 1 and base not in _RESERVED_SLUGS else f"{base}-{number}"
        if Account.objects.filter(slug=slug).exists():
            continue
        try:
            with transaction.atomic():
                return Account.objects.create(name=name, slug=slug, **firm)
        except IntegrityError:  # somebody took the slug at this very moment
            continue
    raise RuntimeError(f"No free address was found for {base}.")
