"""Codes that are typed: those of an app (RFC 6238) and recovery codes. Each opens once."""

from __future__ import annotations

import logging

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt, encrypt
from django.conf import settings
from django.db import transaction

from accounts.factors.adapter import Unreadable
from accounts.models import User

logger = logging.getLogger(__name__)
Type = Authenticator.Type
_LAST_STEP = "last_step"


def step_of(secret: str, code: str) -> int | None:
    """The half minute that an app's code is for; None if it is for none around now."""
    for step in totp.yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=totp.format_hotp_value(totp.hotp_value(secret, step))):
            return step
    return None


def note_step(app: Authenticator, secret: str, step: int) -> None:
    """From now on, only codes of later half minutes count. The secret is sealed anew, by the newest of our own."""
    app.data |= {_LAST_STEP: step, "secret": encrypt(secret)}
    app.save(update_fields=["data"])


def left(recovery: Authenticator) -> int:
    """How many of these recovery codes still open."""
    return settings.MFA_RECOVERY_CODE_COUNT - recovery.data["used_mask"].bit_count()


@transaction.atomic
def use(user: User, code: str) -> Authenticator | None:
    """The app or the list of recovery codes that this code belongs to; the code is used up. None if it is wrong."""
    own = Authenticator.objects.filter(user_id=user.pk, type__in=[Type.TOTP, Type.RECOVERY_CODES])
    for authenticator in own.select_for_update():
        is_right = _uses_step if authenticator.type == Type.TOTP else _uses_recovery_code
        try:
            if is_right(authenticator, code):
                authenticator.user = user
                return authenticator
        except Unreadable:
            logger.error("Second factor %s was sealed with a secret that is gone", authenticator.pk)
    return None


def _uses_step(app: Authenticator, code: str) -> bool:
    secret = decrypt(app.data["secret"])
    step = step_of(secret, code)
    if step is None or step <= app.data.get(_LAST_STEP, 0):
        return False
    note_step(app, secret, step)
    return True


def _uses_recovery_code(codes: Authenticator, code: str) -> bool:
    wrapped = codes.wrap()
    is_right: bool = wrapped.validate_code(code)
    codes.data = wrapped.instance.data
    return is_right
