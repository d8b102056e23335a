"""First steps: what a new firm does in its first hour. Each app registers its own; each step ticks itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from accounts.models import Invitation, Membership
from accounts.permissions import can


@dataclass(frozen=True)
class Step:
    """One line of the checklist. ``is_done`` asks the account's own data, not what came as a sample."""

    words: str
    view: str  # the URL's name where it is done
    action: str  # who can do it: a row of accounts/permissions.py
    order: int
    is_done: Callable[[Membership], bool]


@dataclass(frozen=True)
class ShownStep:
    """A step as one member's page shows it."""

    words: str
    url: str
    is_done: bool


_steps: list[Step] = []


def register(step: Step) -> None:
    """Add a step; called from an app's ``checklist.py``."""
    _steps.append(step)


def steps(membership: Membership) -> list[ShownStep]:
    """The steps this member can take; none once all are done or the list was put away."""
    if membership.first_steps_hidden_at is not None:
        return []
    slug = membership.account.slug
    shown = [
        ShownStep(step.words, reverse(step.view, args=[slug]), step.is_done(membership))
        for step in sorted(_steps, key=lambda step: step.order)
        if can(membership, step.action)
    ]
    return [] if all(step.is_done for step in shown) else shown


register(
    Step(
        "Confirm your profile",
        "accounts:profile",
        "profile.edit",
        10,
        lambda membership: membership.profile_confirmed_at is not None,
    )
)


def _has_invited(member: Membership) -> bool:
    """Somebody else is in the account, or was asked to come."""
    others = Membership.objects.filter(account_id=member.account_id).exclude(pk=member.pk)
    return others.exists() or Invitation.objects.filter(account_id=member.account_id).exists()


register(Step("Invite a colleague", "accounts:people_invite", "people.manage", 60, _has_invited))
