"""The few reads across accounts that the door and a person's own pages need."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import Membership, User


def membership_at(user: User, slug: str) -> Membership | None:
    """The user's live membership in the account with this slug: one query, or None for a stranger."""
    return (
        Membership.objects.select_related("account")
        .filter(user_id=user.pk, account__slug=slug, removed_at=None, account__closed_at=None)
        .first()
    )


def memberships_of(user: User) -> QuerySet[Membership]:
    """Every account this person may enter, by name."""
    return (
        Membership.objects.select_related("account")
        .filter(user_id=user.pk, removed_at=None, account__closed_at=None)
        .order_by("account__name")
    )
