"""What the map finds about a person in the tables of sign-in and of the log."""

from collections import defaultdict

import pytest
from django.test import Client
from django.utils import timezone

import audit
import datamap
from accounts.models import Membership, OutgoingMail, User
from tenancy.context import Actor, activate
from tests.promises import promise


@pytest.fixture
def found():
    def find(person):
        about: dict = defaultdict(list)
        for rows in datamap.rows_about(person):  # a table can come twice
            about[rows.queryset.model._meta.label] += rows.queryset
        return about

    return find


def test_about_alice_her_account_addresses_letters_and_sessions_are_found_and_no_others(
    acme, globex, alice, bob, client, found
):
    for person, browser in ((bob, Client()), (alice, client)):
        browser.force_login(person)
        OutgoingMail.objects.create(to=person.email, kind="toy", subject="A toy", next_try_at=timezone.now())
    rows = found(alice)
    assert [letter.to for letter in rows["accounts.OutgoingMail"]] == ["alice@acme.example"]
    assert rows["accounts.User"] == [alice]
    assert rows["accounts.Account"] == [acme]
    assert [membership.account for membership in rows["accounts.Membership"]] == [acme]
    assert [address.email for address in rows["account.EmailAddress"]] == ["alice@acme.example"]
    assert [session.pk for session in rows["sessions.Session"]] == [client.session.session_key]
    assert [place.user_id for place in rows["usersessions.UserSession"]] == [alice.pk]


def test_a_member_does_not_own_the_account(acme, bob, found):
    assert found(bob)["accounts.Account"] == []


def test_about_a_member_the_log_has_what_they_did(acme, bob, found):
    member = Membership.objects.get(user=bob)
    with activate(acme, actor=Actor("member", member.pk, "Bob")):
        audit.record("toy.made", data={"colour": "green"})
    with activate(acme, actor=Actor("member", member.pk + 1, "Carol")):
        audit.record("toy.broken")
    with activate(acme, actor=Actor("system", None, "Candor")):
        rows = found(member)
    assert [event.kind for event in rows["audit.Event"]] == ["toy.made"]
    assert [payload.data["colour"] for payload in rows["audit.Payload"]] == ["green"]


@promise(21)
def test_what_we_use_to_know_people_is_described_with_that_purpose():
    entry = datamap.registry.entry_of(User)
    assert "Identification and authentication" in entry.purposes
    for name in ("password", "last_login"):
        assert entry.fields[name].purpose == "Identification and authentication"
