"""What happens to a request, step by step. What staff do is written into the operator's log, and the account's own."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

import audit
from accounts.models import Membership, User
from privacy.support_access import emails
from privacy.support_access.models import URGENT, Queue, StaffAction, Ticket, TicketMessage, Topic
from tenancy.context import Actor, activate
from tenancy.errors import Conflict

TRIES_FOR_A_NUMBER = 20
Kind = StaffAction.Kind
Said = TicketMessage.Kind


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
) -> Ticket:
    """Somebody asks us. It belongs to a person or an account only if they chose so."""
    account, queue = member.account if member else None, topic.queue
    facts = {"topic": topic, "queue": queue, "is_urgent": queue in URGENT, "subject": subject}
    ticket = _numbered(**facts, name=name, email=email, user=member.user if member else user, account=account)
    _say(ticket, Said.THEIRS, text, author=ticket.user)
    if member:
        with activate(member.account, actor=Actor("member", member.pk, str(member))):
            audit.record("ticket.opened", ticket)
    emails.to_sender("request_received", ticket)
    emails.to_queue(ticket, is_new=True)
    return ticket


@transaction.atomic
def add_words(ticket: Ticket, text: str, *, member: Membership | None = None) -> None:
    """Whoever asked, or a colleague, writes more; a request that was closed is open again."""
    ticket = _locked(ticket)
    _say(ticket, Said.THEIRS, text, author=member.user if member else None)
    _turn(ticket, Ticket.State.OPEN)
    if member and ticket.account_id:
        audit.record("ticket.added_to", ticket)
    emails.to_queue(ticket, is_new=False)


# --- Staff ----------------------------------------------------------------------------------------


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
    if ticket.queue == Queue.CHILDREN:
        ticket.messages.all().delete()
        ticket.subject = ticket.name = ticket.email = ""
    _turn(ticket, Ticket.State.CLOSED)
    _done(Kind.CLOSED, by=by, ticket=ticket)


@transaction.atomic
def reopen(ticket: Ticket, *, by: User) -> None:
    """Take it up again."""
    ticket = _locked(ticket)
    if ticket.is_closed:
        _turn(ticket, Ticket.State.OPEN)
        _done(Kind.REOPENED, by=by, ticket=ticket)


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


def _say(ticket: Ticket, kind: Said, text: str, *, author: User | None) -> None:
    TicketMessage.objects.create(ticket=ticket, kind=kind, text=text, author=author)


def _turn(ticket: Ticket, state: Ticket.State) -> None:
    ticket.state, ticket.touched_at = state, timezone.now()
    ticket.closed_at = ticket.touched_at if state == Ticket.State.CLOSED else None
    ticket.save()


def _done(kind: Kind, *, by: User, ticket: Ticket, detail: str = "") -> None:
    """One line in the operator's log, and the same in the log of the account that the request is about."""
    StaffAction.objects.create(kind=kind, staff=by, ticket=ticket, account=ticket.account, detail=detail)
    if ticket.account is not None:
        verb = kind.partition(".")[2]
        with activate(ticket.account, actor=Actor("staff", by.pk, str(by))):
            audit.record(f"ticket.{verb}", ticket, data={"detail": detail})
