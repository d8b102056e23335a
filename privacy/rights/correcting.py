"""Writing what somebody says is right into their profile.

The address that they sign in with is another matter: it changes only from the mailbox that it leads to, by whoever
signs in with the old one (``accounts.email_change``). The request for it ends by itself once that has happened.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.dispatch import receiver

from accounts import email_change
from accounts.models import EmailChange, User, normalise_email
from privacy.registers.books import processors_used
from privacy.rights import emails, intake, steps
from privacy.rights.models import Decision, Kind, Part, RightsRequest
from privacy.rights.steps import Refused

PROFILE = frozenset({Part.FIRST_NAME, Part.LAST_NAME, Part.PHONE, Part.STREET, Part.POSTAL_CODE, Part.CITY})
CATEGORIES = frozenset({"identity", "contact details", "postal address"})
NOBODY = "Nobody signs in with this address any more."


def write(request: RightsRequest, *, by: User) -> None:
    """Write what they say into their profile, where it says which field. Refuses what would not be true."""
    user = _whom(request)
    if request.part == Part.EMAIL and not (user and user.email == normalise_email(request.new_value)):
        raise Refused("The new address is not confirmed: write to it, and this ends by itself.")
    if user is None or request.part not in PROFILE:
        return
    setattr(user, request.part, request.new_value)
    try:
        user.clean_fields(exclude={each.name for each in User._meta.fields} - {request.part})
    except ValidationError as wrong:
        raise Refused(" ".join(wrong.messages)) from wrong
    user.save(update_fields=[request.part])
    _tell(request, by=by)


def asks_for_an_address(request: RightsRequest) -> bool:
    """Whether another address to sign in with is asked for, and still to come."""
    is_ours = request.population == RightsRequest.Population.HOLDER and request.kind == Kind.CORRECT
    return is_ours and request.part == Part.EMAIL and request.is_open


def write_to(request: RightsRequest) -> None:
    """Send the link to the new address; the one they sign in with hears of it, and can stop it."""
    user, email = _whom(request), normalise_email(request.new_value)
    if not asks_for_an_address(request):
        raise Refused("This does not ask for another address, or was answered already.")
    if user is None:
        raise Refused(NOBODY)
    if email == user.email:
        raise Refused("They sign in with this address already.")
    email_change.ask(user, email, request=str(request))


def waits_for(request: RightsRequest) -> EmailChange | None:
    """The letter to the new address whose link nobody has followed yet."""
    if request.user_ref is None or not asks_for_an_address(request):
        return None
    user = User.objects.filter(public_id=request.user_ref).first()
    change: EmailChange | None = email_change.open_change(user).first() if user else None
    return change


@receiver(email_change.changed)
def end_what_asked_for_it(user: User, **_: Any) -> None:
    """The new address was confirmed: that is what the request was for. The answer goes there."""
    known = RightsRequest.objects.filter(user_ref=user.public_id, kind=Kind.CORRECT, part=Part.EMAIL, closed_at=None)
    for request in known.select_for_update():
        if request.is_identified and normalise_email(request.new_value) == user.email:
            request.email = user.email
            answer = "From now on you sign in with this address."
            steps.decide(request, Decision.FULL, answer=answer, kept=[], told=_to_be_told())
            request.save()
            _tell(request)
            emails.decided(request, intake.LINKS.make(request.public_id.hex))


def _whom(request: RightsRequest) -> User | None:
    return User.objects.select_for_update().filter(public_id=request.user_ref).first() if request.user_ref else None


def _tell(request: RightsRequest, *, by: User | None = None) -> None:
    """Say what was corrected, and name who else has the old value."""
    intake.note(request, f"Corrected: {request.get_part_display().lower()}", by=by)
    intake.note(request, _to_be_told(), by=by)


def _to_be_told() -> str:
    others = sorted(each.name for each in processors_used() if CATEGORIES & set(each.categories))
    return f"To be told of it: {', '.join(others)}" if others else "Nobody outside has the old value"
