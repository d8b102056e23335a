"""The list of people: members and invitations, found and narrowed, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from accounts.models import Invitation, Membership
from accounts.models.members import ADDRESS
from accounts.people.forms import PeopleFilterForm
from lib.keyset import Page, page

BY_NAME = ("user__first_name", "user__last_name", "id")
MEMBER_WORDS = ("user__first_name", "user__last_name", "shown_address")


@dataclass(frozen=True)
class Listing:
    """One page, how many there are of each status, and what was asked for."""

    page: Page
    counts: dict[str, int]
    status: str
    text: str
    role: str

    @property
    def is_filtered(self) -> bool:
        return bool(self.text or self.role)


def people(asked: Mapping[str, str], member: Membership) -> Listing:
    """The people of the member's account that somebody asked for. As many statements for many as for few."""
    form = PeopleFilterForm(asked)
    form.is_valid()
    text, role, status = (form.cleaned_data.get(name, "").replace("\0", "") for name in ("q", "role", "status"))
    mine = Membership.objects.filter(account_id=member.account_id).alias(shown_address=ADDRESS)
    mine = mine.filter(_has_words(text, MEMBER_WORDS))
    invited = Invitation.objects.filter(
        _has_words(text, ("name", "email")), account_id=member.account_id, accepted_at=None, revoked_at=None
    )
    if role:
        mine, invited = mine.filter(role=role), invited.filter(role=role)
    if status == "invited":
        rows = page(invited.select_related("invited_by__user"), order=("-sent_at", "-id"), cursor=asked.get("page"))
    else:
        shown = mine.filter(removed_at__isnull=status != "deactivated").select_related("user")
        rows = page(shown, order=BY_NAME, cursor=asked.get("page"))
    return Listing(rows, {**_counts(mine), "invited": invited.count()}, status, text.strip(), role)


def _counts(mine: Any) -> dict[str, int]:
    gone = Count("pk", filter=Q(removed_at__isnull=False))
    found = mine.aggregate(all=Count("pk"), deactivated=gone)
    return {"": found["all"] - found["deactivated"], "deactivated": found["deactivated"]}


def _has_words(text: str, columns: tuple[str, ...]) -> Q:
    """Every word stands in one of the columns."""
    condition = Q()
    for word in text.split()[:8]:
        either = Q()
        for column in columns:
            either |= Q(**{f"{column}__icontains": word})
        condition &= either
    return condition
