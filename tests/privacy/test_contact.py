"""Writing to us: without cookies, into the right queue, with a number, and no word of it in a letter."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Membership, OutgoingMail
from audit.models import Event
from privacy.support_access import actions
from privacy.support_access.models import Queue, Ticket, TicketMessage, Topic
from privacy.support_access.queries import link_token
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")


@promise(142)
def test_a_stranger_writes_and_gets_a_number(write_to_us):
    response = write_to_us()
    ticket = Ticket.objects.get()
    assert response.status_code == 200
    assert not response.cookies
    assert f"T-{ticket.number}" in response.content.decode()
    assert (ticket.queue, ticket.state, ticket.is_urgent) == ("security", "open", True)
    assert (ticket.email, ticket.user, ticket.account) == ("edith@pell.example", None, None)
    assert TicketMessage.objects.get().text.split() == ["It", "opens", "with", "a", "spoon."]


def test_the_letters_hold_the_number_and_no_word_that_was_typed(write_to_us):
    write_to_us()
    number = str(Ticket.objects.get())
    to_sender, to_queue = OutgoingMail.objects.order_by("pk")
    assert (to_sender.kind, to_sender.to) == ("request_received", "edith@pell.example")
    assert (to_queue.kind, to_queue.to) == ("request_waits", settings.OPERATOR.security_email)
    for letter in (to_sender, to_queue):
        assert number in letter.subject
        for part in (letter.subject, letter.text, letter.html):
            assert "spoon" not in part and "Your lock" not in part and "Edith Pell" not in part


@promise(142)
@pytest.mark.parametrize("topic", Topic)
def test_each_topic_opens_its_queue_and_reaches_its_people(topic, write_to_us):
    assert f'value="{topic}" selected' in Client().get(f"/contact/?topic={topic}").content.decode()
    write_to_us(topic=topic)
    expected = {
        "privacy": "privacy", "legal": "privacy", "agent": "privacy", "child": "children", "security": "security",
        "abuse": "security", "billing": "billing", "question": "sales",
    }.get(topic, "support")  # fmt: skip
    assert Ticket.objects.get().queue == expected
    operator = settings.OPERATOR
    address = {
        "privacy": operator.legal_email,
        "children": operator.legal_email,
        "security": operator.security_email,
        "sales": operator.sales_email,
        "billing": operator.billing_email,
    }.get(expected, operator.support_email)
    assert OutgoingMail.objects.get(kind="request_waits").to == address


def test_what_was_typed_stays_when_something_is_missing(write_to_us):
    response = write_to_us(email="edith at pell", topic="")
    page = response.content.decode()
    assert response.status_code == 422
    assert "with a spoon." in page and 'value="edith at pell"' in page
    assert not Ticket.objects.exists() and not OutgoingMail.objects.exists()


def test_a_second_click_makes_no_second_request_and_shows_the_same_number():
    page = Client().get("/contact/").content.decode()
    token = re.search(r'name="form_token" value="([^"]+)"', page)[1]
    from tests.privacy.conftest import EDITH

    answers = [Client().post("/contact/", {**EDITH, "form_token": token}) for _ in range(2)]
    number = str(Ticket.objects.get())
    assert all(number in answer.content.decode() for answer in answers)
    assert OutgoingMail.objects.count() == 2


def test_another_sites_page_cannot_send_it():
    answer = Client().post("/contact/", {}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_the_sixth_try_waits_and_keeps_what_was_typed(write_to_us):
    for _ in range(5):
        assert write_to_us().status_code == 200
    answer = write_to_us()
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "with a spoon." in answer.content.decode()
    assert Ticket.objects.count() == 5


# --- Somebody who is signed in --------------------------------------------------------------------


@pytest.fixture
def bobs(bob):
    client = Client()
    client.force_login(bob)
    return client


def test_a_member_finds_name_and_address_filled_in(bobs, acme):
    page = bobs.get("/contact/?account=acme").content.decode()
    assert 'value="bob@acme.example"' in page and 'value="Bob Reyes"' in page
    assert 'value="acme" selected' in page


def test_a_request_for_the_account_is_the_accounts(bobs, bob, acme, write_to_us, inside):
    write_to_us(client=bobs, about="acme")
    ticket = Ticket.objects.get()
    assert (ticket.user, ticket.account) == (bob, acme)
    with inside(acme):
        event = Event.objects.get(kind="ticket.opened")
        assert event.record_id == ticket.public_id
        assert (event.actor_kind, event.actor_id) == ("member", Membership.objects.get(user=bob, account=acme).pk)


@pytest.mark.parametrize(("about", "is_theirs"), [("me", True), ("", False)])
def test_a_request_belongs_to_nobody_who_did_not_choose_it(about, is_theirs, bobs, bob, write_to_us):
    write_to_us(client=bobs, about=about)
    ticket = Ticket.objects.get()
    assert (ticket.user == bob, ticket.account) == (is_theirs, None)


def test_nobody_asks_for_an_account_they_do_not_belong_to(bobs, globex, write_to_us):
    assert write_to_us(client=bobs, about="globex").status_code == 422
    assert write_to_us(about="globex").status_code == 200  # a stranger's form has no such field
    assert Ticket.objects.get().account is None


# --- A child's data -------------------------------------------------------------------------------

REPORT = {"where": "Pell & Daughters", "text": "My son is 9 and signs in there.", "who": "parent"}


@promise(102)
def test_anybody_reports_a_childs_data_without_a_name(write_to_us):
    response = write_to_us("/contact/child/", **REPORT)
    ticket = Ticket.objects.get()
    assert response.status_code == 200
    assert (ticket.queue, ticket.is_urgent, ticket.email) == (Queue.CHILDREN, True, "")
    assert "a parent or guardian" in TicketMessage.objects.get().text
    letter = OutgoingMail.objects.get()
    assert (letter.kind, letter.to) == ("request_waits", settings.OPERATOR.legal_email)
    assert "son" not in letter.text.replace("person", "")


def test_a_closed_report_holds_no_word_about_the_child(write_to_us, sam):
    write_to_us("/contact/child/", **REPORT, name="Edith Pell", email="edith@pell.example")
    actions.close(Ticket.objects.get(), by=sam)
    ticket = Ticket.objects.get()
    assert ticket.closed_at and not TicketMessage.objects.exists()
    assert (ticket.subject, ticket.name, ticket.email) == ("", "", "")


# --- More, by the link in our letter --------------------------------------------------------------


def test_more_words_by_the_link_open_a_closed_request_again(edith_asks, sam, write_to_us):
    actions.close(edith_asks, by=sam)
    url = f"/contact/{link_token(edith_asks)}/"
    page = Client().get(url).content.decode()
    assert str(edith_asks) in page and "spoon" not in page
    assert write_to_us(url, text="And with a fork.").status_code == 200
    edith_asks.refresh_from_db()
    assert (edith_asks.state, edith_asks.closed_at) == ("open", None)
    assert [said.text for said in edith_asks.messages.all()][-1] == "And with a fork."


def test_a_forged_link_leads_nowhere(edith_asks):
    assert Client().get(f"/contact/{link_token(edith_asks)[:-1]}x/").status_code == 404
    assert Client().get(f"/contact/{edith_asks.public_id.hex}/").status_code == 404
