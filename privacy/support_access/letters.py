"""Letters to our addresses become requests, or more words in the request that they name."""

from __future__ import annotations

import re
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.inbound import Letter
from privacy.support_access import actions
from privacy.support_access.emails import address_of
from privacy.support_access.forms import LONGEST
from privacy.support_access.models import Queue, Ticket, TicketMessage, Topic
from privacy.support_access.queries import just_sent

MOST_A_DAY = 20  # letters of one sender; who has more to say may telephone
SAME_WITHIN = timedelta(hours=1)  # a mail server that hands a letter over twice
_NUMBER = re.compile(r"\bT-(\d{6})\b", re.IGNORECASE)
_TOPICS = {
    Queue.PRIVACY: Topic.PRIVACY,
    Queue.SECURITY: Topic.SECURITY,
    Queue.BILLING: Topic.BILLING,
    Queue.SALES: Topic.QUESTION,
}


@transaction.atomic
def take_in(letter: Letter) -> str:
    """Write it down. Whose letter it really is nobody knows, so it belongs to no account and no person of ours."""
    text = letter.text[:LONGEST]
    if not text:
        return "Ignored: there are no words in it."
    if _is_too_much(letter.sender):
        return "Ignored: this sender has written enough for today."
    if (ticket := _named(letter)) is not None:
        if not _is_said(ticket, text):
            actions.add_words(ticket, text)
        return f"Added to {ticket}."
    subject = letter.subject[:120] or "A letter"
    same = just_sent(letter.sender, subject, within=SAME_WITHIN)
    if same is not None and _is_said(same, text):
        return f"Here already: {same}."
    opened = actions.open_ticket(
        _topic(letter), text, subject=subject, name=letter.name or letter.sender, email=letter.sender
    )
    return f"Opened {opened}."


def _named(letter: Letter) -> Ticket | None:
    """The request whose number stands in the subject, if the letter comes from the address that we answer to."""
    number = _NUMBER.search(letter.subject)
    return Ticket.objects.filter(number=int(number[1]), email=letter.sender).first() if number else None


def _topic(letter: Letter) -> Topic:
    """By the address that it went to."""
    found = (topic for queue, topic in _TOPICS.items() if address_of(queue) in letter.to)
    is_to_support = address_of(Queue.SUPPORT) in letter.to
    return Topic.HELP if is_to_support else next(found, Topic.HELP)


def _is_said(ticket: Ticket, text: str) -> bool:
    last = TicketMessage.objects.filter(ticket_id=ticket.pk).order_by("-id").first()
    return last is not None and last.text == text


def _is_too_much(sender: str) -> bool:
    day_ago = timezone.now() - timedelta(days=1)
    said = TicketMessage.objects.filter(ticket__email=sender, kind=TicketMessage.Kind.THEIRS, written_at__gt=day_ago)
    return said.count() >= MOST_A_DAY
