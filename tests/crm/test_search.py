"""The search over everything."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
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
