"""Keeping somebody's data without using it: of those who sign in, about whom we decide ourselves (114).

What runs their sign-in and their firm's account goes on, and letters that these need. No mail of other kinds, no
figure, no research and no tying of visits uses it, whatever was agreed to before. A firm's contact is the firm's to
restrict.
"""

from __future__ import annotations

from django.utils import timezone

from accounts import restrictions
from accounts.models import User
from accounts.restrictions import Ground
from privacy.rights.models import RightsRequest


def restrict(request: RightsRequest) -> bool:
    """From now on. True where somebody signs in with the address that asks, and no earlier wish did it."""
    user = User.objects.filter(email=request.email, is_staff=False).first()
    if user is None or not restrictions.restrict(user, Ground.ASKED):
        return False
    request.restricted_at = timezone.now()
    request.save(update_fields=["restricted_at"])
    return True


def lift(user: User) -> None:
    """It is used again, as far as they agreed and nothing else stands against it. Harmless the second time."""
    restrictions.lift(user, Ground.ASKED)


def refuse(request: RightsRequest) -> None:
    """The request was refused, so what it stopped goes on; what an earlier wish stopped does not."""
    if request.restricted_at and (user := User.objects.filter(email=request.email).first()):
        lift(user)
