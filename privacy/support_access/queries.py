"""Whose requests and calls somebody may read, and what waits in the queues."""

from __future__ import annotations

from datetime import timedelta
from operator import attrgetter

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from accounts.lifecycle import LONGEST_EXTENSION
from accounts.links import LastingLink
from accounts.models import Account, Membership, User
from accounts.permissions import can_for_others
from accounts.standing import is_overruled
from privacy.support_access.models import Call, Grant, GrantStep, Look, Queue, StaffAction, Ticket
from privacy.support_access.models.looks import OVER_AFTER

_LINKS = LastingLink("privacy.support_access.request")


# --- Members --------------------------------------------------------------------------------------


def tickets_of(member: Membership) -> QuerySet[Ticket]:
    """Every request that this member may read: their own, and, for owners and admins, those about the account.

    Whoever asks names a ``public_id`` too. What somebody asked as a person stays theirs alone.
    """
    here = Q(account_id=member.account_id)
    own = Q(user_id=member.user_id) & (here | Q(account_id=None))
    return Ticket.objects.filter(own | here if can_for_others(member, "help.view") else own)


def own_tickets(member: Membership) -> QuerySet[Ticket]:
    """What this person asked, here or for themselves."""
    mine = Ticket.objects.filter(user_id=member.user_id)
    return mine.filter(Q(account_id=member.account_id) | Q(account_id=None))


def colleagues_tickets(member: Membership) -> QuerySet[Ticket]:
    """What others asked in this account; for those who may read it."""
    theirs = Ticket.objects.filter(account_id=member.account_id).exclude(user_id=member.user_id)
    return theirs if can_for_others(member, "help.view") else theirs.none()


def calls_of(user: User) -> QuerySet[Call]:
    """The telephone calls that we had with this person, with who listened to a recording."""
    listened = StaffAction.objects.filter(kind=StaffAction.Kind.LISTENED).select_related("staff").order_by("done_at")
    found = Call.objects.filter(user_id=user.pk).select_related("account", "staff")
    return found.prefetch_related(Prefetch("steps", listened, to_attr="listenings")).order_by("-started_at", "-pk")


def listenings_of(call: Call) -> QuerySet[StaffAction]:
    """Who listened to the recording of this call, when, and why."""
    found = StaffAction.objects.filter(call_id=call.pk, kind=StaffAction.Kind.LISTENED)
    return found.select_related("staff").order_by("done_at", "pk")


# --- Strangers ------------------------------------------------------------------------------------


def link_token(ticket: Ticket) -> str:
    """The last part of the link by which somebody without a sign-in writes more. It shows no word of the request."""
    return _LINKS.make(ticket.public_id.hex)


def ticket_of_link(token: str) -> Ticket | None:
    """The request that a link names; None for a forged one, or when the request is gone."""
    public_id = _LINKS.read(token)
    return Ticket.objects.filter(public_id=public_id).first() if public_id else None


def just_sent(email: str, subject: str, *, within: timedelta) -> Ticket | None:
    """What this address just asked, for the second click of the same form; nobody's without an address."""
    sent = Ticket.objects.filter(email=email, subject=subject, opened_at__gte=timezone.now() - within)
    return sent.order_by("-opened_at").first() if email else None


# --- Staff ----------------------------------------------------------------------------------------


def open_in_queues() -> dict[str, int]:
    """How many requests wait for an answer, in each queue."""
    waiting = Ticket.objects.filter(queue__in=Queue.values, state=Ticket.State.OPEN)
    counted = dict(waiting.order_by().values_list("queue").annotate(Count("pk")))
    return {queue: counted.get(queue, 0) for queue in Queue.values}


def staff() -> QuerySet[User]:
    """Who works on requests."""
    return User.objects.filter(is_staff=True, is_active=True).order_by("first_name", "last_name", "pk")


# --- Grants and looks -----------------------------------------------------------------------------


def grants() -> QuerySet[Grant]:
    """Grants with all that says where they stand."""
    steps = GrantStep.objects.select_related("by")
    found = Grant.objects.select_related("ticket", "account", "staff", "asked_by")
    return found.prefetch_related(Prefetch("steps", steps))


def grants_of(member: Membership) -> QuerySet[Grant]:
    """The grants of this member's account."""
    return grants().filter(account_id=member.account_id)


def under_way(member: Membership) -> list[Grant]:
    """What waits in this member's account for an answer or for support, or is open; newest first."""
    recent = grants_of(member).filter(asked_at__gt=timezone.now() - OVER_AFTER)
    found = recent.exclude(steps__kind__in=[GrantStep.Kind.REFUSED, GrantStep.Kind.ENDED])
    return [grant for grant in found.order_by("-asked_at") if grant.is_under_way]


def approvers_of(account: Account) -> QuerySet[Membership]:
    """Who decides for the firm what support may see: its owners, and members with the switch."""
    found = Membership.objects.filter(account_id=account.pk, removed_at=None).select_related("user", "account")
    return found.filter(Q(role=Membership.Role.OWNER) | Q(is_privacy_approver=True))


def looks_of(account: Account) -> QuerySet[Look]:
    """Every look at a record of this account."""
    found = Look.objects.filter(account_id=account.pk)
    return found.select_related("staff", "grant__ticket", "grant__asked_by")


def unchecked() -> QuerySet[Grant]:
    """Grants that somebody of staff held, used or not, and that nobody has checked; those held longest first."""
    everywhere = grants().filter(origin__in=Grant.Origin.values)  # a statement over all accounts says so
    offered = Q(origin=Grant.Origin.FIRM)
    held = Q(offered, steps__kind=GrantStep.Kind.TAKEN) | Q(~offered, steps__kind=GrantStep.Kind.ALLOWED)
    return everywhere.filter(held, review=None).order_by("steps__at")


def unchecked_of(user: User) -> QuerySet[Grant]:
    """Those of them that this member of staff held."""
    return unchecked().filter(Q(staff_id=user.pk) | Q(staff=None, steps__by_id=user.pk))


def overruled() -> list[Account]:
    """The accounts that staff let write, or only read, whatever their payments say; whose time is over first."""
    now = timezone.now()
    lately = StaffAction.objects.filter(
        kind=StaffAction.Kind.OVERRULED, done_at__gt=now - timedelta(days=LONGEST_EXTENSION)
    )
    found = Account.objects.filter(pk__in=set(lately.values_list("account_id", flat=True)))
    return sorted((each for each in found if is_overruled(each, now)), key=attrgetter("overruled_until"))
