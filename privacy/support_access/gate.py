"""The staff area's door. Staff are no members and members are no staff: whoever does not belong finds nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def staff_only(view: View) -> View:
    """Let only our own staff in. For everybody else there is no such page: 404, as at a stranger's account."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_staff_here(request):
            raise Http404
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store, private"
        return response

    guarded.staff_only = True  # type: ignore[attr-defined]
    return guarded


def is_staff_here(request: HttpRequest) -> bool:
    """Whether this session may open the staff area."""
    user = request.user
    return bool(user.is_authenticated and user.is_active and user.is_staff)
