"""People's yes and no to promotional mail. The last word counts, and a no outlives the person as a keyed hash.

What an account needs (sign-in, deadlines, answers) is no promotion and asks nobody; see ``accounts/mail.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db import transaction

from accounts import documents
from accounts.links import LastingLink
from accounts.models import Consent, Suppression, User, normalise_email
from lib.seals import marks

Purpose = Consent.Purpose
Further = Consent.Further
Method = Consent.Method
Reason = Suppression.Reason
_LINKS = LastingLink("accounts.consents.unsubscribe")
EVERYTHING = "all"
AT_ONCE = 500


def digests(address: str) -> list[str]:
    """What is kept of an address that wants no mail; behind it, what was kept under former secrets."""
    return marks("suppression", normalise_email(address))


@dataclass(frozen=True)
class Wish:
    """One kind of mail: what the person said about it last, and what stands against their address."""

    purpose: str
    word: Consent | None
    stopped: Suppression | None

    @property
    def label(self) -> str:
        return str(Purpose(self.purpose).label)

    @property
    def is_alive(self) -> bool:
        """True when such mail is sent."""
        return self.word is not None and self.word.is_given and self.stopped is None


def wishes_of(user: User) -> list[Wish]:
    """Every kind of mail, as things stand for this person now."""
    words = {word.purpose: word for word in Consent.objects.filter(user_id=user.pk).order_by("said_at", "pk")}
    against = {each.purpose: each for each in Suppression.objects.filter(digest__in=digests(user.email))}
    return [Wish(each, words.get(each), against.get(each) or against.get("")) for each in Purpose.values]


def words_of(purpose: str) -> str:
    """What the person reads beside their choice."""
    return str(Further(purpose).label if purpose in Further.values else Purpose(purpose).label)


@transaction.atomic
def choose(user: User, wanted: Collection[str], *, source: str, method: Method = Method.FORM) -> list[str]:
    """Keep which kinds of mail somebody wants; only what changed is written. Returns the kinds that changed.

    A new yes stands above whatever stopped that kind before.
    """
    changed = [wish.purpose for wish in wishes_of(user) if (wish.purpose in wanted) != wish.is_alive]
    _say(user, changed, wanted, source, method)
    for purpose in set(changed) & set(wanted):
        _lift(user.email, purpose)
    return changed


def ticked(user: User, wanted: Collection[str], *, source: str) -> None:
    """Keep what somebody new ticked. Their address is not theirs yet, so an older no to it stands."""
    _say(user, wanted, wanted, source, Method.FORM)


def say(user: User, purpose: Further, *, is_given: bool, source: str, method: Method) -> bool:
    """Keep a yes or no to something that is no mail; only a change is written. True when it is one."""
    last = _last(user, purpose)
    if last is not None and last.is_given == is_given:
        return False
    _say(user, [purpose], [purpose] if is_given else [], source, method)
    return True


def has_given(user: User, purpose: Further) -> bool:
    """Whether the person's last word on it is yes; silence is no."""
    last = _last(user, purpose)
    return last is not None and last.is_given


@transaction.atomic
def withdraw(
    user: User, purpose: str, *, source: str, reason: Reason = Reason.UNSUBSCRIBED, evidence: str = ""
) -> bool:
    """Take one kind back, or all of them (``EVERYTHING``). Harmless the second time. True when that is new."""
    kept = [wish.purpose for wish in wishes_of(user) if wish.is_alive and purpose not in (wish.purpose, EVERYTHING)]
    method = Method.ASKED if reason == Reason.ASKED else Method.CLICK
    choose(user, kept, source=source, method=method)
    return suppress(user.email, reason, purpose="" if purpose == EVERYTHING else purpose, evidence=evidence)


def suppress(address: str, reason: Reason, *, purpose: str = "", evidence: str = "") -> bool:
    """No more promotional mail to an address, known or unknown. True when that is new."""
    newest, *former = digests(address)
    if former and Suppression.objects.filter(digest__in=former, purpose=purpose).exists():
        return False
    defaults = {"reason": reason, "evidence": evidence[:200]}
    return Suppression.objects.get_or_create(digest=newest, purpose=purpose, defaults=defaults)[1]


def may_send(user: User, purpose: str) -> bool:
    """True when the person's last word on this kind is yes and nothing stands against the address."""
    if not (user.is_active and user.is_confirmed) or user.restricted_at is not None:
        return False
    return any(wish.is_alive for wish in wishes_of(user) if wish.purpose == purpose)


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
    return _LINKS.make(f"{user.public_id.hex}-{purpose}")


def read_link(token: str) -> tuple[User, str] | None:
    """Whose link it is and which kind of mail it names; None for a forged one or a person who is gone."""
    if (words := _LINKS.read(token)) is None:
        return None
    public_id, _, purpose = words.partition("-")
    user = User.objects.filter(public_id=public_id).first()
    return (user, purpose) if user else None


def _last(user: User, purpose: str) -> Consent | None:
    return Consent.objects.filter(user_id=user.pk, purpose=purpose).order_by("-said_at", "-pk").first()


def _say(user: User, purposes: Collection[str], wanted: Collection[str], source: str, method: Method) -> None:
    facts = {"user": user, "source": source, "method": method, "notice_version": documents.current("privacy").version}
    Consent.objects.bulk_create(
        Consent(purpose=each, is_given=each in wanted, wording=words_of(each), **facts) for each in purposes
    )


def _lift(address: str, purpose: str) -> None:
    """Nothing stands against this kind any more; what stood against all goes on standing against the others."""
    against = Suppression.objects.filter(digest__in=digests(address))
    for whole in against.filter(purpose=""):
        for other in set(Purpose.values) - {purpose}:
            suppress(address, Reason(whole.reason), purpose=other, evidence=whole.evidence)
    against.filter(purpose__in=["", purpose]).delete()
