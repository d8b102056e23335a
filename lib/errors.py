"""Error pages: rendered without a request, so they ask the database nothing and never fail in turn."""

from http import HTTPStatus

from django.http import HttpResponse
from django.template.loader import render_to_string


def error_page(status: int, **words: object) -> HttpResponse:
    """``return error_page(402, account_url=…)``: the calm page templates/<status>.html."""
    content = render_to_string(f"{status}.html", {"status": HTTPStatus(status), **words})
    response = HttpResponse(content, status=status)
    response["Cache-Control"] = "no-store"
    return response
