"""What happens to a request, step by step. What staff do is written into the operator's log, and the account's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

import audit
from accounts import inbound, lifecycle
from accounts.members import actor_for
from accounts.models import Account, Consent, Membership, StoredFile, User
from accounts.standing import Standing
from billing import desk
from datamap import Retention
from privacy.support_access import emails, granting
from privacy.support_access.attaching import attach
from privacy.support_access.kinds import Named
from privacy.support_access.models import URGENT, Call, Grant, Queue, StaffAction, Ticket, TicketMessage, Topic
from tenancy.context import Actor, activate
from tenancy.errors import Conflict
from tenancy.sweeping import sweeps

TRIES_FOR_A_NUMBER = 20
Kind = StaffAction.Kind
Said = TicketMessage.Kind
WITHOUT_RECORDING: dict[str, Any] = {"recording": "", "recorded_for": "", "recording_kept_until": None}


# --- Those who ask --------------------------------------------------------------------------------


@transaction.atomic
def open_ticket(
    topic: Topic,
    text: str,
    *,
    subject: str,
    name: str = "",
    email: str = "",
    user: User | None = None,
    member: Membership | None = None,
    files: Sequence[StoredFile] = (),
) -> Ticket:
    """Somebody asks us. It belongs to a person or an account only if they chose so."""
    account, queue = member.account if member else None, topic.queue
    facts = {"topic": topic, "queue": queue, "is_urgent": queue in URGENT, "subject": subject}
    ticket = _numbered(**facts, name=name, email=email, user=member.user if member else user, account=account)
    attach(_say(ticket, Said.THEIRS, text, author=ticket.user), files)
    if member:
        with activate(member.account, actor=actor_for(member)):
            audit.record("ticket.opened", ticket)
    emails.to_sender("request_received", ticket)
    emails.to_queue(ticket, is_new=True)
    return ticket


@transaction.atomic
def add_words(ticket: Ticket, text: str, *, member: Membership | None = None, files: Sequence[StoredFile] = ()) -> None:
    """Whoever asked, or a colleague, writes more; a request that was closed is open again."""
    ticket = _locked(ticket)
    attach(_say(ticket, Said.THEIRS, text, author=member.user if member else None), files)
    _turn(ticket, Ticket.State.OPEN)
    if member and ticket.account_id:
        audit.record("ticket.added_to", ticket)
    emails.to_queue(ticket, is_new=False)


# --- Staff ----------------------------------------------------------------------------------------


@transaction.atomic
def open_for(topic: Topic, text: str, *, by: User, **words: Any) -> Ticket:
    """Write down what somebody asked us by mail, by post or on the telephone; they get its number (115)."""
    ticket = open_ticket(topic, text, **words)
    _done(Kind.OPENED_FOR, by=by, ticket=ticket)
    return ticket


@transaction.atomic
def answer(ticket: Ticket, text: str, *, by: User, seen: int, closes: bool = False) -> None:
    """Answer by mail. Raises Conflict when somebody wrote since the page with ``seen`` messages was shown."""
    ticket = _locked(ticket)
    if ticket.messages.exclude(kind=Said.NOTE).count() != seen:
        raise Conflict("Somebody wrote meanwhile. Read it, and send your answer again if it still fits.")
    _say(ticket, Said.OURS, text, author=by)
    ticket.assignee = ticket.assignee or by
    _turn(ticket, Ticket.State.ANSWERED)
    emails.to_sender("request_answered", ticket, text=text, who=by.get_short_name())
    _done(Kind.ANSWERED, by=by, ticket=ticket)
    if closes:
        close(ticket, by=by)


@transaction.atomic
def note(ticket: Ticket, text: str, *, by: User) -> None:
    """Words for colleagues; whoever asked gets no mail, but finds them in a copy of their data."""
    _say(ticket, Said.NOTE, text, author=by)
    _done(Kind.NOTED, by=by, ticket=ticket)


@transaction.atomic
def assign(ticket: Ticket, to: User | None, *, by: User) -> None:
    """Say who of us works on it, or that nobody does."""
    ticket = _locked(ticket)
    if ticket.assignee == to:
        return
    ticket.assignee = to
    ticket.save(update_fields=["assignee"])
    _done(Kind.ASSIGNED, by=by, ticket=ticket, detail=f"to {to}" if to else "to nobody")


@transaction.atomic
def move(ticket: Ticket, queue: Queue, *, by: User) -> None:
    """Put it where the right people look, and tell them."""
    ticket = _locked(ticket)
    if ticket.queue == queue:
        return
    ticket.queue, ticket.is_urgent = queue, queue in URGENT
    ticket.save(update_fields=["queue", "is_urgent"])
    emails.to_queue(ticket, is_new=False)
    _done(Kind.MOVED, by=by, ticket=ticket, detail=f"to {queue.label}")


@transaction.atomic
def close(ticket: Ticket, *, by: User) -> None:
    """End it. Of a report about a child nothing that was written stays: the record holds no child's data (100)."""
    ticket = _locked(ticket)
    if ticket.is_closed:
        return
    granting.end_with_ticket(ticket, by=by)
    if ticket.topic == Topic.CHILD or ticket.queue == Queue.CHILDREN:
        _forget_words(ticket)
    _turn(ticket, Ticket.State.CLOSED)
    _done(Kind.CLOSED, by=by, ticket=ticket)


@transaction.atomic
def close_and_forget(ticket: Ticket) -> None:
    """End a report about a child, by whichever way it came: of its words nothing stays, whoever closed it before."""
    ticket = _locked(ticket)
    _forget_words(ticket)
    _turn(ticket, Ticket.State.CLOSED)


@transaction.atomic
def reopen(ticket: Ticket, *, by: User) -> None:
    """Take it up again."""
    ticket = _locked(ticket)
    if ticket.is_closed:
        _turn(ticket, Ticket.State.OPEN)
        _done(Kind.REOPENED, by=by, ticket=ticket)


@transaction.atomic
def begin_emergency(account: Account, records: Sequence[Named], *, code: str, reason: str, by: User) -> Grant:
    """Two of us may open records without asking: this one writes down why, and a second one confirms it."""
    topic = Topic.LEGAL if code == Grant.Code.LEGAL else Topic.SECURITY
    facts = {"topic": topic, "queue": topic.queue, "is_urgent": True, "subject": "Emergency access"}
    ticket = _numbered(**facts, account=account, assignee=by)
    _say(ticket, Said.NOTE, reason, author=by)
    emails.to_queue(ticket, is_new=True)
    return granting.begin_emergency(account, records, code=code, reason=reason, ticket=ticket, by=by)


# --- Telephone calls ------------------------------------------------------------------------------


@transaction.atomic
def log_call(call: Call, *, by: User) -> Call:
    """Write down what was said on the telephone."""
    call.staff = by
    call.save()
    _done(Kind.CALL_LOGGED, by=by, call=call)
    return call


@transaction.atomic
def listen(call: Call, why: str, *, by: User) -> str:
    """The recording's reference, which nobody gets without having said why: the person sees who listened."""
    call = Call.objects.select_for_update().get(pk=call.pk)
    if call.recording:
        _done(Kind.LISTENED, by=by, call=call, detail=why)
    return call.recording


@transaction.atomic
def delete_recording(call: Call, *, by: User) -> None:
    """Forget where the recording is, once it is deleted in the telephone system."""
    call = Call.objects.select_for_update().get(pk=call.pk)
    if call.recording:
        Call.objects.filter(pk=call.pk).update(**WITHOUT_RECORDING)
        _done(Kind.RECORDING_DELETED, by=by, call=call)


# --- Decisions about people and accounts ----------------------------------------------------------


@transaction.atomic
def record_opt_out(address: str, *, evidence: str, purpose: str, by: User) -> None:
    """Somebody told us that they want no promotional mail, or none of one kind. The log holds no address."""
    inbound.record_opt_out(address, evidence=evidence, purpose=purpose)
    what = Consent.Purpose(purpose).label if purpose else "all promotional mail"
    StaffAction.objects.create(kind=Kind.OPT_OUT, staff=by, detail=f"{what}: {evidence}"[:300])


@transaction.atomic
def extend_trial(account: Account, days: int, *, reason: str, by: User) -> datetime:
    """Give an account more days to try; its own log says who did it and why. Returns the new end."""
    ends = lifecycle.extend_trial(account, days, reason=reason, staff=by)
    detail = f"by {days} days: {reason}"[:300]
    StaffAction.objects.create(kind=Kind.TRIAL_EXTENDED, staff=by, account=account, detail=detail)
    return ends


@transaction.atomic
def overrule(account: Account, standing: str, days: int, *, reason: str, by: User) -> datetime | None:
    """Let an account write, or only read, for so many days whatever its payments say; "" ends that."""
    until = lifecycle.overrule(account, standing, days, reason=reason, staff=by)
    if until is not None:
        what = f"{Standing(standing).words} for {days} days" if standing else "as its payments say"
        detail = f"{what}: {reason}"[:300]
        StaffAction.objects.create(kind=Kind.OVERRULED, staff=by, account=account, detail=detail)
    return until


@transaction.atomic
def retry_event(public_id: UUID, *, by: User) -> str | None:
    """Act on an event of the card processor once more. None when there is none."""
    event = desk.retry(public_id)
    if event is not None:
        StaffAction.objects.create(kind=Kind.BILLING_RETRIED, staff=by, detail=event[:300])
    return event


def compare_billing(account: Account, *, reason: str, by: User) -> tuple[list[str], str]:
    """Bring our copy of the card processor's books up to date: where it differed, or why that can't be said."""
    StaffAction.objects.create(kind=Kind.BILLING_COMPARED, staff=by, account=account, detail=reason)
    with activate(account, actor=Actor("staff", by.pk, str(by))):
        audit.record("billing.compared", account, data={"detail": reason})
    return desk.compare(account)


@transaction.atomic
def see_finding(number: int, *, by: User) -> None:
    """A difference in billing was looked at, and needs nobody any more."""
    if words := desk.seen_to(number):
        StaffAction.objects.create(kind=Kind.BILLING_SEEN, staff=by, detail=words[:300])


# --- The clock ------------------------------------------------------------------------------------


@sweeps()
def forget_old(today: date | None = None) -> None:
    """Drop what is older than the data map says: recordings first, then calls, requests and what staff did."""
    today = today or timezone.localdate()
    long_ago = timezone.now() - timedelta(days=Retention.TWO_YEARS.days or 0)
    calls = Call.objects.filter(purpose__in=Call.Purpose.values)
    calls.filter(recording_kept_until__lt=today).update(**WITHOUT_RECORDING)
    calls.filter(kept_until__lt=today).delete()
    Ticket.objects.filter(queue__in=Queue.values, closed_at__lt=long_ago).delete()
    StaffAction.objects.filter(kind__in=Kind.values, done_at__lt=long_ago).delete()


# --- Shared ---------------------------------------------------------------------------------------


def _numbered(**facts: Any) -> Ticket:
    """A new request under a number that no other has."""
    for _ in range(TRIES_FOR_A_NUMBER):
        try:
            with transaction.atomic():
                return Ticket.objects.create(**facts)
        except IntegrityError as trouble:
            taken = trouble
    raise taken


def _locked(ticket: Ticket) -> Ticket:
    """The request as it stands now; whoever else works on it waits."""
    return Ticket.objects.select_for_update().get(pk=ticket.pk)


def _say(ticket: Ticket, kind: Said, text: str, *, author: User | None) -> TicketMessage:
    return TicketMessage.objects.create(ticket=ticket, kind=kind, text=text, author=author)


def _forget_words(ticket: Ticket) -> None:
    ticket.messages.all().delete()
    ticket.subject = ticket.name = ticket.email = ""


def _turn(ticket: Ticket, state: Ticket.State) -> None:
    ticket.state, ticket.touched_at = state, timezone.now()
    ticket.closed_at = ticket.touched_at if state == Ticket.State.CLOSED else None
    ticket.save()


def _done(kind: Kind, *, by: User, ticket: Ticket | None = None, call: Call | None = None, detail: str = "") -> None:
    """One line in the operator's log, and the same in the log of the account that it is about."""
    account = (ticket or call).account  # type: ignore[union-attr]
    StaffAction.objects.create(kind=kind, staff=by, ticket=ticket, call=call, account=account, detail=detail)
    if account is not None:
        noun, _, verb = kind.partition(".")
        with activate(account, actor=Actor("staff", by.pk, str(by))):
            audit.record(f"{noun}.{verb}", ticket or call, data={"detail": detail})
