"""People's yes and no to promotional mail. The last word counts, and a no outlives the person as a keyed hash.

What an account needs (sign-in, deadlines, answers) is no promotion and asks nobody; see ``accounts/mail.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.core import signing
from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts.models import Consent, Suppression, User, normalise_email

Purpose = Consent.Purpose
Reason = Suppression.Reason
_LINKS = signing.Signer(salt="accounts.consents.unsubscribe")
EVERYTHING = "all"
AT_ONCE = 500


def digest(address: str) -> str:
    """What is kept of an address that wants no mail."""
    return salted_hmac("accounts.suppression", normalise_email(address), algorithm="sha256").hexdigest()


def state_of(user: User) -> dict[str, Consent | None]:
    """The last word on each kind of mail; None where the person never said one."""
    last: dict[str, Consent | None] = dict.fromkeys(Purpose.values)
    for word in Consent.objects.filter(user_id=user.pk).order_by("said_at", "pk"):
        last[word.purpose] = word
    return last


@transaction.atomic
def choose(user: User, wanted: Collection[str], *, source: str) -> list[str]:
    """Keep which kinds of mail somebody wants; only what changed is written. Returns the kinds that changed."""
    before = state_of(user)
    changed = [purpose for purpose in Purpose.values if (purpose in wanted) != _is_yes(before[purpose])]
    for purpose in changed:
        _say(user, purpose, is_given=purpose in wanted, source=source)
    return changed


@transaction.atomic
def withdraw(user: User, purpose: str, *, source: str) -> None:
    """Take one kind back, or all of them (``EVERYTHING``). Harmless the second time."""
    kept = [each for each, word in state_of(user).items() if _is_yes(word) and purpose not in (each, EVERYTHING)]
    choose(user, kept, source=source)
    suppress(user.email, Reason.UNSUBSCRIBED, purpose="" if purpose == EVERYTHING else purpose)


def suppress(address: str, reason: Reason, *, purpose: str = "", evidence: str = "") -> bool:
    """No more promotional mail to an address, known or unknown. True when that is new."""
    defaults = {"reason": reason, "evidence": evidence[:200]}
    return Suppression.objects.get_or_create(digest=digest(address), purpose=purpose, defaults=defaults)[1]


def may_send(user: User, purpose: str) -> bool:
    """True when the person's last word on this kind is yes and nothing stands against the address."""
    last = Consent.objects.filter(user_id=user.pk, purpose=purpose).order_by("-said_at", "-pk").first()
    if not (user.is_active and user.is_confirmed and _is_yes(last)):
        return False
    return not Suppression.objects.filter(digest=digest(user.email), purpose__in=["", purpose]).exists()


def audience(purpose: Purpose) -> Iterator[User]:
    """Everybody who wants this kind of mail, page by page. Nothing but consent selects anybody (30)."""
    last = 0
    while page := list(Consent.objects.filter(pk__gt=last, purpose=purpose, is_given=True).order_by("pk")[:AT_ONCE]):
        for user in User.objects.filter(pk__in={word.user_id for word in page}):
            if may_send(user, purpose):
                yield user
        last = page[-1].pk


def link_token(user: User, purpose: str) -> str:
    """The last part of an unsubscribe link. It never expires: a no is welcome at any time."""
    return _LINKS.sign(f"{user.public_id.hex}-{purpose}").replace(":", ".")


def read_link(token: str) -> tuple[User, str] | None:
    """Whose link it is and which kind of mail it names; None for a forged one or a person who is gone."""
    try:
        public_id, _, purpose = _LINKS.unsign(":".join(token.rsplit(".", 1))).partition("-")
    except signing.BadSignature:
        return None
    user = User.objects.filter(public_id=public_id).first()
    return (user, purpose) if user else None


def _is_yes(word: Consent | None) -> bool:
    return word is not None and word.is_given


def _say(user: User, purpose: str, *, is_given: bool, source: str) -> None:
    wording = Purpose(purpose).label
    Consent.objects.create(user=user, purpose=purpose, is_given=is_given, wording=wording, source=source)
    if is_given:  # a new yes, given by the person, stands above an older no
        Suppression.objects.filter(digest=digest(user.email), purpose__in=["", purpose]).delete()
