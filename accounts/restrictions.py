"""Keeping what is known of somebody who signs in without using it, for as long as a ground for that holds.

No promotional mail, no figure, no research and no tying of visits uses it; the sign-in and the firm's account go on.
Each ground begins and ends by itself: what one of them asked for, the end of another does not undo.
"""

from __future__ import annotations

from datetime import datetime

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
    present = _locked(user)
    is_new = ground not in present.restricted_for
    _keep(user, sorted({*present.restricted_for, ground.value}), since=present.restricted_at)
    return is_new


@transaction.atomic
def lift(user: User, ground: Ground) -> None:
    """This ground holds no more. It is used again once no other does. Harmless the second time."""
    present = _locked(user)
    _keep(user, [each for each in present.restricted_for if each != ground], since=present.restricted_at)


def _locked(user: User) -> User:
    return User.objects.select_for_update(no_key=True).only("restricted_at", "restricted_for").get(pk=user.pk)


def _keep(user: User, grounds: list[str], *, since: datetime | None) -> None:
    user.restricted_for, user.restricted_at = grounds, (since or timezone.now()) if grounds else None
    User.objects.filter(pk=user.pk).update(restricted_for=grounds, restricted_at=user.restricted_at)
