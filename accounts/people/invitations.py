"""Invitations: who is asked to come, the link that lets them in once, and what becomes of it.

The link's token is in the letter alone; the table holds its keyed hash.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

import audit
from accounts import documents, emails, places
from accounts.actions import create_person
from accounts.models import Acceptance, Account, Invitation, Membership, User
from accounts.people import room
from accounts.people.comings import came_or_went
from accounts.people.errors import Refused
from accounts.people.pasted import Person
from datamap import Retention
from lib.seals import marks
from tenancy.context import Actor, activate
from tenancy.sweeping import sweeps

LASTS = timedelta(days=7)
KEPT = timedelta(days=Retention.THIRTY_DAYS.days)
MOST_AT_ONCE = 50
MOST_A_DAY = 200
NOWHERE = "archive.invalid"  # where nobody gets mail
Role = Membership.Role


class State(StrEnum):
    """What following the link finds."""

    OPEN = "open"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    PAUSED = "paused"  # the account takes nobody in at the moment


# --- asking --------------------------------------------------------------------------------------


def troubles(addresses: Collection[str], account: Account) -> dict[str, str]:
    """Why some of these addresses can't be invited into the account: address → sentence."""
    found: dict[str, str] = {}
    for user in User.objects.filter(email__in=addresses, is_staff=True):
        found[user.email] = f"{user.email} can't be invited."  # support staff belong to no account
    members = Membership.objects.filter(account_id=account.pk, user__email__in=addresses).select_related("user")
    for member in members:
        state = "is a member already" if member.is_active else "was deactivated: reactivate them in the list"
        found[member.user.email] = f"{member.user.email} {state}."
    for invitation in _open(account).filter(email__in=addresses, expires_at__gt=timezone.now()):
        found[invitation.email] = f"{invitation.email} is invited already: send the letter again from the list."
    return found


@transaction.atomic
def invite(people: Iterable[Person], *, role: str, message: str, by: Membership) -> list[Invitation]:
    """Send a letter with a link of its own to each. Who was asked by a colleague a moment ago is left out."""
    account = room.hold(by.account)
    people = list(people)
    in_the_way = troubles([person.email for person in people], account)
    people = [person for person in people if person.email not in in_the_way]
    if sent_today(account) + len(people) > MOST_A_DAY:
        raise Refused(f"{MOST_A_DAY} letters a day is the most. Invite the others tomorrow.")
    room.check(account, len(people))
    return [_invite(person, role, message, by, account) for person in people]


def sent_today(account: Account) -> int:
    """How many letters of invitation went out within a day: nobody shall use us to write to strangers."""
    since = timezone.now() - timedelta(days=1)
    return Invitation.objects.filter(account_id=account.pk, sent_at__gt=since).count()


@transaction.atomic
def send_again(invitation: Invitation, *, by: Membership) -> None:
    """A new link for the same person; the former one opens nothing any more."""
    if not invitation.is_open:
        raise Refused("This invitation has ended. Invite them anew.")
    room.check(room.hold(invitation.account), 1, leaving_out=invitation)
    _send(invitation, by)
    audit.record("member.invited_again", invitation)


@transaction.atomic
def revoke(invitation: Invitation) -> None:
    """Take an invitation back; its link opens nothing any more."""
    if not _open(invitation.account).filter(pk=invitation.pk).update(revoked_at=timezone.now()):
        raise Refused("This invitation has ended already.")
    audit.record("member.invitation_revoked", invitation)


@sweeps()
def forget_old() -> None:
    """Drop what is left of invitations a month after their link ended."""
    Invitation.objects.filter(expires_at__lt=timezone.now() - KEPT).delete()


def _invite(person: Person, role: str, message: str, by: Membership, account: Account) -> Invitation:
    ran_out = _open(account).filter(email=person.email).first()
    invitation = ran_out or Invitation(account=account, email=person.email)
    invitation.name, invitation.role, invitation.message = person.name, role, message
    _send(invitation, by)
    audit.record("member.invited", invitation, data={"role": role})
    return invitation


def _send(invitation: Invitation, by: Membership) -> None:
    token = secrets.token_urlsafe(32)
    invitation.token_hash = marks("invitation", token)[0]
    invitation.invited_by, invitation.sent_at = by, timezone.now()
    invitation.expires_at = invitation.sent_at + LASTS
    invitation.save()
    emails.invitation(invitation, token)


def _open(account: Account):  # type: ignore[no-untyped-def]
    return Invitation.objects.filter(account_id=account.pk, accepted_at=None, revoked_at=None)


# --- following the link ----------------------------------------------------------------------------


def find(token: str, *, lock: bool = False) -> tuple[Invitation | None, State]:
    """The invitation that this token opens, and what became of it."""
    found = Invitation.objects.select_related("account", "invited_by__user")
    found = found.select_for_update(of=("self",)) if lock else found
    invitation = found.filter(token_hash__in=marks("invitation", token)).first()
    return invitation, _state_of(invitation)


def _state_of(invitation: Invitation | None) -> State:
    if invitation is None or invitation.account.closed_at is not None:
        return State.UNKNOWN
    if invitation.accepted_at is not None:
        return State.USED
    if invitation.revoked_at is not None:
        return State.REVOKED
    if invitation.is_expired:
        return State.EXPIRED
    account = invitation.account
    return State.OPEN if account.standing().may_write and room.has_some(account, invitation) else State.PAUSED


@transaction.atomic
def accept(token: str, user: User) -> Membership:
    """Come in as somebody who signs in here already. Raises Refused when the link has ended meanwhile."""
    return _let_in(_taken(token), user)


@transaction.atomic
def come_in(
    token: str, *, first_name: str, last_name: str, password: str, stated: str, arrival: documents.Arrival
) -> Membership:
    """Come in as somebody new: the link proves the address, and the password is theirs from here on."""
    invitation = _taken(token)
    account, email = invitation.account, invitation.email
    user = User.objects.select_for_update().filter(email=email).first() or create_person(
        email, time_zone=account.time_zone, locale=places.locale_of(account.country)
    )
    if user.is_confirmed:
        raise Refused("You have a password already: sign in and open the link again.")
    user.first_name, user.last_name = first_name, last_name
    user.set_password(password)
    user.save(update_fields=["first_name", "last_name", "password"])
    EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    documents.accept(user, account.country, Acceptance.How.JOINED, arrival)
    return _let_in(invitation, user, stated=stated)


def _taken(token: str) -> Invitation:
    """The open invitation, for this transaction alone: it works once."""
    known, _ = find(token)
    if known is not None:
        room.hold(known.account)  # the account before its invitation, as whoever invites holds them
    invitation, state = find(token, lock=True)
    if invitation is None or state != State.OPEN:
        raise Refused("This link has ended.")
    return invitation


def _let_in(invitation: Invitation, user: User, **said: str) -> Membership:
    account = invitation.account
    if user.is_staff or not user.is_active or user.email != invitation.email:
        raise Refused("This link is not for you.")
    if not Membership.objects.filter(account=account, user=user, removed_at=None).exists():
        room.check(account, 1, leaving_out=invitation)
    _take_kept_place(account, user)
    member, is_new = Membership.objects.get_or_create(account=account, user=user, defaults={"role": invitation.role})
    if not is_new and not member.is_active:
        member.role, member.removed_at, member.sees_only_own_records = invitation.role, None, False
        member.save_checked(member.version, ["role", "removed_at", "sees_only_own_records"])
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    came_or_went.send(Membership, account_id=account.pk)
    with activate(account, actor=Actor("member", member.pk, str(user))):
        audit.record("member.joined", member, data={"role": member.role, **said})
    return member


def keep_a_place(account: Account, address: str, **facts: Any) -> Membership:
    """A place for somebody whom an archive names: what they did there is theirs, and they are no user of ours by it.

    It stands behind nobody's sign-in, whoever has this address, until they follow an invitation to it themselves.
    """
    names = {name: str(facts.pop(name, "") or "")[:80] for name in ("first_name", "last_name")}
    if not any(names.values()):
        names["first_name"] = address[:80]
    stand_in = User.objects.create_user(f"{uuid4().hex}@{NOWHERE}", None, is_active=False, **names)
    facts = {"removed_at": timezone.now(), **facts}
    return Membership.objects.create(account=account, user=stand_in, kept_for=address, **facts)


def _take_kept_place(account: Account, user: User) -> None:
    """Whoever comes takes the place that an archive keeps for their address, with all that they did there."""
    place = Membership.objects.filter(account=account, kept_for=user.email).select_related("user").first()
    if place is None or Membership.objects.filter(account=account, user=user).exists():
        return
    stand_in, place.user, place.kept_for = place.user, user, ""
    place.save_checked(place.version, ["user", "kept_for"])
    User.objects.filter(pk=stand_in.pk)._raw_delete("default")  # nothing else ever points at a stand-in
