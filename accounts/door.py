"""The door: who you are, which account you are in, whether you belong there. Settled once, before any view.

Behind it the database shows, stamps and accepts that account's rows only, for exactly one
transaction; an answer of 400 or above leaves nothing half-done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from accounts.queries import membership_at
from lib import formats
from lib.errors import error_page
from tenancy.context import Actor, activate
from tenancy.errors import Conflict

PREFIX = "/a/"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class AccountMiddleware:
    """Opens ``/a/<account>/…`` to its members, inside the account."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        if "\0" in request.path_info:
            raise Http404  # no address of ours holds it, and PostgreSQL takes it for an error
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return self.enter(request)

    def enter(self, request: Any) -> HttpResponse:
        """Find the membership, then do everything that follows inside the account."""
        slug = request.path_info.removeprefix(PREFIX).partition("/")[0]
        membership = membership_at(request.user, slug)
        if membership is None:
            request.stranger = True
            return self.get_response(request)
        membership.user = request.user
        request.membership, request.account = membership, membership.account
        with reads_as(membership.user), activate(membership.account, actor=actor_for(membership)):
            response = self.get_response(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
        # Going back after signing out shows nothing, and no proxy keeps a firm's page.
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    def process_view(self, request: Any, view: Callable, args: Any, kwargs: dict[str, Any]) -> Any:
        """Turn the stranger away, and writing where the account's standing forbids it."""
        kwargs.pop("account_slug", None)
        if getattr(request, "stranger", False):
            raise Http404
        account = getattr(request, "account", None)
        if account is None or request.method in SAFE_METHODS or account.standing().may_write:
            return None
        if getattr(view, "open_when_read_only", False):
            return None
        return error_page(402, account_url=reverse("accounts:home", args=[account.slug]))

    def process_exception(self, request: Any, exception: Exception) -> HttpResponse | None:
        """Two people saved the same record at once, and the view had no better answer."""
        if isinstance(exception, Conflict):
            return error_page(409, record_url=request.path)
        return None


def actor_for(membership: Membership) -> Actor:
    """The member as the audit log names them."""
    return Actor("member", membership.pk, str(membership.user))


@contextmanager
def reads_as(user: User) -> Iterator[None]:
    """Dates, times of day and figures as this person wants them written."""
    with (
        timezone.override(user.time_zone),
        formats.use(locale=user.locale, decimal_hours=user.hours_format == "decimal"),
    ):
        yield
