"""Who may do what. One table, one question: views, API, tasks, search, reports and bulk all ask ``can``."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts.models import Membership

Role = Membership.Role
View = Callable[..., HttpResponse]

EVERYONE = frozenset(Role)
ADMINS = frozenset({Role.OWNER, Role.ADMIN})
MANAGERS = ADMINS | {Role.MANAGER}
WORKERS = MANAGERS | {Role.MEMBER}
SEES_RECORDS = WORKERS | {Role.READER}

ROLES: dict[str, frozenset[Role]] = {
    "home.view": EVERYONE,
    "profile.edit": EVERYONE,
    "account.view": ADMINS,
    "account.edit": ADMINS,
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

# These show what happened to everything, so they are not for who sees only their own records.
SHOWS_ALL = frozenset({"audit.view", "audit.export"})


def can(membership: Membership, action: str, record: Any = None) -> bool:
    """Whether this member may do ``action``, to ``record`` where one is named.

    A member who sees only own records may touch a record only if they own it
    (``record.owner_id``). Raises KeyError for an action that the table does not know.
    """
    if membership.role not in ROLES[action] or (action in SHOWS_ALL and membership.sees_only_own_records):
        return False
    owned = record is None or not hasattr(record, "owner_id") or record.owner_id == membership.pk
    return owned or not membership.sees_only_own_records


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
