"""Admin, Help and calls: members read what they asked; owners and admins what was asked for the account."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Membership, OutgoingMail
from audit.models import Event
from privacy.support_access import actions
from privacy.support_access.models import Ticket, Topic
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")
PLACE = "/a/acme/admin/support/"


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@promise(25)
def test_bob_reads_what_he_asked_with_our_answer_and_writes_more(bob, bob_asks, sam, acme, inside):
    actions.answer(bob_asks, "Line 40 has no name.", by=sam, seen=1)
    browser = signed_in(bob)
    assert str(bob_asks) in browser.get(PLACE).content.decode()
    page = browser.get(f"{PLACE}{bob_asks.public_id}/").content.decode()
    assert "It stops at line 40." in page and "Line 40 has no name." in page and "Sam, Candor" in page
    assert browser.post(f"{PLACE}{bob_asks.public_id}/", {"text": "It has one now."}).status_code == 302
    bob_asks.refresh_from_db()
    assert bob_asks.state == "open"
    assert OutgoingMail.objects.filter(kind="request_waits").count() == 2
    with inside(acme):
        assert Event.objects.filter(kind="ticket.added_to").count() == 1


def test_nobody_fills_our_mailbox_from_within(bob, bob_asks):
    browser = signed_in(bob)
    for number in range(5):
        assert browser.post(f"{PLACE}{bob_asks.public_id}/", {"text": f"And {number}"}).status_code == 302
    page = browser.post(f"{PLACE}{bob_asks.public_id}/", {"text": "And once more"})
    assert page.status_code == 429 and int(page["Retry-After"]) > 60
    assert "And once more" in page.content.decode(), "what was typed is lost"
    assert bob_asks.messages.count() == 6


def test_an_owner_reads_what_colleagues_asked_for_the_account(alice, bob_asks):
    browser = signed_in(alice)
    assert str(bob_asks) not in browser.get(PLACE).content.decode()
    assert str(bob_asks) in browser.get(f"{PLACE}?of=colleagues").content.decode()
    assert browser.get(f"{PLACE}{bob_asks.public_id}/").status_code == 200


def test_another_member_finds_nothing(carol, bob_asks):
    browser = signed_in(carol)
    for path in (PLACE, f"{PLACE}?of=colleagues"):
        assert str(bob_asks) not in browser.get(path).content.decode()
    assert browser.get(f"{PLACE}{bob_asks.public_id}/").status_code == 404
    assert browser.post(f"{PLACE}{bob_asks.public_id}/", {"text": "Me too"}).status_code == 404
    assert Ticket.objects.get().messages.count() == 1


def test_mallory_finds_nothing(mallory, globex, bob_asks):
    browser = signed_in(mallory)
    place = "/a/globex/admin/support/"
    assert browser.get(f"{place}{bob_asks.public_id}/").status_code == 404
    assert str(bob_asks) not in browser.get(f"{place}?of=colleagues").content.decode()


def test_what_somebody_asked_as_a_person_is_theirs_alone(alice, acme, bob):
    mine = actions.open_ticket(Topic.PRIVACY, "What do you keep?", subject="A copy", email=bob.email, user=bob)
    assert str(mine) in signed_in(bob).get(PLACE).content.decode()
    for path in (f"{PLACE}{mine.public_id}/", f"{PLACE}?of=colleagues"):
        answer = signed_in(alice).get(path)
        assert answer.status_code == 404 or str(mine) not in answer.content.decode()


def test_what_was_asked_for_another_account_is_not_shown_here(bob, acme, bob_asks, globex):
    Membership.objects.create(account=globex, user=bob, role="reader")
    browser = signed_in(bob)
    assert str(bob_asks) not in browser.get("/a/globex/admin/support/").content.decode()
    assert browser.get(f"/a/globex/admin/support/{bob_asks.public_id}/").status_code == 404
