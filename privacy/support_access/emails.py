"""Which letter about a request goes to whom. None repeats what a stranger typed: it could be meant for a third."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from accounts import mail
from accounts.models import OutgoingMail
from privacy.support_access.models import Queue, Ticket
from privacy.support_access.queries import link_token


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
