"""The few reads across accounts that the door and a person's own pages need, and what the log says of a change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts import facts
from accounts.models import Account, Membership, User
from audit.models import Event, Payload
from lib.addresses import id_in


def membership_at(user: User, slug: str) -> Membership | None:
    """The user's live membership in the account with this slug: one query, or None for a stranger."""
    live = Membership.objects.filter(user_id=user.pk, account__slug=slug, removed_at=None, account__closed_at=None)
    found = live.select_related("account").first()
    if found is not None:
        found.user = user
    return found


def account_at(slug: str) -> Account | None:
    """The open account with this slug."""
    return Account.objects.filter(slug=slug, closed_at=None).first()


def member_by_email(account: Account, email: str) -> Membership | None:
    """The live member of this account who signs in with this address."""
    members = Membership.objects.select_related("user", "account")
    return members.filter(account_id=account.pk, user__email=email, removed_at=None).first()


def memberships_of(user: User) -> QuerySet[Membership]:
    """Every account this person may enter, by name; each knows its person without asking."""
    entered = user.memberships.filter(removed_at=None, account__closed_at=None)
    return entered.select_related("account").order_by("account__name")


def colleagues_of(member: Membership) -> QuerySet[Membership]:
    """Everybody who is, or was, in the member's account."""
    return Membership.objects.filter(account_id=member.account_id)


def user_by_public_id(public_id: UUID) -> User | None:
    """The person whom a link in a letter names."""
    return User.objects.filter(public_id=public_id).first()


@dataclass(frozen=True)
class Saved:
    """One change as the log keeps it: when, and old and new of each part."""

    at: datetime
    changes: facts.Changes

    @property
    def removed(self) -> list[str]:
        """What was emptied."""
        return [key for key, (_, new) in self.changes.items() if not new]


def saved_change(kind: str, record: User | Account, event_id: str) -> Saved | None:
    """What this event of the active account says about the record, or None if it is about something else."""
    wanted = id_in(event_id)
    if wanted is None:
        return None
    event = Event.objects.filter(public_id=wanted, kind=kind, record_id=record.public_id).first()
    payload = event and Payload.objects.filter(event_id=event.pk).first()
    if not event or not payload or "changes" not in payload.data:
        return None
    return Saved(at=event.written_at, changes=payload.data["changes"])
