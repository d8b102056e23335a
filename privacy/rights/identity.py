"""Who asks, if they have no sign-in: what they type is compared with what we hold, unseen by them and by us (130).

Only points count that stand on no business card: a name, an address or a firm is known to many. What was typed is
forgotten with the answer; what stays is which points fitted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from lib import phones
from privacy.rights.intake import locked, note
from privacy.rights.models import Comparison, RightsRequest
from privacy.support_access.models import Ticket

MOST_TRIES = 3
COUNTED_FOR = timedelta(days=30)
Identity = RightsRequest.Identity


class TooManyTries(Exception):
    """This address was tried often enough."""


def _plain(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _is_phone(user: User, typed: str) -> bool:
    return bool(user.phone) and (phones.e164(typed) or _plain(typed)) == user.phone


def _is_street(user: User, typed: str) -> bool:
    return bool(_plain(user.street)) and _plain(typed) == _plain(user.street)


def _is_postal_code(user: User, typed: str) -> bool:
    return bool(_plain(user.postal_code)) and _plain(typed) == _plain(user.postal_code)


def _is_month(user: User, typed: str) -> bool:
    return typed.strip() == f"{user.joined_at:%Y-%m}"


def _is_number(user: User, typed: str) -> bool:
    number = re.fullmatch(r"(?:t-?)?(\d{6})", typed.strip(), re.IGNORECASE)
    return number is not None and Ticket.objects.filter(number=int(number[1]), user_id=user.pk).exists()


POINTS: dict[str, Callable[[User, str], bool]] = {
    "phone": _is_phone,
    "street": _is_street,
    "postal_code": _is_postal_code,
    "joined": _is_month,
    "ticket": _is_number,
}


@transaction.atomic
def compare(request: RightsRequest, typed: Mapping[str, str]) -> bool:
    """Whether enough fits. Raises TooManyTries after the third try for this address, whatever was asked."""
    request = locked(request)
    if tries_left(request) == 0 or request.confirmed_at is None or not request.is_open:
        raise TooManyTries
    user = User.objects.filter(email=request.email, is_active=True, is_staff=False).first()
    given = {name: typed.get(name, "").strip() for name in POINTS}
    fitted = {name: bool(user and words and POINTS[name](user, words)) for name, words in given.items()}
    passed = user is not None and sum(fitted.values()) >= request.what.points_needed > 0
    Comparison.objects.create(request=request, mark=request.mark, fitted=fitted, passed=passed)
    note(request, f"Compared: {sum(fitted.values())} of {len(fitted)} points fit")
    if passed and user is not None:
        request.identity, request.user_ref = Identity.POINTS, user.public_id
    elif tries_left(request) == 0:
        request.identity = Identity.FAILED
    request.save()
    return passed


def tries_left(request: RightsRequest) -> int:
    """How often it may still be tried; counted by the address, so that asking once more opens no new tries."""
    if request.identity in (Identity.FAILED, Identity.POINTS, Identity.SIGN_IN):
        return 0
    lately = Comparison.objects.filter(mark=request.mark, passed=False, at__gt=timezone.now() - COUNTED_FOR)
    return max(0, MOST_TRIES - lately.count())
