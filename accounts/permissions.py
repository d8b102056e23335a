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
    "account.close": frozenset({Role.OWNER}),
    "sample.manage": ADMINS,
    "allow_list.edit": ADMINS,
    "member.view": EVERYONE,
    "api_key.own": EVERYONE,
    "api_key.manage": ADMINS,
    "webhook.manage": frozenset({Role.OWNER}),  # who outside hears that a record changed
    "people.view": MANAGERS,
    "people.manage": ADMINS,
    "people.own": frozenset({Role.OWNER}),
    "billing.manage": frozenset({Role.OWNER, Role.BILLING}),  # the plan, its card and our invoices
    "people.leave": EVERYONE,
    "ownership.answer": EVERYONE,
    "help.view": EVERYONE,
    "help.view_all": ADMINS,
    "look.ask": SEES_RECORDS,
    "look.view": ADMINS,
    "look.decide": frozenset({Role.OWNER}),
    "look.policy": frozenset({Role.OWNER}),
    "privacy.answer": ADMINS,
    "audit.view": ADMINS,
    "audit.export": frozenset({Role.OWNER}),
    "export.start": frozenset({Role.OWNER}),
    "person.erase": frozenset({Role.OWNER}),
    "archive.import": frozenset({Role.OWNER}),
    "contact.view": SEES_RECORDS,
    "contact.edit": WORKERS,
    "contact.delete": WORKERS,
    "contact.import": WORKERS,
    "company.view": SEES_RECORDS,
    "company.edit": WORKERS,
    "company.delete": WORKERS,
    "contact.merge": WORKERS,
    "contact.restrict": MANAGERS,
    "deal.view": SEES_RECORDS,
    "deal.edit": WORKERS,
    "deal.delete": WORKERS,
    "pipeline.manage": ADMINS,
    "field.manage": ADMINS,
    "activity.view": SEES_RECORDS,
    "activity.edit": WORKERS,
    "note.view": SEES_RECORDS,
    "note.edit": WORKERS,
    "note.edit_all": MANAGERS,
    "mail.view": SEES_RECORDS,
    "mail.edit": WORKERS,
    "mail.of_others": frozenset(),  # a mail is private, to owners too, until its member shares it
    "record.export": WORKERS,
    "record.purge": ADMINS,
    "view.share": MANAGERS,
    "project.view": SEES_RECORDS,
    "project.view_all": MANAGERS | {Role.BILLING, Role.READER},
    "project.edit": MANAGERS,
    "rate.view": MANAGERS | {Role.BILLING},
    "rate.edit": MANAGERS,
    "cost.view": ADMINS,
    "cost.edit": ADMINS,
    "time.view": SEES_RECORDS,
    "time.view_all": MANAGERS | {Role.BILLING},
    "time.log": WORKERS,
    "time.log_for_others": MANAGERS,
    "time.import": MANAGERS,
    "expense.view": WORKERS | {Role.BILLING},
    "expense.view_all": MANAGERS | {Role.BILLING},
    "expense.edit": WORKERS,
    "expense.edit_all": MANAGERS,
    "timeoff.view": WORKERS,  # who is away when; why is for who may edit it
    "timeoff.edit": WORKERS,
    "timeoff.edit_all": MANAGERS,
    "time.edit_late": MANAGERS,  # after it was approved or locked, with a reason
    "time.approve": WORKERS,  # whose, is said by managers, projects and settings
    "time.settings": ADMINS,
    "invoice.view": MANAGERS | {Role.BILLING},
    "invoice.edit": MANAGERS | {Role.BILLING},
    "invoice.settings": ADMINS,
    "report.view": SEES_RECORDS | {Role.BILLING},
    "report.people": MANAGERS | {Role.BILLING},
}

# What a member with the switch "privacy approver" may do as well, whatever their role.
FOR_APPROVERS = frozenset({"look.view", "look.decide", "export.start", "privacy.answer", "person.erase"})

# What it takes to do the same to a colleague's record, where that is more.
FOR_OTHERS = {
    "project.view": "project.view_all",
    "time.view": "time.view_all",
    "time.log": "time.log_for_others",
    "timeoff.edit": "timeoff.edit_all",
    "expense.view": "expense.view_all",
    "expense.edit": "expense.edit_all",
    "report.view": "report.people",
    "help.view": "help.view_all",
    "note.edit": "note.edit_all",
    "mail.view": "mail.of_others",
    "mail.edit": "mail.of_others",
}


def can(membership: Membership, action: str, record: Any = None) -> bool:
    """Whether this member may do ``action``, to ``record`` where one is named.

    Raises KeyError for an action that the table does not know.
    """
    if not _may(membership, action):
        return False
    return record is None or _is_own(membership, record) or can_for_others(membership, action)


def can_for_others(membership: Membership, action: str) -> bool:
    """Whether this member may do ``action`` to what belongs to a colleague, or to nobody yet."""
    return not membership.sees_only_own_records and _may(membership, FOR_OTHERS.get(action, action))


def within_reach(rows: Rows, membership: Membership, action: str) -> Rows:
    """Those of ``rows`` to which this member may do ``action``: the rule of ``can`` for lists, searches and sums.

    A model says in ``belongs_to`` which key names the member whose record it is. What has none, such as a
    project, belongs to the whole firm.
    """
    if not _may(membership, action):
        return rows.none()
    key = getattr(rows.model, "belongs_to", None)
    if key is None or can_for_others(membership, action):
        return rows
    return rows.filter(**{key: membership.pk})


def _may(membership: Membership, action: str) -> bool:
    """By the role, or by the switch that makes a privacy approver."""
    return membership.role in ROLES[action] or (action in FOR_APPROVERS and membership.is_privacy_approver)


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
    return error_page(
        402,
        billing_url=way_to_pay(request.membership),
        export_url=way_to_export(request.membership),
        account_url=reverse("accounts:home", args=[account.slug]),
    )


def way_to_pay(membership: Membership) -> str:
    """Where this member chooses a plan or settles an invoice of ours; "" for whoever may not."""
    return f"/a/{membership.account.slug}/admin/billing/" if can(membership, "billing.manage") else ""


def way_to_export(membership: Membership) -> str:
    """Where this member takes everything along; "" for whoever may not."""
    return f"/a/{membership.account.slug}/admin/export/" if can(membership, "export.start") else ""


def way_to_close(membership: Membership) -> str:
    """Where this member closes the account; "" for whoever may not."""
    return f"/a/{membership.account.slug}/admin/account/close/" if can(membership, "account.close") else ""
