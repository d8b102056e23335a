"""Who may do what. One table, one question: views, API, tasks, search, reports and bulk all ask ``can``."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.models import Membership
from lib.errors import error_page

Role = Membership.Role
View = Callable[..., HttpResponse]
Rows = TypeVar("Rows", bound=QuerySet[Any])

EVERYONE = frozenset(Role)
ADMINS = frozenset({Role.OWNER, Role.ADMIN})
MANAGERS = ADMINS | {Role.MANAGER}
WORKERS = MANAGERS | {Role.MEMBER}
SEES_RECORDS = WORKERS | {Role.READER}

ROLES: dict[str, frozenset[Role]] = {
    "home.view": EVERYONE,
    "profile.edit": EVERYONE,
    "session.view": EVERYONE,
    "session.end": EVERYONE,
    "security.policy": ADMINS,
    "account.view": ADMINS,
    "account.edit": ADMINS,
    "sample.manage": ADMINS,
    "allow_list.edit": ADMINS,
    "member.view": EVERYONE,
    "api_key.own": EVERYONE,
    "api_key.manage": ADMINS,
    "people.view": MANAGERS,
    "people.manage": ADMINS,
    "people.own": frozenset({Role.OWNER}),
    "people.leave": EVERYONE,
    "ownership.answer": EVERYONE,
    "help.view": EVERYONE,
    "help.view_all": ADMINS,
    "audit.view": ADMINS,
    "audit.export": frozenset({Role.OWNER}),
    "contact.view": SEES_RECORDS,
    "contact.edit": WORKERS,
    "contact.delete": WORKERS,
    "contact.import": WORKERS,
    "company.view": SEES_RECORDS,
    "company.edit": WORKERS,
    "company.delete": WORKERS,
    "project.view": SEES_RECORDS,
    "project.edit": MANAGERS,
    "rate.view": MANAGERS | {Role.BILLING},
    "time.view": SEES_RECORDS,
    "time.view_all": MANAGERS | {Role.BILLING},
    "time.log": WORKERS,
    "time.log_for_others": MANAGERS,
}

# What it takes to do the same to a colleague's record, where that is more.
FOR_OTHERS = {"time.view": "time.view_all", "time.log": "time.log_for_others", "help.view": "help.view_all"}


def can(membership: Membership, action: str, record: Any = None) -> bool:
    """Whether this member may do ``action``, to ``record`` where one is named.

    Raises KeyError for an action that the table does not know.
    """
    if membership.role not in ROLES[action]:
        return False
    return record is None or _is_own(membership, record) or can_for_others(membership, action)


def can_for_others(membership: Membership, action: str) -> bool:
    """Whether this member may do ``action`` to what belongs to a colleague, or to nobody yet."""
    return not membership.sees_only_own_records and membership.role in ROLES[FOR_OTHERS.get(action, action)]


def within_reach(rows: Rows, membership: Membership, action: str) -> Rows:
    """Those of ``rows`` to which this member may do ``action``: the rule of ``can`` for lists, searches and sums.

    A model says in ``belongs_to`` which key names the member whose record it is. What has none, such as a
    project, belongs to the whole firm.
    """
    if membership.role not in ROLES[action]:
        return rows.none()
    key = getattr(rows.model, "belongs_to", None)
    if key is None or can_for_others(membership, action):
        return rows
    return rows.filter(**{key: membership.pk})


def _is_own(membership: Membership, record: Any) -> bool:
    key = getattr(record, "belongs_to", None)
    return key is None or getattr(record, f"{key}_id") == membership.pk


def allow(action: str) -> Callable[[View], View]:
    """Let only members in who may do ``action``; the others get 403. Every account view says one."""
    if action not in ROLES:
        raise KeyError(f"{action} is not in the table of accounts/permissions.py")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not can(request.membership, action):  # type: ignore[attr-defined]
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.allowed_action = action  # type: ignore[attr-defined]
        return guarded

    return decorate


def open_when_read_only(view: View) -> View:
    """Mark a view that works in every standing: profile, account, people, privacy, export, billing."""
    view.open_when_read_only = True  # type: ignore[attr-defined]
    return view


def refused_to_write(request: Any, view: View) -> HttpResponse | None:
    """The calm page, 402, where the account's standing forbids what ``view`` would write; None where it does not."""
    account = getattr(request, "account", None)
    if account is None or account.standing().may_write or getattr(view, "open_when_read_only", False):
        return None
    return error_page(402, account_url=reverse("accounts:home", args=[account.slug]))
