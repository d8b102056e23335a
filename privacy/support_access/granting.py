"""How staff get leave to look at single records, and how it ends. The account's own log tells each step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

import audit
from accounts.bell import ring
from accounts.lifecycle import living_accounts
from accounts.models import Account, Membership, User
from accounts.permissions import can
from audit.models import Event
from privacy.support_access import emails
from privacy.support_access.kinds import Named
from privacy.support_access.models import Grant, GrantStep, Review, StaffAction, SupportSettings, Ticket
from privacy.support_access.models.looks import EMERGENCY_MINUTES, MINUTES, MOST_RECORDS
from privacy.support_access.notices import ASKED
from privacy.support_access.queries import approvers_of, grants, unchecked_of
from tenancy.context import Actor, activate

Origin, State, Step, How, Because = Grant.Origin, Grant.State, GrantStep.Kind, GrantStep.How, GrantStep.Because
Policy = SupportSettings.Policy
WORKING_DAYS_TO_REVIEW = 5


class NotPossible(Exception):
    """Why this can't be done with the grant, in a sentence for whoever tried."""


def staff_actor(user: User) -> Actor:
    """One of us, as the firm's log names them: by first name and role."""
    return Actor("staff", user.pk, f"{user.get_short_name()}, Candor support")


def staff_did(kind: StaffAction.Kind, grant: Grant, *, by: User, detail: str = "") -> None:
    """One line in our own log of what staff do."""
    StaffAction.objects.create(kind=kind, staff=by, ticket=grant.ticket, account=grant.account, detail=detail)


# --- Staff ask, the firm answers ------------------------------------------------------------------


@transaction.atomic
def ask(
    ticket: Ticket, records: Sequence[Named], *, unmasked: Sequence[str], minutes: int, reason: str, by: User
) -> Grant:
    """Staff ask to look at records that they can name. Whether there are such records, nobody tells them."""
    ticket = _locked(ticket)
    if ticket.account is None or ticket.is_closed:
        raise NotPossible("Only an open request of an account can lead to a look.")
    _refuse_closed(ticket.account)
    _refuse_who_owes_reviews(by)
    with activate(ticket.account, actor=staff_actor(by)):
        policy = SupportSettings.current_policy()
        if policy == Policy.NEVER:
            raise NotPossible("This account lets nobody look at its records. Ask in words.")
        grant = _new(
            ticket,
            records,
            origin=Origin.STAFF,
            asked_by=by,
            staff=by,
            unmasked=unmasked,
            minutes=minutes,
            reason=reason,
        )
        if policy == Policy.TICKETS and ticket.assignee_id == by.pk:
            _allow(grant, records=grant.records, unmasked=[], minutes=minutes, by=None, how=How.POLICY)
        else:
            _tell_approvers(grant)
    staff_did(StaffAction.Kind.LOOK_ASKED, grant, by=by)
    return grant


@transaction.atomic
def offer(ticket: Ticket, record: Named, *, unmasked: Sequence[str], member: Membership) -> Grant:
    """A member asks for help with a record. Who may decide has decided by it; of others, the approvers are asked."""
    ticket = _locked(ticket)
    grant = _new(
        ticket,
        [record],
        origin=Origin.FIRM,
        asked_by=member.user,
        unmasked=unmasked,
        minutes=MINUTES,
        reason=ticket.subject,
    )
    policy = SupportSettings.current_policy()
    if policy != Policy.NEVER and can(member, "look.decide"):
        _allow(grant, records=grant.records, unmasked=unmasked, minutes=MINUTES, by=member.user, how=How.PRESSED)
    elif policy == Policy.TICKETS:
        _allow(grant, records=grant.records, unmasked=[], minutes=MINUTES, by=None, how=How.POLICY)
    else:
        _tell_approvers(grant)
    return grant


@transaction.atomic
def allow(grant: Grant, *, records: Sequence[str], unmasked: Sequence[str], minutes: int, by: Membership) -> None:
    """The firm says yes: to these of the records, with these fields in full, for so long."""
    grant = _asked_of_firm(grant)
    if SupportSettings.current_policy() == Policy.NEVER:
        raise NotPossible("Your firm decided that nobody looks at records. Change that first.")
    if by.user_id == grant.staff_id:
        raise NotPossible("Nobody allows themselves.")
    allowed = [key for key in grant.records if key in records]
    lifted = [key for key in grant.unmasked if key in unmasked]
    _allow(grant, records=allowed, unmasked=lifted, minutes=min(minutes, grant.minutes), by=by.user, how=How.PROVEN)
    emails.to_queue(grant.ticket, is_new=False)


@transaction.atomic
def refuse(grant: Grant, *, by: Membership) -> None:
    """The firm says no."""
    grant = _asked_of_firm(grant)
    _step(grant, Step.REFUSED, by=by.user)
    audit.record("grant.refused", grant, data={"ticket": str(grant.ticket)})
    emails.to_queue(grant.ticket, is_new=False)


@transaction.atomic
def take(grant: Grant, *, by: User) -> None:
    """One of staff takes up what the firm offered: from now on it is theirs alone, and its clock runs."""
    grant = _fresh(grant)
    _refuse_who_owes_reviews(by)
    if grant.state != State.OFFERED:
        raise NotPossible("Somebody else took it, or it is over.")
    with activate(grant.account, actor=staff_actor(by)):
        _step(grant, Step.TAKEN, by=by)
        audit.record("grant.taken", grant, data={"ticket": str(grant.ticket)})
    Ticket.objects.filter(pk=grant.ticket_id).update(assignee=by)
    staff_did(StaffAction.Kind.LOOK_TAKEN, grant, by=by)


# --- It ends --------------------------------------------------------------------------------------


@transaction.atomic
def revoke(grant: Grant, *, by: Membership) -> None:
    """The firm takes it back. The next read is refused, and an open page goes blank."""
    _end(_fresh(grant), Because.REVOKED, by=by.user)


@transaction.atomic
def give_back(grant: Grant, *, by: User) -> None:
    """Staff are done before the time is over."""
    grant = _fresh(grant)
    if grant.looker != by:
        raise NotPossible("This access is for somebody else.")
    with activate(grant.account, actor=staff_actor(by)):
        _end(grant, Because.DONE, by=by)
    staff_did(StaffAction.Kind.LOOK_ENDED, grant, by=by)


def end_with_ticket(ticket: Ticket, *, by: User) -> None:
    """A request is closed: all its grants die with it, and opening it again brings none back."""
    if ticket.account is None:
        return
    with activate(ticket.account, actor=staff_actor(by)):
        _end_all(grants().filter(ticket_id=ticket.pk), Because.CLOSED, by=by)


@transaction.atomic
def decide_policy(policy: SupportSettings.Policy, *, by: Membership) -> None:
    """The firm says what becomes of wishes to look. "Never" ends what is open, too."""
    before = SupportSettings.current_policy()
    if before == policy:
        return
    if not SupportSettings.objects.update(policy=policy):
        SupportSettings.objects.create(policy=policy)
    audit.record("account.support_policy", by.account, data={"changes": {"policy": [before.label, policy.label]}})
    if policy == Policy.NEVER:
        asked_for = grants().filter(account_id=by.account_id).exclude(origin=Origin.EMERGENCY)
        _end_all(asked_for, Because.NEVER, by=by.user)


def end_with_account(account: Account) -> None:
    """The account is closed: nothing of it is open any more. Runs inside it, and may run twice."""
    _end_all(grants().filter(account_id=account.pk), Because.ACCOUNT, by=None)


# --- Emergencies ----------------------------------------------------------------------------------


@transaction.atomic
def begin_emergency(
    account: Account, records: Sequence[Named], *, code: str, reason: str, ticket: Ticket, by: User
) -> Grant:
    """One of staff asks a second one, not the firm: for the coded reasons alone."""
    _refuse_who_owes_reviews(by)
    _refuse_closed(account)
    with activate(account, actor=staff_actor(by)):
        grant = _new(
            ticket,
            records,
            origin=Origin.EMERGENCY,
            asked_by=by,
            staff=by,
            minutes=EMERGENCY_MINUTES,
            reason=reason,
            code=code,
        )
    staff_did(StaffAction.Kind.EMERGENCY, grant, by=by)
    return grant


@transaction.atomic
def second(grant: Grant, *, by: User) -> None:
    """Another one of staff confirms an emergency: the records open, masked, and the firm is told at once."""
    grant = _waiting(grant)
    if grant.origin != Origin.EMERGENCY or by.pk == grant.staff_id or not by.is_staff:
        raise NotPossible("An emergency needs two of us.")
    with activate(grant.account, actor=staff_actor(by)):
        _allow(grant, records=grant.records, unmasked=[], minutes=grant.minutes, by=by, how=How.SECOND)
        emails.emergency(grant)
    staff_did(StaffAction.Kind.SECONDED, grant, by=by)


# --- A second pair of eyes ------------------------------------------------------------------------


@transaction.atomic
def review(grant: Grant, *, verdict: str, note: str, by: User) -> None:
    """Somebody else of us checks what a grant was used for. The firm reads what they found."""
    grant = _fresh(grant)
    if by.pk in grant.involved:
        raise NotPossible("Somebody else checks this one.")
    if grant.began_at is None:
        raise NotPossible("Nobody could look with it: there is nothing to check.")
    if grant.is_under_way:
        raise NotPossible("It is not over yet.")
    try:
        with transaction.atomic():
            Review.objects.create(grant=grant, by=by, verdict=verdict, note=note)
    except IntegrityError:
        raise NotPossible("Somebody has checked it meanwhile.") from None
    with activate(grant.account, actor=staff_actor(by)):
        audit.record("grant.reviewed", grant, data={"verdict": Review.Verdict(verdict).label, "note": note})
    staff_did(StaffAction.Kind.LOOK_REVIEWED, grant, by=by, detail=Review.Verdict(verdict).label)


def is_overdue(began_at: datetime, *, now: datetime | None = None) -> bool:
    """Whether what began at that moment should have been checked: five working days are over."""
    day, left = began_at, WORKING_DAYS_TO_REVIEW
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return (now or timezone.now()) > day


def _refuse_who_owes_reviews(user: User) -> None:
    """Whose access nobody checked in time gets no other grant."""
    oldest = unchecked_of(user).first()
    if oldest is not None and oldest.began_at and is_overdue(oldest.began_at):
        raise NotPossible("A colleague must check your earlier access first: five working days are over.")


def _refuse_closed(account: Account) -> None:
    """Nobody of a closed account could be asked, or told. A legal hold keeps its rows, and opens none of them."""
    if not Account.objects.filter(pk=account.pk, closed_at=None).exists():
        raise NotPossible("This account is closed. Nothing of it can be looked at any more.")


# --- Shared ---------------------------------------------------------------------------------------


def _new(ticket: Ticket, records: Sequence[Named], *, unmasked: Sequence[str] = (), **facts: Any) -> Grant:
    """A grant as it is asked for, and its line in the active account's log."""
    keys = list(dict.fromkeys(record.key for record in records))[:MOST_RECORDS]
    facts |= {"account_id": ticket.account_id, "records": keys, "unmasked": list(unmasked)}
    grant = Grant.objects.create(ticket=ticket, **facts)
    grant.refresh_from_db()
    said = {"ticket": str(ticket), "reason": grant.reason, "records": len(keys), "basis": grant.basis}
    audit.record("grant.offered" if grant.origin == Origin.FIRM else "grant.asked", grant, data=said)
    return grant


def _allow(
    grant: Grant, *, records: Sequence[str], unmasked: Sequence[str], minutes: int, by: User | None, how: GrantStep.How
) -> None:
    facts = {"records": list(records), "unmasked": list(unmasked), "minutes": minutes, "how": how}
    _step(grant, Step.ALLOWED, by=by, **facts)
    said = {"ticket": str(grant.ticket), "records": len(records), "minutes": minutes, "how": how.label}
    audit.record("grant.allowed", grant, data={**said, "unmasked": list(unmasked)})


def tell_of_restore() -> int:
    """What ``bin/restore`` ended is told in the log of its firm, once. Outside of accounts; returns how many."""
    told = 0
    for number in living_accounts():
        with activate(number, actor=Actor("system", None, "Candor")):
            ended = grants().filter(account_id=number, steps__kind=Step.ENDED, steps__because=Because.RESTORED)
            for grant in ended.order_by("pk"):
                if not Event.objects.filter(kind="grant.ended", record_id=grant.public_id).exists():
                    _tell_of_end(grant, Because.RESTORED)
                    told += 1
    return told


def _end_all(found: QuerySet[Grant], because: GrantStep.Because, *, by: User | None) -> None:
    """What somebody else ended meanwhile stays as they ended it."""
    for grant in found.order_by("ticket_id"):
        if grant.is_under_way:
            _end(_fresh(grant), because, by=by)


def _end(grant: Grant, because: GrantStep.Because, *, by: User | None) -> None:
    if not grant.is_under_way:
        return
    _step(grant, Step.ENDED, by=by, because=because)
    _tell_of_end(grant, because)


def _tell_of_end(grant: Grant, because: GrantStep.Because) -> None:
    audit.record("grant.ended", grant, data={"ticket": str(grant.ticket), "because": because.label})


def _step(grant: Grant, kind: GrantStep.Kind, *, by: User | None, **facts: Any) -> None:
    """Written once: of two who decide at the same moment, the second one is told so."""
    try:
        with transaction.atomic():
            GrantStep.objects.create(grant=grant, kind=kind, by=by, **facts)
    except IntegrityError:
        raise NotPossible("Somebody has decided this meanwhile.") from None


def _fresh(grant: Grant) -> Grant:
    """The grant with its steps as they stand now; whoever else works on its request waits."""
    _locked(grant.ticket)
    return grants().get(pk=grant.pk)


def _waiting(grant: Grant) -> Grant:
    grant = _fresh(grant)
    if grant.state != State.ASKED:
        raise NotPossible(f"This was decided or is over: {grant.state.label.lower()}.")
    return grant


def _asked_of_firm(grant: Grant) -> Grant:
    grant = _waiting(grant)
    if grant.origin == Origin.EMERGENCY:
        raise NotPossible("An emergency is confirmed by two of us. You can take it back as soon as it is open.")
    return grant


def _locked(ticket: Ticket) -> Ticket:
    return Ticket.objects.select_for_update(of=("self",)).select_related("account").get(pk=ticket.pk)


def _tell_approvers(grant: Grant) -> None:
    """By mail, which names the record by its id alone, and behind the bell."""
    emails.look_asked(grant)
    ring(approvers_of(grant.account), ASKED, grant)
