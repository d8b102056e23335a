"""Letters to our addresses: they open requests, go into those that they name, and arrive once."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from django.conf import settings

from accounts import inbound
from accounts.models import OutgoingMail
from privacy.support_access import actions
from privacy.support_access.models import Ticket, TicketMessage
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")


def write(
    text="It opens with a spoon.", *, subject="Your lock", sender="Edith Pell <Edith@Pell.example>", to="", **more
):
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, to or settings.OPERATOR.support_email, subject
    for name, value in more.items():
        letter[name.replace("_", "-")] = value
    letter.set_content(text)
    return inbound.receive(letter.as_bytes())


@promise(25)
def test_a_letter_opens_a_request_and_the_answer_goes_on_in_it(sam):
    said = write()
    ticket = Ticket.objects.get(email="edith@pell.example")
    assert said == f"Opened {ticket}." and (ticket.name, ticket.subject, ticket.topic) == (
        "Edith Pell",
        "Your lock",
        "help",
    )
    assert (ticket.account, ticket.user) == (None, None)  # whose letter it is nobody knows
    assert OutgoingMail.objects.get(kind="request_received").to == "edith@pell.example"
    assert write() == f"Here already: {ticket}."  # handed over twice
    actions.answer(ticket, "A new one is on its way.", by=sam, seen=1)
    quoted = "It holds.\n\nOn Monday Candor wrote:\n> A new one is on its way."
    assert write(quoted, subject=f"Re: {ticket}: our answer") == f"Added to {ticket}."
    ticket.refresh_from_db()
    assert ticket.state == "open" and ticket.messages.last().text == "It holds."


def test_nobody_else_writes_into_it(bob_asks):
    before = TicketMessage.objects.filter(ticket_id=bob_asks.pk).count()
    assert "Opened" in write(subject=f"Re: {bob_asks}", sender="mallory@globex.example")
    assert TicketMessage.objects.filter(ticket_id=bob_asks.pk).count() == before


def test_the_address_chooses_the_queue(settings):
    write(to=settings.OPERATOR.legal_email, subject="A copy, please")
    legal_has_its_own = settings.OPERATOR.legal_email != settings.OPERATOR.support_email
    assert Ticket.objects.get(email="edith@pell.example").queue == ("privacy" if legal_has_its_own else "support")


def test_programs_floods_and_empty_letters_open_nothing():
    assert "by a program" in write(Auto_Submitted="auto-replied")
    assert "no words" in write("\n> quoted\n")
    for number in range(25):
        write(f"Letter {number}", subject=f"Number {number}")
    assert Ticket.objects.filter(email="edith@pell.example").count() == 20


def test_a_letter_of_html_is_read_without_its_marks():
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "edith@pell.example", "support@x.example", "Hi"
    letter.set_content("<p>It <b>opens</b>.</p><script>alert(1)</script>", subtype="html")
    inbound.receive(letter.as_bytes())
    assert TicketMessage.objects.get(ticket__email="edith@pell.example").text.startswith("It opens.")
