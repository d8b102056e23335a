"""Keeping what is known of somebody who signs in without using it, for as long as a ground for that holds.

No promotional mail, no figure, no research and no tying of visits uses it; the sign-in and the firm's account go on.
Each ground begins and ends by itself: what one of them asked for, the end of another does not undo.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import TextChoices
from django.utils import timezone

from accounts.models import User


class Ground(TextChoices):
    """Why it is not used."""

    ASKED = "asked", "They asked for it"
    CHILD = "child", "Reported as a child’s"


@transaction.atomic
def restrict(user: User, ground: Ground) -> bool:
    """From now on. True when this ground is new."""
    now = _locked(user)
    is_new = ground not in now.restricted_for
    _keep(user, sorted({*now.restricted_for, ground.value}))
    return is_new


@transaction.atomic
def lift(user: User, ground: Ground) -> None:
    """This ground holds no more. It is used again once no other does. Harmless the second time."""
    _keep(user, [each for each in _locked(user).restricted_for if each != ground])


def _locked(user: User) -> User:
    return User.objects.select_for_update(no_key=True).only("restricted_at", "restricted_for").get(pk=user.pk)


def _keep(user: User, grounds: list[str]) -> None:
    found = _locked(user)
    since = (found.restricted_at or timezone.now()) if grounds else None
    User.objects.filter(pk=user.pk).update(restricted_for=grounds, restricted_at=since)
    user.restricted_for, user.restricted_at = grounds, since
