"""Who owns an account: never nobody. Ownership is offered by one side and accepted by the other."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

import audit
from accounts import emails
from accounts.models import Membership, OwnershipOffer
from accounts.people.errors import LastOwner, Refused

OFFER_LASTS = timedelta(days=7)
Role = Membership.Role
Outcome = OwnershipOffer.Outcome
GONE = "This offer has ended."


def keep_an_owner(member: Membership) -> None:
    """Raise LastOwner if nobody would own the account without this member. Ask it before any owner goes.

    Of two owners who demote each other at the same moment, the second waits here for the first, and then
    finds itself the last.
    """
    if _owners_of(member.account_id) == [member.pk]:
        raise LastOwner


def open_offer() -> OwnershipOffer | None:
    """The active account's open offer, as long as both sides are who they were."""
    offers = OwnershipOffer.objects.select_related("offered_by__user", "offered_by__account", "offered_to__user")
    return offers.filter(
        outcome="", expires_at__gt=timezone.now(),
        offered_by__role=Role.OWNER, offered_by__removed_at=None, offered_to__removed_at=None,
    ).first()  # fmt: skip


@transaction.atomic
def offer(to: Membership, *, by: Membership, stays_owner: bool) -> OwnershipOffer:
    """Offer a colleague to own the account too, or in one's own place. They decide, by the mailed link."""
    _owners_of(by.account_id)  # one offer at a time, also of two owners
    if open_offer() is not None:
        raise Refused("There is an open offer already. Take it back first.")
    if not to.is_active or to.role == Role.OWNER:
        raise Refused(f"{to} can't be offered the ownership.")
    OwnershipOffer.objects.filter(outcome="").delete()  # ran out; the log keeps it
    now = timezone.now()
    made = OwnershipOffer.objects.create(
        offered_by=by, offered_to=to, stays_owner=stays_owner, offered_at=now, expires_at=now + OFFER_LASTS
    )
    audit.record("ownership.offered", to, data={"stays_owner": stays_owner})
    emails.ownership_offered(made)
    return made


@transaction.atomic
def accept(offered: OwnershipOffer) -> None:
    """The colleague becomes an owner; whoever offered it stays one or becomes an admin."""
    _owners_of(offered.account_id)
    _end(offered, Outcome.ACCEPTED)
    audit.record("ownership.accepted", offered.offered_to, data={"from": str(offered.offered_by)})
    _give_role(offered.offered_to, Role.OWNER)
    if not offered.stays_owner:
        _give_role(offered.offered_by, Role.ADMIN)


def decline(offered: OwnershipOffer) -> None:
    """The colleague would rather not; everything stays as it is."""
    with transaction.atomic():
        _end(offered, Outcome.DECLINED)
        audit.record("ownership.declined", offered.offered_to, data={"from": str(offered.offered_by)})


@transaction.atomic
def revoke(offered: OwnershipOffer) -> None:
    """Take the offer back, before it is accepted."""
    _end(offered, Outcome.REVOKED)
    audit.record("ownership.revoked", offered.offered_to)


def _owners_of(account_id: int) -> list[int]:
    """The numbers of those who own the account and can sign in, locked until the commit."""
    owners = Membership.objects.filter(account_id=account_id, role=Role.OWNER, removed_at=None, user__is_active=True)
    locked = owners.select_for_update(no_key=True, of=("self",)).order_by("pk")
    return [owner.pk for owner in locked.only("pk")]


def _end(offered: OwnershipOffer, outcome: Outcome) -> None:
    waiting = OwnershipOffer.objects.filter(pk=offered.pk, outcome="", expires_at__gt=timezone.now())
    if not waiting.update(outcome=outcome, ended_at=timezone.now()):
        raise Refused(GONE)
    if outcome != Outcome.REVOKED:
        emails.ownership_answered(offered, is_accepted=outcome == Outcome.ACCEPTED)


def _give_role(member: Membership, role: Role) -> None:
    before, member.role = member.get_role_display(), role
    member.sees_only_own_records = False
    member.is_privacy_approver = member.is_privacy_approver or role == Role.OWNER
    member.save_checked(member.version, ["role", "sees_only_own_records", "is_privacy_approver"])
    audit.record("member.role_changed", member, data={"changes": {"role": [before, member.get_role_display()]}})
