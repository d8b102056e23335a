"""Keeping somebody's data without using it: of those who sign in, about whom we decide ourselves (114).

What runs their sign-in and their firm's account goes on, and letters that these need. No mail of other kinds, no
figure, no research and no tying of visits uses it, whatever was agreed to before. A firm's contact is the firm's to
restrict.
"""

from __future__ import annotations

from django.utils import timezone

from accounts.models import User
from privacy.rights.models import RightsRequest


def restrict(request: RightsRequest) -> bool:
    """From now on. True where somebody signs in with the address that asks."""
    found = User.objects.filter(email=request.email, is_staff=False, restricted_at=None)
    return bool(found.update(restricted_at=timezone.now()))


def lift(user: User) -> None:
    """It is used again, as far as they agreed. Harmless the second time."""
    User.objects.filter(pk=user.pk).update(restricted_at=None)
    user.restricted_at = None


def refuse(request: RightsRequest) -> None:
    """The request was refused, so what it stopped goes on."""
    if user := User.objects.filter(email=request.email).first():
        lift(user)
