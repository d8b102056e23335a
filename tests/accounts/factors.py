"""An authenticator app as tests play it, and a proof that grew old."""

from __future__ import annotations

import re
import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.totp.internal import auth
from django.test import Client

APP = "/second-factor/app/"


def code_of(secret: str, later: int = 0) -> str:
    """What the app shows now, or so many half minutes later."""
    return auth.format_hotp_value(auth.hotp_value(secret, int(time.time()) // 30 + later))


def key_on(page: str) -> str:
    """The key as the set-up page shows it for typing."""
    return re.search(r'id="app-key"[^>]*>([A-Z2-7 ]+)<', page)[1].replace(" ", "")


def codes_on(page: str) -> list[str]:
    """The recovery codes on the page that shows them."""
    return re.findall(r"\b\d{4} \d{4}\b", page)


def set_up_app(browser: Client) -> tuple[str, list[str]]:
    """Add an app in a browser that is signed in: its secret, and the recovery codes."""
    secret = key_on(browser.get(APP).content.decode())
    return secret, codes_on(browser.post(APP, {"code": code_of(secret)}).content.decode())


def forget_proof(browser: Client) -> None:
    """As if whoever is signed in had proven it long ago."""
    session = browser.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = []
    session.save()
