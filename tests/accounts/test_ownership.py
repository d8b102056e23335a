"""Ownership changes hands: offered by an owner, taken by the colleague, each with a fresh proof; or not at all."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership, OutgoingMail, OwnershipOffer
from accounts.people import owners
from audit.models import Event
from tests.accounts.conftest import only, whole
from tests.accounts.factors import forget_proof

PEOPLE = "/a/acme/admin/people/"
MINE = f"{PEOPLE}ownership/"
WORD = "four random words to keep"


@pytest.fixture(autouse=True)
def _passwords(alice, bob):
    for person in (alice, bob):
        person.set_password(WORD)
        person.save()


@pytest.fixture
def role_of(acme):
    return lambda user: Membership.objects.get(account=acme, user=user).role


@pytest.fixture
def offer(client, acme, alice, bob):
    """Alice offers Bob the ownership of Acme, as the page does."""

    def send(expect=302, to=bob, **changed):
        client.force_login(alice)
        member = Membership.objects.get(account=acme, user=to)
        data = {"and_you": "admin", "password": WORD, **changed}
        response = client.post(f"{PEOPLE}{member.public_id}/ownership/", data)
        assert response.status_code == expect
        return response.content.decode()

    return send


@pytest.fixture
def offers(acme, inside):
    """How many offers Acme holds."""

    def count():
        with inside(acme):
            return OwnershipOffer.objects.count()

    return count


def test_it_is_offered_by_letter_and_taken_by_the_colleague(client, alice, bob, offer, role_of, acme, inside):
    offer()
    letter = only(OutgoingMail)
    assert (letter.kind, letter.to) == ("ownership_offered", bob.email)
    assert re.search(r"https?://[^/]+/a/acme/admin/people/ownership/", letter.text)
    assert role_of(bob) == "member", "nothing changes until it is accepted"
    client.force_login(bob)
    assert "Alice" in client.get(MINE).content.decode()
    response = client.post(MINE, {}, follow=True)
    assert "You own Acme now." in response.content.decode()
    assert (role_of(bob), role_of(alice)) == ("owner", "admin")
    assert [each.kind for each in whole(OutgoingMail)] == ["ownership_offered", "ownership_answered"]
    with inside(acme):
        kinds = set(Event.objects.values_list("kind", flat=True))
    assert {"ownership.offered", "ownership.accepted", "member.role_changed"} <= kinds


def test_the_giver_may_stay_an_owner(client, alice, bob, offer, role_of):
    offer(and_you="owner")
    client.force_login(bob)
    client.post(MINE, {})
    assert (role_of(bob), role_of(alice)) == ("owner", "owner")


def test_without_a_fresh_proof_nothing_happens(client, alice, bob, acme, offers, role_of):
    member = Membership.objects.get(account=acme, user=bob)
    for person, url in ((alice, f"{PEOPLE}{member.public_id}/ownership/"), (bob, MINE)):
        client.force_login(person)
        forget_proof(client)
        asked = client.post(url, {"and_you": "admin"})
        assert asked.url.startswith("/reauthenticate/?next=")
        if person == alice:
            assert not offers()
            client.post(asked.url, {"password": "something else"})
            assert not offers()
            done = client.post(asked.url, {"password": WORD}, follow=True)
            assert "has a letter now" in done.content.decode(), "what was sent is done once the question is answered"
            assert offers() == 1
    assert role_of(bob) == "member"


def test_it_is_declined(client, alice, bob, offer, role_of):
    offer()
    client.force_login(bob)
    assert "Everything stays as it is" in client.post(f"{MINE}decline/", follow=True).content.decode()
    assert (role_of(bob), role_of(alice)) == ("member", "owner")
    assert client.post(MINE, {}).status_code == 200
    assert role_of(bob) == "member"


def test_it_is_taken_back(client, alice, bob, offer, role_of):
    offer()
    assert "taken back" in client.post(f"{MINE}revoke/", follow=True).content.decode()
    client.force_login(bob)
    client.post(MINE, {})
    assert role_of(bob) == "member"


def test_it_runs_out(client, bob, offer, role_of, acme, inside):
    offer()
    with inside(acme):
        OwnershipOffer.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    client.force_login(bob)
    client.post(MINE, {})
    assert role_of(bob) == "member"


def test_one_offer_at_a_time(client, carol, offer):
    offer()
    assert "open offer already" in offer(expect=422, to=carol)


@pytest.mark.parametrize("way", ["", "decline/", "revoke/"])
def test_what_ended_a_moment_ago_is_a_sentence(client, alice, bob, offer, role_of, acme, inside, monkeypatch, way):
    """The page was read while the offer was open; when the answer comes, somebody was quicker."""
    offer()
    with inside(acme):
        seen = owners.open_offer()
        OwnershipOffer.objects.update(outcome="revoked")
    monkeypatch.setattr(owners, "open_offer", lambda: seen)
    client.force_login(alice if way == "revoke/" else bob)
    response = client.post(f"{MINE}{way}", {})
    assert response.status_code == 302
    monkeypatch.undo()
    assert owners.GONE in client.get(response["Location"]).content.decode()
    assert role_of(bob) == "member"


def test_nobody_else_answers_it(client, alice, bob, carol, mallory, offer, role_of):
    offer()
    client.force_login(carol)
    assert "No ownership is offered to you" in client.get(MINE).content.decode()
    for person, status in ((carol, 200), (mallory, 404)):
        client.force_login(person)
        assert client.post(MINE, {}).status_code == status
    assert (role_of(carol), role_of(alice)) == ("reader", "owner")


def test_only_an_owner_offers_it(client, acme, bob, carol, offers):
    Membership.objects.filter(account=acme, user=bob).update(role="admin")
    client.force_login(bob)
    member = Membership.objects.get(account=acme, user=carol)
    data = {"and_you": "owner"}
    assert client.post(f"{PEOPLE}{member.public_id}/ownership/", data).status_code == 403
    assert not offers()
