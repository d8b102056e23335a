"""The register of our cookies: every cookie that Candor may set stands here, and nothing else can be set.

What a cookie holds is sealed on its way to the browser and opened on its way back, so only we can read it and nobody
can make one. The page ``/cookies/`` is printed from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.models import normalise_email
from lib.seals import Seal


class Category(StrEnum):
    """What a cookie is for. The last two are empty, and a test keeps them so."""

    NECESSARY = "necessary"
    PREFERENCE = "preference"
    ANALYTICS = "analytics"
    MARKETING = "marketing"


@dataclass(frozen=True)
class Cookie:
    """One cookie: what people are told about it, and how it is sealed."""

    name: str
    category: Category
    purpose: str
    set_when: str
    ends: str
    lifetime: timedelta | None = None  # None: with the browser

    @property
    def seal(self) -> Seal:
        return Seal(f"cookie {self.name}")

    def read(self, request: HttpRequest) -> str:
        """What the browser brought; empty if it brought nothing that we made."""
        return request.COOKIES.get(self.name, "")

    def put(self, response: HttpResponse, value: str) -> None:
        """Give it to the browser, for this host alone."""
        safely = {"secure": settings.SESSION_COOKIE_SECURE, "httponly": True, "samesite": "Lax"}
        response.set_cookie(self.name, value, max_age=self.lifetime, **safely)

    def forget(self, response: HttpResponse) -> None:
        """Take it back."""
        response.delete_cookie(self.name, samesite="Lax")


def _hours(limit: timedelta) -> str:
    return f"{limit // timedelta(hours=1)} hours"


SESSION = Cookie(
    settings.SESSION_COOKIE_NAME,
    Category.NECESSARY,
    "Knows you from one page to the next while you are signed in.",
    "You sign in, or follow a link of ours that sets a password.",
    f"When you sign out or close the browser; at the latest after {_hours(settings.SESSION_IDLE)} without use, "
    f"and {_hours(settings.SESSION_ABSOLUTE)} after signing in.",
)
FORMS = Cookie(
    settings.CSRF_COOKIE_NAME,
    Category.NECESSARY,
    "Proves that a form was sent from our own page, not from somebody else’s.",
    "You open a form for signing in, or a page behind it.",
    "When you close the browser.",
)
REMEMBERED = Cookie(
    settings.REMEMBER_COOKIE_NAME,
    Category.PREFERENCE,
    "Fills in your e-mail address at the next sign-in. It signs nobody in.",
    "You tick “Remember this browser” while signing in.",
    f"After {settings.REMEMBER_FOR.days} days, or at once when you choose “Forget this browser”.",
    settings.REMEMBER_FOR,
)
REGISTER = {cookie.name: cookie for cookie in (SESSION, FORMS, REMEMBERED)}


def of(category: Category) -> list[Cookie]:
    """The cookies of one category."""
    return [cookie for cookie in REGISTER.values() if cookie.category is category]


def remembered_email(request: HttpRequest) -> str:
    """The address that this browser was asked to remember. It recognises; it proves nothing."""
    return normalise_email(REMEMBERED.read(request))


class UnknownCookie(LookupError):
    """A cookie was about to be set that the register does not know."""


class SealedCookies:
    """Opens our cookies as they come in and seals them as they go out; a stranger's value comes in as nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        for name in REGISTER.keys() & request.COOKIES.keys():
            cookie = REGISTER[name]
            request.COOKIES[name] = cookie.seal.open(request.COOKIES[name], cookie.lifetime) or ""
        response = self.get_response(request)
        for name, morsel in list(response.cookies.items()):
            if name not in REGISTER:
                raise UnknownCookie(f"Describe the cookie {name} in accounts/cookies.py, or do not set it.")
            if morsel.value:
                response.cookies[name] = REGISTER[name].seal.close(morsel.value)
        return response
