"""What a request tells of where it came from."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str | None:
    """The visitor's network address; None when the web server did not say."""
    try:
        found: str = get_adapter().get_client_ip(request)
    except (PermissionDenied, ImproperlyConfigured):  # the proxy says nothing, or less than it should
        return None
    return found
