"""What we keep in browsers, and the signals that they send."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.cookieless import accepts_without_cookies
from accounts.cookies import REMEMBERED, Category, of, remembered_email

GPC_SINCE = date(2026, 11, 22)


@require_safe
def cookies(request: HttpRequest) -> HttpResponse:
    """The register, as it is."""
    words = {"groups": [(category, of(category)) for category in Category], "remembered": remembered_email(request)}
    return render(request, "accounts/cookies.html", words)


@require_POST
@accepts_without_cookies
def forget_browser(request: HttpRequest) -> HttpResponse:
    """Take back the cookie that fills in the address."""
    response = redirect("account_login" if request.GET.get("from") == "login" else "cookies")
    REMEMBERED.forget(response)
    return response


@require_safe
def gpc(request: HttpRequest) -> HttpResponse:
    """That we honour Global Privacy Control, as its specification wants it said."""
    return JsonResponse({"gpc": True, "lastUpdate": GPC_SINCE.isoformat()})
