"""Which letter about a request goes to whom. None repeats what a stranger typed: it could be meant for a third."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts import mail
from accounts.models import Account, OutgoingMail
from audit.models import Checkpoint, Head
from lib.formats import exact
from privacy.support_access.kinds import Named
from privacy.support_access.models import Grant, Look, Queue, Ticket
from privacy.support_access.queries import approvers_of, link_token


def address_of(queue: Queue | str) -> str:
    """Where the people who work on this queue read mail."""
    operator = settings.OPERATOR
    return {
        Queue.CHILDREN: operator.legal_email,
        Queue.PRIVACY: operator.legal_email,
        Queue.SECURITY: operator.security_email,
        Queue.BILLING: operator.billing_email,
        Queue.SALES: operator.sales_email,
    }.get(Queue(queue)) or operator.support_email


def to_sender(kind: str, ticket: Ticket, **words: str) -> OutgoingMail | None:
    """A letter to whoever asked: ``request_received`` or ``request_answered``."""
    if not ticket.email:
        return None
    words |= {"topic": ticket.get_topic_display(), "support_email": address_of(ticket.queue)}
    return mail.write(kind, ticket.email, account=ticket.account, number=str(ticket), more_url=_place(ticket), **words)


def _place(ticket: Ticket) -> str:
    """Where whoever reads the letter writes more: beside our answers, if they find the request behind their sign-in."""
    if ticket.user and ticket.account and ticket.user.email == ticket.email:
        return settings.SITE_URL + reverse("help:ticket", args=[ticket.account.slug, ticket.public_id])
    return settings.SITE_URL + reverse("contact_more", args=[link_token(ticket)])


def to_queue(ticket: Ticket, *, is_new: bool) -> OutgoingMail:
    """Word to our own people that a request waits: its number and topic alone."""
    return mail.write(
        "request_waits",
        address_of(ticket.queue),
        number=str(ticket),
        queue=ticket.get_queue_display(),
        topic=ticket.get_topic_display(),
        is_new=is_new,
        is_urgent=ticket.is_urgent,
        ticket_url=settings.SITE_URL + reverse("support:ticket", args=[ticket.public_id]),
    )


# --- Looks: letters name records by their ids alone -----------------------------------------------


def look_asked(grant: Grant) -> None:
    """Somebody must decide whether support may look."""
    _to_approvers("look_asked", grant)


def look_opened(look: Look) -> None:
    """Support has looked at a record for the first time with this grant."""
    _to_approvers("look_opened", look.grant, record=str(Named.of(look.record)), seen_at=exact(look.opened_at))


def emergency(grant: Grant) -> None:
    """Two of us opened records without asking; the firm hears of it at once."""
    _to_approvers("look_emergency", grant)


def _to_approvers(kind: str, grant: Grant, **more: str) -> None:
    """The same letter to each who decides for the firm."""
    words = _of_grant(grant) | more
    for member in approvers_of(grant.account):
        mail.write(kind, member.user.email, account=grant.account, **words)


def _of_grant(grant: Grant) -> dict[str, Any]:
    return {
        "firm": grant.account.name,
        "number": str(grant.ticket),
        "who": grant.staff.get_short_name() if grant.staff else "",
        "asked_by": str(grant.asked_by),
        "is_ours": grant.origin != Grant.Origin.FIRM,
        "records": [str(Named.of(key)) for key in grant.records],
        "reason": grant.get_code_display() if grant.code else grant.reason,
        "basis": grant.basis,
        "grant_url": settings.SITE_URL + reverse("help:grant", args=[grant.account.slug, grant.public_id]),
        "log_url": settings.SITE_URL + reverse("help:looks", args=[grant.account.slug]),
        **_anchor(grant.account),
    }


def _anchor(account: Account) -> dict[str, Any]:
    """Where the firm's log stands, for whoever keeps this letter: a log that was rewritten later won't fit it."""
    head = Head.objects.filter(account_id=account.pk).first()
    last = Checkpoint.objects.order_by("-number").first()
    return {
        "head": f"{head.length} {bytes(head.hash).hex()}" if head else "",
        "checkpoint": f"{last.number} {bytes(last.root).hex()}" if last else "",
        "checkpoint_url": settings.SITE_URL + reverse("access_log:checkpoint"),
    }
