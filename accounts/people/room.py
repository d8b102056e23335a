"""Room for people: an account takes in as many as it pays for. Nobody who is in is sent away for it."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts import mail
from accounts.models import Account, Invitation, Membership, Notice, User
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


def write_when_full(account: Account, owners: Iterable[User]) -> int:
    """Tell owners, once for each, of invitations that nobody can follow: every place is taken (60)."""
    waiting = _turned_away(account)
    if not waiting:
        return 0
    newest = max(each.sent_at for each in waiting)
    if not Notice.objects.get_or_create(kind="no_room", days=account.most_members or 0, moment=newest)[1]:
        return 0
    words = {"firm": account.name, "most": account.most_members, "number": len(waiting)}
    url = settings.SITE_URL + reverse("accounts:people", args=[account.slug])
    return sum(1 for owner in owners if mail.write("no_room", owner.email, account=account, url=url, **words))


def _turned_away(account: Account) -> list[Invitation]:
    """Open invitations for which there is no place."""
    if account.most_members is None:
        return []
    invited = Invitation.objects.filter(
        account_id=account.pk, accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()
    )
    return [each for each in invited.order_by("pk") if not has_some(account, each)]


def _taken(account: Account, leaving_out: Invitation | None) -> int:
    """Whoever is here, or invited: an invitation keeps its place until its link ends."""
    here = Membership.objects.filter(account_id=account.pk, removed_at=None).count()
    invited = Invitation.objects.filter(
        account_id=account.pk, accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()
    )
    return here + invited.exclude(pk=leaving_out.pk if leaving_out else None).count()
