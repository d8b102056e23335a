"""Pages of the whole product: the front page, error pages and, in DEBUG, the kit."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lib.errors import error_page


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """What a stranger sees first; needs neither cookies nor scripts."""
    return render(request, "home/landing.html")


@require_safe
def kit(request: HttpRequest) -> HttpResponse:
    """Every part of the look on one page, for whoever builds the next one."""
    if not settings.DEBUG:
        raise Http404
    from config.kit import sample

    return render(request, "home/kit.html", sample(request))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(404)


def server_error(request: HttpRequest) -> HttpResponse:
    return error_page(500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its cookie: say that a cookie is needed, and for what."""
    has_cookie = settings.CSRF_COOKIE_NAME in request.COOKIES or request.COOKIES.get(
        settings.SESSION_COOKIE_NAME
    )
    return error_page(403, stale_form=bool(has_cookie), cookies_needed=not has_cookie, retry=request.path)
