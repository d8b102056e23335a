"""Single-use links that arrive by mail."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
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
