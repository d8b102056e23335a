"""Room for people: an account takes in as many as it pays for. Nobody who is in is sent away for it."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import Account, Invitation, Membership
from accounts.people.errors import Refused


class NoRoom(Refused):
    """Everybody that the account pays for is there, or invited."""

    def __init__(self, most: int, taken: int, asked: int) -> None:
        people = "one person" if most == 1 else f"{most} people"
        where = f"{taken} are here or invited" if taken != most else "all of them are here or invited"
        more = "one more" if asked == 1 else f"{asked} more"
        super().__init__(
            f"The plan has room for {people}, and {where}. For {more}, an owner or whoever pays adds seats "
            "under Admin, Plan and billing."
        )


def hold(account: Account) -> Account:
    """The account as it is now, for this transaction alone: two people never take the last place."""
    return Account.objects.select_for_update(no_key=True).get(pk=account.pk)


def check(held: Account, asked: int, *, leaving_out: Invitation | None = None) -> None:
    """Raises NoRoom unless so many more may come. ``leaving_out`` is the invitation that they come by."""
    if held.most_members is not None and (taken := _taken(held, leaving_out)) + asked > held.most_members:
        raise NoRoom(held.most_members, taken, asked)


def has_some(account: Account, invitation: Invitation) -> bool:
    """Whether whom this invites finds a place, as it looks now."""
    return account.most_members is None or _taken(account, invitation) < account.most_members


def _taken(account: Account, leaving_out: Invitation | None) -> int:
    """Whoever is here, or invited: an invitation keeps its place until its link ends."""
    here = Membership.objects.filter(account_id=account.pk, removed_at=None).count()
    invited = Invitation.objects.filter(
        account_id=account.pk, accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()
    )
    return here + invited.exclude(pk=leaving_out.pk if leaving_out else None).count()
