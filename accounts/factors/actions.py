"""Verbs on a person's second factors: each is one transaction, noted for them, told to their firms and mailed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY, record_authentication
from allauth.mfa.base.internal.flows import delete_dangling_recovery_codes
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, clear_totp_secret
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.db import transaction

import audit
from accounts import emails, security, sessions
from accounts.factors import codes
from accounts.models import SecurityEvent, User
from accounts.queries import memberships_of
from tenancy.context import Actor, activate

Kind = SecurityEvent.Kind
Type = Authenticator.Type
NAMES = {Type.TOTP: "an authenticator app", Type.WEBAUTHN: "a passkey"}


@transaction.atomic
def add_app(request: Any, secret: str, step: int) -> list[str]:
    """From now on the app's codes count. Returns new recovery codes if this is the first factor."""
    _lock(request.user)
    Authenticator.objects.filter(user_id=request.user.pk, type=Type.TOTP).delete()
    app = TOTP.activate(request.user, secret).instance
    codes.note_step(app, secret, step)
    clear_totp_secret(request)
    return _added(request, app)


@transaction.atomic
def add_passkey(request: Any, name: str, response: dict[str, Any]) -> list[str]:
    """From now on the passkey counts. Returns new recovery codes if this is the first factor."""
    _lock(request.user)
    return _added(request, WebAuthn.add(request.user, name, response).instance)


def rename_passkey(passkey: Authenticator, name: str) -> None:
    """What its person calls it."""
    passkey.data["name"] = name
    passkey.save(update_fields=["data"])


@transaction.atomic
def remove(request: Any, factor: Authenticator) -> None:
    """The factor counts no more. With the last one go the recovery codes, and every other browser."""
    _lock(request.user)
    factor.delete()
    delete_dangling_recovery_codes(request.user)
    is_last = not security.has_second_factor(request.user)
    _tell(request, Kind.FACTOR_REMOVED, "factor_removed", factor=NAMES[factor.type], is_last=is_last)
    if is_last:
        records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [each for each in records if each["method"] != "mfa"]
        _start_anew(request)


@transaction.atomic
def make_codes(request: Any) -> list[str]:
    """New recovery codes; the old ones open nothing any more."""
    _lock(request.user)
    Authenticator.objects.filter(user_id=request.user.pk, type=Type.RECOVERY_CODES).delete()
    _tell(request, Kind.CODES_MADE, "codes_made")
    return _new_codes(request.user)


def forget_made_since(user: User, since: datetime) -> None:
    """Remove what somebody else made in this person's name."""
    Authenticator.objects.filter(user_id=user.pk, created_at__gte=since).delete()
    delete_dangling_recovery_codes(user)


def code_was_used(request: Any, user: User, recovery: Authenticator) -> None:
    """A recovery code let somebody in: its person should know, and see how many are left."""
    left = codes.left(recovery)
    with transaction.atomic():
        security.note(Kind.CODE_USED, request, user)
        security.tell_firms(user, "code_used", left=left)
        emails.second_factor(user, "code_used", left=left)


@transaction.atomic
def reset(user: User, *, reason: str, staff: User) -> None:
    """Remove all that a person has, who lost it and whom we know by other means. For staff."""
    _lock(user)
    Authenticator.objects.filter(user_id=user.pk).delete()
    sessions.end_others(user, but=None)
    SecurityEvent.objects.create(user=user, kind=Kind.FACTOR_REMOVED)
    for membership in memberships_of(user):
        with activate(membership.account, actor=Actor("staff", staff.pk, str(staff))):
            audit.record("member.factors_reset", membership, data={"reason": reason})
    emails.second_factor(user, "factors_reset")


def _added(request: Any, factor: Authenticator) -> list[str]:
    record_authentication(request, request.user, "mfa", id=factor.pk, type=factor.type)
    others = Authenticator.objects.filter(user_id=request.user.pk).exclude(pk=factor.pk)
    is_first = not others.exclude(type=Type.RECOVERY_CODES).exists()
    _tell(request, Kind.FACTOR_ADDED, "factor_added", factor=NAMES[factor.type], is_first=is_first)
    if not is_first:
        return []
    _start_anew(request)
    return _new_codes(request.user)


def _new_codes(user: User) -> list[str]:
    return list(RecoveryCodes.activate(user).get_unused_codes())


def _tell(request: Any, kind: Kind, what: str, **words: Any) -> None:
    security.note(kind, request, request.user)
    security.tell_firms(request.user, what, **words)
    emails.second_factor(request.user, what, **words)


def _start_anew(request: Any) -> None:
    """Whoever is signed in elsewhere came in by other rules."""
    request.session.cycle_key()
    sessions.end_others(request.user, but=request.session.session_key)


def _lock(user: User) -> None:
    User.objects.select_for_update().only("pk").get(pk=user.pk)
