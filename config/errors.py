"""Answers that no view gives."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts import limits
from lib.errors import Refused, error_page


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(403, reason=str(exception) if isinstance(exception, Refused) else "")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """allauth's answer to a flood; it counts those by the minute."""
    return limits.page(60)


def server_error(request: HttpRequest) -> HttpResponse:
    return error_page(500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: usually cookies are off, or the page is older than the sign-in."""
    cookies_work = {settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_NAME} & request.COOKIES.keys()
    situation = "stale_form" if cookies_work else "cookies_needed"
    return error_page(403, **{situation: True, "retry": request.path})


class OwnNotFoundPage:
    """On a development server too, a wrong address shows our page; Django's would show a developer's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_djangos = response.status_code == 404 and b"<code>DEBUG = True</code>" in getattr(response, "content", b"")
        return error_page(404) if settings.DEBUG and is_djangos else response
