"""Passkeys (WebAuthn): the browser's device keeps a key, asks for a finger, a face or a PIN, and signs.

Every passkey is both: a second step after the password, and a way to sign in without one.
"""

from __future__ import annotations

import struct
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from fido2.utils import websafe_decode

from accounts.models import User

Options = dict[str, Any]
# What fido2 raises at bytes that are no answer of a browser: cut off, nested without end, of other kinds.
_MALFORMED = (ValidationError, ValueError, TypeError, LookupError, AttributeError, struct.error, RecursionError)


def options_to_add(user: User) -> Options:
    """What the browser is told to make a new passkey with."""
    return auth.begin_registration(user, passwordless=True)


def is_new(response: Any) -> bool:
    """Whether the browser's answer is a passkey that was made for what we just asked."""
    try:
        auth.parse_registration_response(response)
        auth.complete_registration(response)
    except _MALFORMED:
        return False
    return True


def options_to_prove(user: User | None = None) -> Options:
    """What the browser is told to sign: with a passkey of this person, or with anybody's that it holds."""
    return auth.begin_authentication(user)


def proven(user: User, response: Any) -> Authenticator | None:
    """The person's passkey that signed what we just asked; None if none did."""
    try:
        auth.parse_authentication_response(response)
        passkey = auth.complete_authentication(user, response)
    except _MALFORMED:
        return None
    passkey.user = user
    return passkey


def owner_of(response: Any) -> User | None:
    """Whose passkey the browser says it used. Proves nothing yet."""
    try:
        named = UUID(bytes=websafe_decode(response["response"]["userHandle"]))
    except _MALFORMED:
        return None
    return User.objects.filter(public_id=named, is_active=True).first()
