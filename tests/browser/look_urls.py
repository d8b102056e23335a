"""Every page that the look brings along, and the addresses they lead to, without a database."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from config import pages
from config.urls import urlpatterns as house
from lib.errors import error_page

WORDS = {
    402: {"billing_url": "/", "export_url": "/", "account_url": "/"},
    403: {"cookies_needed": True, "retry": "/"},
    409: {"record_url": "/"},
}


def error(request: HttpRequest, status: int) -> HttpResponse:
    return error_page(status, **WORDS.get(status, {}))


def blank(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


@require_POST
def fails(request: HttpRequest, status: int) -> HttpResponse:
    return HttpResponse(f"<p>Answer {status}</p>", status=status)


urlpatterns = [
    path("kit/", pages.kit),
    path("error/<int:status>/", error),
    path("a/acme/admin/", blank),
    path("a/acme/admin/profile/", blank),
    path("fails/<int:status>/", fails),
    *house,
]
