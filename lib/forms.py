"""What every view with a form asks of its request."""

from django.http import HttpRequest, QueryDict


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, to bind a form to; None where the page was only asked for.

    Something sent without a word is sent, too: its form says what is missing.
    """
    return request.POST if request.method == "POST" else None
