"""The door: who you are, which account you are in, whether you belong there. Settled once, before any view.

People come with a session to ``/a/<account>/…``, programs with a key to ``/api/…``. Behind it the database
shows, stamps and accepts that account's rows only, for exactly one transaction; an answer of 400 or above
leaves nothing half-done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, is_valid_path, resolve, reverse
from django.utils import timezone

from accounts import allow_list, entrance, keys
from accounts.api import throttle
from accounts.api.once import once
from accounts.api.operations import Endpoint, OpenOperation, Operation
from accounts.api.problems import Problem, problem_of
from accounts.factors import policy
from accounts.members import actor_for, reads_as
from accounts.models import ApiKey, Membership
from accounts.permissions import can, refused_to_write
from accounts.queries import membership_at
from accounts.visitors import address_of
from lib.errors import error_page
from tenancy.context import activate
from tenancy.errors import Conflict

PREFIX = "/a/"
API = "/api/"
API_DOCS = "/api/docs/"
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
        membership = member_at_the_door(request)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return self.enter(request, membership)

    def enter(self, request: Any, membership: Membership | None) -> HttpResponse:
        """Do everything that follows inside the account; a stranger finds nothing."""
        if membership is None:
            request.stranger = True
            return self.get_response(request)
        if not allow_list.lets_in(membership, request):
            return _not_from_here(request, membership)
        if (way := policy.way_to_set_up(request, membership)) is not None:
            return way
        request.membership, request.account = membership, membership.account
        with inside(membership):
            _note_visit(request, membership)
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
        return None if request.method in SAFE_METHODS else refused_to_write(request, view)

    def process_exception(self, request: Any, exception: Exception) -> HttpResponse | None:
        """Two people saved the same record at once, and the view had no better answer."""
        if isinstance(exception, Conflict):
            return error_page(409, record_url=request.path)
        return None


def _not_from_here(request: HttpRequest, membership: Membership) -> HttpResponse:
    """They belong here, and come from an address that the account does not let in."""
    is_owner = membership.role == Membership.Role.OWNER
    way_back = reverse("way_back", args=[membership.account.slug]) if is_owner else ""
    words = {
        "address": address_of(request) or "unknown",
        "way_back": way_back,
        "is_sent": request.method == "POST",
    }
    return error_page(403, **words)


def member_at_the_door(request: Any) -> Membership | None:
    """The membership of whoever knocks, in the account that the address names; says also who is signed in.

    What can't be settled at a glance, such as a sign-in that was signed with a former secret, is left to Django.
    """
    slug = request.path_info.removeprefix(PREFIX).partition("/")[0]
    found = entrance.visitor(request.session.known_as, slug)
    if found is not None:
        request.session.take(found.session)
        if request.session.lets_in(found.person):
            request.user = found.person
            return found.membership
    return membership_at(request.user, slug) if request.user.is_authenticated else None


def _note_visit(request: Any, membership: Membership) -> None:
    """Remember when and where this person was last, so that signing in leads back there."""
    came_over = request.session.get("account") != membership.account_id
    if came_over:
        request.session["account"] = membership.account_id
    membership.note_seen(timezone.now(), at_once=came_over)


class ApiMiddleware:
    """Opens ``/api/…`` to keys. It stands before sessions, cookies and pages, which no program needs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(API) or f"{request.path_info.rstrip('/')}/" == API_DOCS:
            return self.get_response(request)
        try:
            response = self.answer(request)
        except Exception as exception:
            response = problem_of(request, exception).answer(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        if response.status_code != 204:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response

    def answer(self, request: Any) -> HttpResponse:
        """Find the operation, then the key, then do it inside the key's account."""
        request.get_host()  # refuses a host that is not ours
        if "\0" in request.path_info:
            raise Http404
        found = address(request.path_info)
        endpoint: Endpoint = found.func  # type: ignore[assignment]
        operation = endpoint.operation(request.method)
        if not request.accepts("application/json"):
            raise Problem("not-acceptable")
        if isinstance(operation, OpenOperation):
            return operation.run(request)
        key = key_of(request)
        throttle.count(key.pk)
        if not allow_list.lets_in(key.membership, request):
            raise Problem("address")
        refuse_what_is_not_allowed(key, operation, request.method)
        request.membership, request.account = key.membership, key.account
        with inside(key.membership, key):
            return once(request, lambda: operation.run(request, **found.kwargs), takes_file=operation.takes_file)


def address(path: str) -> ResolverMatch:
    """What an address of the API leads to. Without its last slash it leads nowhere, and that is said."""
    try:
        return resolve(path)
    except Resolver404:
        if not path.endswith("/") and is_valid_path(f"{path}/"):
            raise Problem("not-found", f"Addresses end with a slash: {path}/.") from None
        raise


def key_of(request: HttpRequest) -> ApiKey:
    """The living key that the request brings, whose member still belongs to its account."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    key = entrance.key_of(text.strip()) if kind.lower() == "bearer" else None
    now = timezone.now()
    if key is None or (trouble := keys.trouble(key, now)):
        raise Problem("no-key", trouble if key else "", headers={"WWW-Authenticate": 'Bearer realm="Candor"'})
    if policy.locks_out(key.membership, now):
        raise Problem("second-factor")
    key.note_use(now)
    return key


def refuse_what_is_not_allowed(key: ApiKey, operation: Operation, method: str) -> None:
    """A key gives what its scopes and its member's role both allow, and no writing in a read-only account."""
    if operation.scope not in key.scopes:
        raise Problem("scope", f"This needs the scope {operation.scope}; the key does not have it.")
    if not can(key.membership, operation.action):
        raise Problem("forbidden")
    is_open = method in SAFE_METHODS or operation.works_read_only
    if not is_open and not key.account.standing().may_write:
        raise Problem("read-only")


@contextmanager
def inside(membership: Membership, key: ApiKey | None = None) -> Iterator[None]:
    """Work as this member in their account, with dates and figures as they want them."""
    with reads_as(membership.user), activate(membership.account, actor=actor_for(membership, key)):
        yield
