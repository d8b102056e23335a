"""The account's home page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import allow


@require_safe
@allow("home.view")
def home(request: HttpRequest) -> HttpResponse:
    """What opens first after sign-in."""
    return render(request, "accounts/home.html")
