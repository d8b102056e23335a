"""Verbs on saved views, and what each member chose for a list."""

from __future__ import annotations

import audit
from accounts.models import Membership
from accounts.permissions import can
from crm.models import ListChoice, SavedView
from tenancy.context import whole

Changes = dict[str, list[str]]


def may_change(member: Membership, view: SavedView) -> bool:
    """One's own view; a shared one, whoever may share."""
    return view.owner_id == member.pk or (view.is_shared and can(member, "view.share", view))


@whole
def keep_view(
    view: SavedView, *, expected: int | None = None, changes: dict[str, list[str]] | None = None
) -> SavedView:
    """Store a new view, or one whose stored version is still ``expected``."""
    is_new = view._state.adding
    view.save() if is_new else view.save_checked(view.version if expected is None else expected)
    audit.record(f"view.{'created' if is_new else 'changed'}", view, data={"changes": changes or {}})
    return view


@whole
def delete_view(view: SavedView) -> None:
    """Remove it for everybody; lists that opened with it open as usual."""
    audit.record("view.deleted", view)
    ListChoice.objects.filter(opens_with=view).update(opens_with=None)
    view.delete()


def choose_columns(member: Membership, kind: str, columns: list[str]) -> None:
    """From now on this member sees the list with these columns."""
    ListChoice.objects.update_or_create(member=member, kind=kind, defaults={"columns": columns})


def open_with(member: Membership, kind: str, view: SavedView | None) -> None:
    """From now on the list opens with this view; with None, as a whole."""
    ListChoice.objects.update_or_create(member=member, kind=kind, defaults={"opens_with": view})


def hand_over_views(member: Membership, to: Membership | None) -> int:
    """Shared views go to a colleague, or to an owner of the account; the private ones go with their member."""
    views = SavedView.objects.filter(owner=member)
    heir = to or Membership.objects.filter(account_id=member.account_id, role="owner").exclude(pk=member.pk).first()
    for view in views.filter(is_shared=False):
        delete_view(view)
    return views.update(owner=heir) if heir else 0
