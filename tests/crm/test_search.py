"""The search over everything."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from crm import search
from crm.models import Contact
from crm.search import reindex

URL = "/a/acme/search/"


@pytest.fixture
def signed_in(client, bob):
    client.force_login(bob)
    return client


def test_hits_of_every_kind_stand_in_groups(signed_in, maren, tidewater, edith):
    text = signed_in.get(URL, {"q": "tidewater"}).content.decode()
    assert f"/a/acme/contacts/{maren.public_id}/" in text
    assert f"/a/acme/companies/{tidewater.public_id}/" in text
    assert "Edith Pell" not in text
    assert "Director · Tidewater Museum" in text


def test_nothing_asked_and_nothing_found_are_told_apart(signed_in, maren):
    assert "Nothing found" not in signed_in.get(URL).content.decode()
    assert "Nothing found" in signed_in.get(URL, {"q": "zzz"}).content.decode()


def test_many_hits_lead_to_the_list(signed_in, acme, inside):
    with inside(acme):
        reindex(Contact.objects.bulk_create(Contact(first_name="Same", last_name=str(number)) for number in range(9)))
    assert "/a/acme/contacts/?q=same" in signed_in.get(URL, {"q": "same"}).content.decode()


def test_who_sees_only_own_records_finds_only_those(signed_in, only_own, maren, edith):
    assert "Edith Pell" not in signed_in.get(URL, {"q": "edith"}).content.decode()
    assert "Maren Holt" in signed_in.get(URL, {"q": "maren"}).content.decode()


def test_who_may_not_see_contacts_finds_none(signed_in, bob, member_of, maren):
    Membership.objects.filter(pk=member_of(bob).pk).update(role=Membership.Role.BILLING)
    assert "Maren Holt" not in signed_in.get(URL, {"q": "maren"}).content.decode()


def test_htmx_gets_the_hits_alone(signed_in, maren):
    text = signed_in.get(URL, {"q": "maren"}, headers={"HX-Request": "true"}).content.decode()
    assert "Maren Holt" in text
    assert "<html" not in text


def test_the_search_asks_no_more_for_more_hits(signed_in, acme, inside, tidewater):
    def statements():
        with CaptureQueriesContext(connection) as captured:
            signed_in.get(URL, {"q": "same"})
        return len(captured)

    def make(number):
        with inside(acme):
            reindex(Contact.objects.bulk_create(Contact(first_name="Same", company=tidewater) for _ in range(number)))

    make(2)
    statements()
    few = statements()
    make(10)
    assert statements() == few


def test_a_common_word_asks_only_the_kinds_that_have_it(signed_in, acme, inside, tidewater, monkeypatch):
    with inside(acme):
        reindex(Contact.objects.bulk_create(Contact(first_name="Same") for _ in range(9)))
    monkeypatch.setattr(search, "COMMON", 5)
    monkeypatch.setattr(search, "FEW", 0)
    with CaptureQueriesContext(connection) as captured:
        signed_in.get(URL, {"q": "same", "palette": "1"})
    assert sum('"crm_searchtoken"' in query["sql"] for query in captured) == 1


def test_the_palette_shows_what_one_changed_last_and_then_what_is_found(signed_in, alice, maren, edith, tidewater):
    signed_in.post(f"/a/acme/contacts/{maren.public_id}/tags/", {"add": "client"})
    signed_in.post(f"/a/acme/companies/{tidewater.public_id}/tags/", {"add": "museum"})
    text = signed_in.get(URL, {"palette": "1"}).content.decode()
    assert text.index("Tidewater Museum") < text.index("Maren Holt")
    assert "Edith Pell" not in text
    assert "<html" not in text
    text = signed_in.get(URL, {"palette": "1", "q": "edith"}).content.decode()
    assert f"/a/acme/contacts/{edith.public_id}/" in text
    assert "Changed by you lately" not in text


def test_the_palette_forgets_what_one_may_see_no_more(signed_in, bob, alice, member_of, inside, acme, maren, only_own):
    signed_in.post(f"/a/acme/contacts/{maren.public_id}/tags/", {"add": "client"})
    with inside(acme):
        Contact.objects.update(owner=member_of(alice))
    assert "Maren Holt" not in signed_in.get(URL, {"palette": "1"}).content.decode()
