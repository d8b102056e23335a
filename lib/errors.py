"""Error pages: rendered without a request, so they ask the database nothing and cannot fail in turn."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.template.loader import render_to_string


class Refused(PermissionDenied):
    """Nobody may do this now, whatever their role; the message is for whoever tried."""


def error_page(status: int, **words: object) -> HttpResponse:
    """``return error_page(402, account_url=…)``: the calm page templates/<status>.html."""
    response = HttpResponse(render_to_string(f"{status}.html", words), status=status)
    response["Cache-Control"] = "no-store"
    return response
