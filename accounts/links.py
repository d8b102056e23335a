"""Links that arrive by mail: those that work once, and those that last."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import signing
from django.urls import reverse

from accounts.models import User


class WelcomeTokens(PasswordResetTokenGenerator):
    """Proves that somebody reads the address. Choosing a password uses it up; three days end it."""

    key_salt = "accounts.links.welcome"


welcome_tokens = WelcomeTokens()


def welcome_url(user: User) -> str:
    """The way in for somebody who has not chosen a password yet."""
    return settings.SITE_URL + reverse("welcome", args=[user.public_id, welcome_tokens.make_token(user)])


def opens(user: User, token: str) -> bool:
    """True while this link may set the first password."""
    return user.is_active and not user.is_confirmed and welcome_tokens.check_token(user, token)


class LastingLink:
    """The last part of a link that never expires: it can be read by whoever holds it, and made by us alone."""

    def __init__(self, salt: str) -> None:
        self._signer = signing.Signer(salt=salt)

    def make(self, words: str) -> str:
        """Words without a dot, and behind a dot their signature."""
        return self._signer.sign(words).replace(":", ".")

    def read(self, token: str) -> str | None:
        """The words; None for a forged link."""
        try:
            return self._signer.unsign(":".join(token.rsplit(".", 1)))
        except signing.BadSignature:
            return None
