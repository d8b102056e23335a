"""The staff area's door. Staff are no members and members are no staff: whoever does not belong finds nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.members import reads_as
from accounts.models import User
from accounts.security import staff_may_enter

View = Callable[..., HttpResponse]


def staff_only(view: View) -> View:
    """Let only our own staff in, who proved by a second factor who they are, and nobody keep the page.

    For everybody else there is no such page: 404, as at a stranger's account.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if not (isinstance(user, User) and user.is_active and user.is_staff):
            raise Http404
        if not staff_may_enter(request):
            messages.info(request, "The staff area opens by a second factor only. Set one up here.")
            return redirect("second_factor")
        with reads_as(user):
            response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store, private"
        return response

    guarded.staff_only = True  # type: ignore[attr-defined]
    return guarded


def staff_here(request: HttpRequest) -> User:
    """Who of us is behind a page that ``staff_only`` opened."""
    return request.user  # type: ignore[return-value]
