"""Which letter for whom."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from accounts import mail
from accounts.links import welcome_url
from accounts.models import Account, OutgoingMail, User


def way_in(user: User, account: Account | None = None) -> OutgoingMail:
    """The letter for somebody who asks to come in: the first link, or a word that the door is theirs already.

    It repeats nothing that was typed into a form, so nobody can send their words to a stranger.
    """
    if user.is_confirmed:
        return mail.write(
            "already_registered",
            user.email,
            account=account,
            login_url=settings.SITE_URL + reverse("account_login"),
            reset_url=settings.SITE_URL + reverse("account_reset_password"),
        )
    return mail.write("welcome", user.email, account=account, email=user.email, welcome_url=welcome_url(user))
