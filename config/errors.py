"""Answers that no view gives."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: usually cookies are off, or the page is older than the sign-in."""
    return render(request, "403_csrf.html", {"cookies_missing": not request.COOKIES}, status=403)
