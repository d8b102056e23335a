"""Admin › API keys: made here, shown once, revoked at once; one's own, and for admins everybody's."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import actions
from accounts.models import Account, ApiKey, Membership
from audit.models import Event
from tests.accounts.factors import forget_proof
from tests.statements import assert_same_statements

URL = "/a/acme/admin/api/"
WANTED = {"name": "Month-end report", "scopes": ["crm:read", "time:read"], "days": "90"}


def member(person):
    return Membership.objects.select_related("account", "user").get(user=person)


@pytest.fixture
def key_of(inside):
    def make(person, name="Nightly"):
        with inside(member(person).account):
            return actions.create_api_key(member(person), name=name, scopes=["crm:read"], days=30)

    return make


def test_a_key_is_made_shown_once_and_opens_the_api(client, bob, acme, inside):
    client.force_login(bob)
    page = client.post(URL, WANTED).content.decode()
    text = re.search(r'id="key-text"[^>]* value="([^"]+)"', page)[1]
    answer = client.get("/api/v1/contacts/", headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 200
    again = client.get(URL).content.decode()
    assert text not in again and "Month-end report" in again and "tags; Read projects" in again
    with inside(acme):
        assert Event.objects.filter(kind="api_key.created").count() == 1


def test_it_asks_who_sits_there_and_then_makes_what_was_asked_for(client, bob):
    bob.set_password("quiet maple seven trains")
    bob.save()
    client.force_login(bob)
    forget_proof(client)
    assert client.get(URL).status_code == 200, "looking asks nothing"
    asked = client.post(URL, WANTED)
    assert ApiKey.objects.filter(account_id=member(bob).account_id).count() == 0
    page = client.post(asked.url, {"password": "quiet maple seven trains"}, follow=True)
    assert "Your new key “Month-end report”" in page.text
    assert client.get(page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"]).status_code == 200
    made = ApiKey.objects.filter(account_id=member(bob).account_id)
    assert [key.scopes for key in made] == [["crm:read", "time:read"]], "once, with all that was typed"


def test_what_waits_is_refused_like_any_writing_when_the_trial_ended_meanwhile(client, bob, acme):
    bob.set_password("quiet maple seven trains")
    bob.save()
    client.force_login(bob)
    forget_proof(client)
    asked = client.post(URL, WANTED)
    Account.objects.filter(pk=acme.pk).update(trial_ends_at=timezone.now() - timedelta(days=1))
    page = client.post(asked.url, {"password": "quiet maple seven trains"}, follow=True)
    assert page.status_code == 402
    assert not ApiKey.objects.filter(account_id=acme.pk).exists()


@pytest.mark.parametrize("way", ["?resume=guessed", "?resume=", ""])
def test_what_waits_is_done_on_its_own_way_back_only(client, bob, way):
    client.force_login(bob)
    forget_proof(client)
    client.post(URL, WANTED)
    client.force_login(bob)
    assert client.get(f"{URL}{way}").status_code == 200
    assert ApiKey.objects.filter(account_id=member(bob).account_id).count() == 0


def test_the_same_form_sent_again_makes_no_second_key(client, bob):
    client.force_login(bob)
    client.post(URL, WANTED)
    again = client.post(URL, WANTED)
    assert again.status_code == 422 and "You have a key of this name." in again.text
    assert ApiKey.objects.filter(account_id=member(bob).account_id).count() == 1
    ApiKey.objects.filter(account_id=member(bob).account_id).update(revoked_at=timezone.now())
    assert "Your new key" in client.post(URL, WANTED).text, "a name is free again once its key opens nothing"


@pytest.mark.parametrize("wrong", [{"name": ""}, {"scopes": []}, {"scopes": ["root"]}, {"days": "9999"}])
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client, bob, wrong):
    client.force_login(bob)
    response = client.post(URL, {**WANTED, **wrong})
    assert response.status_code == 422
    assert "name" in wrong or "Month-end report" in response.content.decode()
    assert not ApiKey.objects.filter(account_id=member(bob).account_id).exists()


def test_a_revoked_key_opens_nothing_at_the_very_next_request(client, bob, key_of):
    key, text = key_of(bob)
    header = {"Authorization": f"Bearer {text}"}
    assert client.get("/api/v1/contacts/", headers=header).status_code == 200
    client.force_login(bob)
    page = client.post(f"{URL}{key.public_id}/revoke/", follow=True).content.decode()
    assert "lets nobody in any more" in page and "Revoked" in page
    assert client.get("/api/v1/contacts/", headers=header).status_code == 401


def test_members_see_and_revoke_their_own_admins_everybodys(client, alice, bob, key_of):
    of_alice, _ = key_of(alice, "Alice's")
    of_bob, _ = key_of(bob, "Bob's")
    client.force_login(bob)
    page = client.get(URL).content.decode()
    assert "Bob&#x27;s" in page and "Alice&#x27;s" not in page
    assert client.post(f"{URL}{of_alice.public_id}/revoke/").status_code == 404
    client.force_login(alice)
    page = client.get(URL).content.decode()
    assert "Bob&#x27;s" in page and "Alice&#x27;s" in page
    assert client.post(f"{URL}{of_bob.public_id}/revoke/").status_code == 302
    of_bob.refresh_from_db()
    assert of_bob.revoked_at and ApiKey.objects.get(pk=of_alice.pk).revoked_at is None


def test_a_stranger_neither_sees_nor_revokes(client, bob, mallory, key_of):
    key, _ = key_of(bob)
    client.force_login(mallory)
    assert client.get(URL).status_code == 404
    assert client.post(f"/a/globex/admin/api/{key.public_id}/revoke/").status_code == 404
    assert ApiKey.objects.get(pk=key.pk).revoked_at is None


def test_in_a_read_only_account_keys_are_revoked_but_not_made(client, bob, key_of, read_only: Account):
    key, _ = key_of(bob)
    client.force_login(bob)
    assert client.post(URL, WANTED).status_code == 402
    assert client.post(f"{URL}{key.public_id}/revoke/").status_code == 302


def test_the_list_asks_the_same_however_many_keys(client, alice, acme, key_of):
    client.force_login(alice)
    key_of(alice)
    assert_same_statements(client, URL, lambda: [key_of(alice, f"Key {number}") for number in range(11)])
