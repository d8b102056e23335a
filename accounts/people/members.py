"""What a member may do, how they go, and how they come back. Each verb is one transaction and a line in the log."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

import audit
from accounts.handover import Pile, hand_over
from accounts.models import Membership
from accounts.people import room
from accounts.people.comings import came_or_went
from accounts.people.errors import Refused
from accounts.people.owners import keep_an_owner
from accounts.permissions import can

Role = Membership.Role
RIGHTS = ("role", "is_privacy_approver", "sees_only_own_records", "manager")
Changes = dict[str, list[str]]


def may_manage(by: Membership, member: Membership) -> bool:
    """Whether ``by`` may touch this member: owners are touched by owners alone."""
    return can(by, "people.own" if member.role == Role.OWNER else "people.manage")


def is_below(member: Membership, boss: Membership) -> bool:
    """Whether ``boss`` manages this member, perhaps through others."""
    managers = dict(Membership.objects.filter(account_id=member.account_id).values_list("pk", "manager_id"))
    seen: set[int | None] = {None}
    at = managers.get(member.pk)
    while at not in seen:
        if at == boss.pk:
            return True
        seen.add(at)
        at = managers.get(at)
    return False


@transaction.atomic
def change(member: Membership, *, expected: int, by: Membership) -> Changes:
    """Keep a member's changed rights, from the next request on. Returns label → [old, new]; raises Conflict, Refused.

    Nobody becomes an owner this way: that takes both sides (``owners.offer``).
    """
    stored = Membership.objects.select_related("user").get(pk=member.pk, account_id=member.account_id)
    becomes_owner = member.role == Role.OWNER != stored.role
    if not may_manage(by, stored) or becomes_owner:
        raise PermissionDenied
    if stored.user.is_erased:
        raise Refused(f"{stored} was erased: nobody is there who could do anything.")
    if stored.role == Role.OWNER != member.role:
        keep_an_owner(stored)
    changes = _differences(stored, member)
    if not changes and stored.version == expected:
        return {}
    member.save_checked(expected, RIGHTS)
    for kind, mine in (("role_changed", {"role"}), ("rights_changed", set(RIGHTS) - {"role"})):
        if told := {name: change for name, change in changes.items() if name in mine}:
            audit.record(f"member.{kind}", member, data={"changes": told})
    return changes


def deactivate(member: Membership, *, to: Membership | None, by: Membership) -> list[Pile]:
    """Shut a member out from their next request on, and give their open work to ``to``. What they did stays theirs."""
    if not may_manage(by, member):
        raise PermissionDenied
    return _end(member, to, "deactivated")


def leave(member: Membership, *, to: Membership | None) -> list[Pile]:
    """The same by one's own wish."""
    return _end(member, to, "left")


@transaction.atomic
def reactivate(member: Membership, *, by: Membership) -> None:
    """Let somebody in again, with the rights they had."""
    if not may_manage(by, member):
        raise PermissionDenied
    if member.is_active:
        raise Refused(f"{member} is active already.")
    if member.kept_for:
        raise Refused(f"Invite {member.kept_for}: nobody is let in by an archive who has not agreed to come.")
    if member.user.is_erased:
        raise Refused(f"{member} was erased: nobody is there to be let in.")
    room.check(room.hold(member.account), 1)
    member.removed_at = None
    member.save_checked(member.version, ["removed_at"])
    came_or_went.send(Membership, account_id=member.account_id)
    audit.record("member.reactivated", member, data={"role": member.role})


@transaction.atomic
def _end(member: Membership, to: Membership | None, verb: str) -> list[Pile]:
    if not member.is_active:
        raise Refused(f"{member} is deactivated already.")
    if to is not None and (to.account_id != member.account_id or to.pk == member.pk or not to.is_active):
        raise Refused("Choose a colleague who is still there.")
    if member.role == Role.OWNER:
        keep_an_owner(member)
    piles = hand_over(member, to)
    member.removed_at = timezone.now()
    member.save_checked(member.version, ["removed_at"])
    came_or_went.send(Membership, account_id=member.account_id)
    handed = {pile.work.name: pile.number for pile in piles}
    audit.record(f"member.{verb}", member, data={"handed_over": handed, "to": str(to or "")})
    return piles


def _differences(stored: Membership, member: Membership) -> Changes:
    """What was changed, old and new as people read them."""
    shown = {name: [_shown(stored, name), _shown(member, name)] for name in RIGHTS}
    return {name: change for name, change in shown.items() if change[0] != change[1]}


def _shown(member: Membership, name: str) -> str:
    value = getattr(member, name)
    if name == "manager":
        return str(value or "")
    return ("yes" if value else "no") if isinstance(value, bool) else member.get_role_display()
