"""The staff area's door. Staff are no members and members are no staff: whoever does not belong finds nothing.

It has an entrance of its own (``views/entrance.py``): only a sign-in that began there and came to its end opens the
area. Both sides have one host and one kind of cookie, so what a session may is noted when its sign-in is complete, and
taken away by whatever signs somebody in anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from allauth.account.signals import user_logged_in as sign_in_completed
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in as somebody_came
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.members import reads_as
from accounts.models import User
from accounts.security import staff_may_enter

View = Callable[..., HttpResponse]
SEEN, ENTERED, DOOR = "staff_seen_at", "came_by_the_staff_entrance", "staff"
IDLE, WRITTEN_EVERY = timedelta(minutes=15), timedelta(minutes=1)


def staff_only(view: View) -> View:
    """Let only our own staff in, who proved by a second factor who they are, and nobody keep the page.

    Whoever is not signed in is led to the staff's sign-in, wherever they knock. For members there is no such page: 404,
    as at a stranger's account.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return redirect("support:sign_in")
        if not (isinstance(user, User) and user.is_active and user.is_staff):
            raise Http404
        if not request.session.get(ENTERED):
            return redirect("support:sign_in")
        if not staff_may_enter(request):
            messages.info(request, "The staff area opens by a second factor only. Set one up here.")
            return redirect("second_factor")
        if _was_idle(request):
            logout(request)
            messages.info(request, "You were signed out of the staff area: nothing happened for a quarter of an hour.")
            return redirect("support:sign_in")
        with reads_as(user):
            response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store, private"
        return response

    guarded.staff_only = True  # type: ignore[attr-defined]
    return guarded


@receiver(somebody_came)
def _close(request: HttpRequest, **_: Any) -> None:
    """Whoever comes in, by whichever door: what this session could open before is over."""
    request.session.pop(ENTERED, None)


@receiver(sign_in_completed)
def _open(request: HttpRequest, door: str = "", **_: Any) -> None:
    """A sign-in is complete, with all its steps. The one that began at our own entrance says so; its clock runs."""
    if door == DOOR:
        request.session[ENTERED], request.session[SEEN] = True, time.time()


def _was_idle(request: HttpRequest) -> bool:
    """Whether nobody did anything here for too long. A look's own asking keeps nobody signed in."""
    now, seen = time.time(), request.session.get(SEEN)
    if seen is not None and now - seen > IDLE.total_seconds():
        return True
    is_asked_by_hand = not request.resolver_match or request.resolver_match.url_name != "look_state"
    if is_asked_by_hand and (seen is None or now - seen > WRITTEN_EVERY.total_seconds()):
        request.session[SEEN] = now
    return False


def staff_here(request: HttpRequest) -> User:
    """Who of us is behind a page that ``staff_only`` opened."""
    return request.user  # type: ignore[return-value]
