"""An invitation from the letter to the first page: for somebody new, for a known user, and for nobody else."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import Acceptance, Account, Invitation, Membership, OutgoingMail, User
from tests.accounts.conftest import whole
from tests.promises import promise

INVITE = "/a/acme/admin/people/invite/"
GOOD = "quiet maple seven trains"
NEW = {"first_name": "Anna", "last_name": "Berg", "password1": GOOD, "password2": GOOD, "is_old_enough": "on"}


@pytest.fixture
def invite(client, alice, bob):
    """Alice invites people; returns the answer."""

    def send(people, role="member", **more):
        client.force_login(alice)
        return client.post(INVITE, {"people": people, "role": role, **more})

    return send


def links():
    """The paths in the letters so far, the oldest first."""
    letters = [mail for mail in whole(OutgoingMail) if mail.kind == "invitation"]
    return [re.search(r"(/invitation/\S+)", mail.text)[1] for mail in letters]


@promise(20, 23)
def test_somebody_new_comes_in(acme, invite):
    assert invite("Berg, Anna <anna@berg.example>", role="manager").status_code == 302
    (letter,) = [mail for mail in whole(OutgoingMail) if mail.kind == "invitation"]
    assert "Keep it to yourself: you answer for what is done with it" in letter.text
    (link,) = links()
    browser = Client()
    for _ in range(2):
        page = browser.get(link)
        assert page.status_code == 200 and 'value="Anna"' in page.content.decode()
    assert browser.post(link, {**NEW, "password1": "12345", "password2": "12345"}).status_code == 422
    response = browser.post(link, NEW)
    assert (response.status_code, response.url) == (302, "/a/acme/")
    assert browser.get("/a/acme/").status_code == 200
    user = User.objects.get(email="anna@berg.example")
    member = Membership.objects.get(account=acme, user=user)
    assert (member.role, str(member)) == ("manager", "Anna Berg")
    assert Acceptance.objects.filter(user=user, how="joined").exists()
    assert Client().get(link).status_code == 410
    assert Client().post(link, NEW).status_code == 410


def test_a_known_user_signs_in_and_joins(acme, globex, mallory, invite):
    mallory.set_password(GOOD)
    mallory.save()
    invite("mallory@globex.example")
    (link,) = links()
    page = Client().get(link).content.decode()
    assert "Sign in to join" in page and "password1" not in page
    browser = Client()
    browser.force_login(mallory)
    assert "Join Acme" in browser.get(link).content.decode()
    assert not Membership.objects.filter(account=acme, user=mallory).exists()
    assert browser.post(link).url == "/a/acme/"
    assert browser.get("/a/acme/").status_code == 200


def test_somebody_else_is_told_so_and_uses_nothing_up(acme, bob, invite):
    invite("anna@berg.example")
    (link,) = links()
    browser = Client()
    browser.force_login(bob)
    for response in (browser.get(link), browser.post(link)):
        assert response.status_code == 403
        assert "The invitation to Acme went to <b>anna@berg.example</b>" in response.content.decode()
    assert Client().post(link, NEW).status_code == 302


def test_a_new_letter_ends_the_old_link_and_taking_back_ends_both(client, acme, invite):
    invite("anna@berg.example")
    invitation = Invitation.objects.get(account=acme)
    again = f"/a/acme/admin/people/invitations/{invitation.public_id}/again/"
    client.post(again)
    old, new = links()
    assert Client().get(old).status_code == 410
    assert Client().get(new).status_code == 200
    client.post(again.replace("again", "revoke"))
    page = Client().get(new)
    assert page.status_code == 410 and "taken this invitation back" in page.content.decode()
    assert Client().post(new, NEW).status_code == 410
    assert not User.objects.filter(email="anna@berg.example").exists()


@promise(7)
def test_a_plan_takes_in_as_many_as_it_pays_for_and_sends_nobody_away(client, acme, alice, bob, invite):
    here = Membership.objects.filter(account=acme).count()
    Account.objects.filter(pk=acme.pk).update(most_members=here + 1)
    page = invite("anna@berg.example, maren@holm.example")
    assert page.status_code == 422 and "adds seats under Admin, Plan and billing" in page.content.decode()
    assert not Invitation.objects.exists()
    assert invite("anna@berg.example").status_code == 302
    assert invite("maren@holm.example").status_code == 422  # who is invited has a place

    # Seats were given back meanwhile: the link waits, and so does whoever was switched off.
    (link,) = links()
    Account.objects.filter(pk=acme.pk).update(most_members=here)
    assert Client().post(link, NEW).status_code == 410
    assert b"Not at the moment" in Client().get(link).content
    assert Membership.objects.filter(account=acme).count() == here
    bobs = Membership.objects.get(account=acme, user=bob)
    person = f"/a/acme/admin/people/{bobs.public_id}/"
    client.post(f"{person}deactivate/", {})
    Account.objects.filter(pk=acme.pk).update(most_members=here - 1)
    assert b"has room for" in client.post(f"{person}reactivate/", follow=True).content
    assert not Membership.objects.get(pk=bobs.pk).is_active

    # Over the limit after a smaller plan: everybody stays.
    Account.objects.filter(pk=acme.pk).update(most_members=1)
    assert client.get("/a/acme/").status_code == 200
    Account.objects.filter(pk=acme.pk).update(most_members=None)
    assert client.post(f"{person}reactivate/").status_code == 302
    assert Membership.objects.get(pk=bobs.pk).is_active
