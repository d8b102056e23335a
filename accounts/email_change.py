"""Another address to sign in with, in two steps: asked for by who is signed in, confirmed from the new address.

Both addresses are told. The old one can stop it, and for a week undo it: then whoever did it is signed out
everywhere, and nothing that they know or made since opens anything. A new address that somebody else signs in with
is answered alike; only its owner reads that in a letter.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.dispatch import Signal
from django.http import HttpRequest
from django.utils import timezone

from accounts import emails, security, sessions
from accounts.actions import revoke_api_key
from accounts.factors import actions as factors
from accounts.members import actor_for
from accounts.models import ApiKey, EmailChange, SecurityEvent, User
from accounts.queries import memberships_of
from datamap import Retention
from lib.seals import Seal
from tenancy.context import activate
from tenancy.sweeping import sweeps

CONFIRM_WITHIN = timedelta(days=Retention.THREE_DAYS.days)
UNDO_WITHIN = timedelta(days=7)
KEPT = timedelta(days=Retention.THIRTY_DAYS.days)
changed = Signal()  # with ``user``, in the transaction in which they have the address that they asked for
_CONFIRM, _UNDO = Seal("confirm address"), Seal("undo address")


class Ended(Exception):
    """The link was used already, is too old, was taken back, or was never ours."""


class Taken(Exception):
    """Somebody else signs in with that address meanwhile."""


@transaction.atomic
def ask(user: User, email: str, *, request: str = "") -> None:
    """Write to both addresses. Nothing changes until the new one is confirmed. ``request``: they asked us to do it."""
    _lock(user)
    open_change(user, for_update=True).update(ended_at=timezone.now())
    change = EmailChange.objects.create(user=user, old_email=user.email, new_email=email)
    if User.objects.filter(email=email).exists():
        emails.address_in_use(change)
    else:
        emails.confirm_address(change, _CONFIRM.close(str(change.pk)))
    emails.address_change_asked(change, _UNDO.close(str(change.pk)), request)
    security.tell_firms(user, "email_change_asked", to=email)


def open_change(user: User, *, for_update: bool = False) -> Any:
    """What the person asked for and has neither confirmed nor taken back."""
    found = EmailChange.objects.filter(
        user_id=user.pk, confirmed_at=None, ended_at=None, asked_at__gt=timezone.now() - CONFIRM_WITHIN
    )
    return found.select_for_update() if for_update else found


def take_back(user: User) -> bool:
    """The person thought better of it. True if there was something to take back."""
    return bool(open_change(user).update(ended_at=timezone.now()))


def to_confirm(token: str) -> EmailChange:
    """The change that this link of the new address confirms. Raises Ended."""
    found = _opened(_CONFIRM, token)
    if found.confirmed_at or found.asked_at < timezone.now() - CONFIRM_WITHIN:
        raise Ended
    return found


def to_undo(token: str) -> EmailChange:
    """The change that this link of the old address stops or undoes. Raises Ended."""
    found = _opened(_UNDO, token)
    if timezone.now() > _undo_until(found):
        raise Ended
    return found


@transaction.atomic
def confirm(request: HttpRequest, token: str) -> None:
    """From now on the person signs in with the new address. Raises Ended or Taken."""
    user = _lock(to_confirm(token).user)
    change = to_confirm(token)
    change.confirmed_at = timezone.now()
    # Taken back at this very moment, it is not confirmed: what has ended can't be undone.
    if not open_change(user).filter(pk=change.pk).update(confirmed_at=change.confirmed_at):
        raise Ended
    _give(user, change.new_email)
    security.note(SecurityEvent.Kind.EMAIL_CHANGED, request, user)
    security.tell_firms(user, "email_changed", old=change.old_email, new=change.new_email)
    emails.address_changed(change, _UNDO.close(str(change.pk)), _undo_until(change))
    changed.send(User, user=user)


@transaction.atomic
def undo(request: HttpRequest, token: str) -> EmailChange:
    """Stop the change, or bring the old address back and shut out whoever changed it. Raises Ended or Taken."""
    user = _lock(to_undo(token).user)
    change = to_undo(token)
    now = timezone.now()
    # Later changes go, too: their links went to addresses that this one led to.
    EmailChange.objects.filter(user_id=user.pk, asked_at__gte=change.asked_at, ended_at=None).update(ended_at=now)
    if change.confirmed_at is None:
        security.tell_firms(user, "email_change_stopped", to=change.new_email)
        return change
    before = user.email
    _give(user, change.old_email)
    user.set_password(secrets.token_urlsafe(32))
    user.save(update_fields=["password"])
    sessions.end_others(user, but=None)
    # Whoever asked may have made something first, in the same session: so long lasts none.
    _take_away_what_was_made(user, since=change.asked_at - settings.SESSION_ABSOLUTE)
    security.note(SecurityEvent.Kind.EMAIL_CHANGED, request, user)
    security.tell_firms(user, "email_change_undone", old=change.old_email, new=before)
    return change


def _take_away_what_was_made(user: User, *, since: datetime) -> None:
    """Keys and second factors of whoever we shut out. Older ones stay: they keep others out."""
    factors.forget_made_since(user, since)
    for membership in memberships_of(user):
        with activate(membership.account, actor=actor_for(membership)):
            for key in ApiKey.objects.filter(
                account_id=membership.account_id, membership_id=membership.pk, created_at__gte=since
            ):
                revoke_api_key(key)


@sweeps()
def forget_old() -> None:
    """Drop what was asked for long ago."""
    EmailChange.objects.filter(asked_at__lt=timezone.now() - KEPT).delete()


def _opened(seal: Seal, token: str) -> EmailChange:
    number = seal.open(token)
    found = EmailChange.objects.filter(pk=number, ended_at=None).select_related("user").first() if number else None
    if found is None:
        raise Ended
    return found


def _undo_until(change: EmailChange) -> datetime:
    return change.confirmed_at + UNDO_WITHIN if change.confirmed_at else change.asked_at + CONFIRM_WITHIN


def _give(user: User, email: str) -> None:
    _make_room(user, email)
    try:
        with transaction.atomic():
            EmailAddress.objects.filter(user_id=user.pk).delete()
            EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
            user.email = email
            user.save(update_fields=["email"])
    except IntegrityError:  # somebody signed up with it at this very moment
        raise Taken from None


def _make_room(user: User, email: str) -> None:
    """Whoever signed up with an address, and never followed a letter there, gives way to who did. Or raises Taken.

    Otherwise a thief who changed an address would keep its owner from undoing that, by the trial form.
    """
    other = User.objects.select_for_update().filter(email=email).exclude(pk=user.pk).first()
    if other is None:
        return
    if other.is_confirmed:
        raise Taken
    other.email = f"{other.public_id.hex}@unconfirmed.invalid"
    other.save(update_fields=["email"])
    EmailAddress.objects.filter(user_id=other.pk).update(email=other.email)


def _lock(user: User) -> User:
    return User.objects.select_for_update().get(pk=user.pk)
