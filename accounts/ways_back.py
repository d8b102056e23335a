"""The way back for an owner whom the account's own list of addresses shuts out: a mailed link, once, for an hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

import audit
from accounts import emails
from accounts.members import actor_for
from accounts.models import Account, Membership, User, WayBack
from accounts.queries import membership_at
from datamap import Retention
from lib.seals import Seal
from tenancy.context import activate
from tenancy.sweeping import sweeps

GOOD_FOR = timedelta(hours=1)
KEPT = timedelta(days=Retention.NINETY_DAYS.days)
_SEAL = Seal("way back into an account")


@transaction.atomic
def send(owner: Membership) -> None:
    """Mail the owner a link, and write down that they asked."""
    with activate(owner.account, actor=actor_for(owner)):
        way = WayBack.objects.create(owner=owner, expires_at=timezone.now() + GOOD_FOR)
        token = _SEAL.close(f"{owner.account.slug} {way.public_id}")
        emails.way_back(owner, settings.SITE_URL + reverse("way_back_in", args=[token]))
        audit.record("allow_list.way_back_sent", owner)


def owner_at(user: User, slug: str) -> Membership | None:
    """The user's membership in the account, if they own it."""
    member = membership_at(user, slug)
    return member if member is not None and member.role == Membership.Role.OWNER else None


def meant_for(user: User, token: str) -> Membership | None:
    """The owner whom an unused link lets in; None when it ended, or is somebody else's."""
    slug, way = _read(token)
    owner = owner_at(user, slug) if way else None
    if owner is None:
        return None
    with activate(owner.account, actor=actor_for(owner)):
        return owner if _unused(owner, way).exists() else None


@transaction.atomic
def use(owner: Membership, token: str, address: str | None) -> datetime | None:
    """Use the link up. Returns until when the owner is let in; None when somebody was quicker."""
    _, way = _read(token)
    now = timezone.now()
    with activate(owner.account, actor=actor_for(owner)):
        if not _unused(owner, way).update(used_at=now, used_from=address):
            return None
        audit.record("allow_list.way_back_used", owner, data={"address": address or "nowhere known"})
        for each in _owners(owner.account):
            emails.way_back_used(each, owner, address, now)
    return now + GOOD_FOR


@sweeps()
def forget_old() -> None:
    """Drop links that are long over, in the active account."""
    WayBack.objects.filter(sent_at__lt=timezone.now() - KEPT).delete()


def _unused(owner: Membership, way: UUID | None):  # type: ignore[no-untyped-def]
    return WayBack.objects.filter(public_id=way, owner=owner, used_at=None, expires_at__gt=timezone.now())


def _owners(account: Account) -> list[Membership]:
    owners = Membership.objects.active().filter(account_id=account.pk, role=Membership.Role.OWNER)
    return list(owners.select_related("user"))


def _read(token: str) -> tuple[str, UUID | None]:
    slug, _, way = (_SEAL.open(token, GOOD_FOR) or "").partition(" ")
    return slug, UUID(way) if way else None
