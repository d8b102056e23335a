"""Deleting is moving to the bin: for thirty days everything comes back."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from crm.actions import move_to_bin
from crm.models import Company, Contact

CONTACTS = "/a/acme/contacts/"


@pytest.fixture
def signed_in(client, bob):
    client.force_login(bob)
    return client


@pytest.mark.parametrize(("kind", "name"), [("contacts", "Maren Holt"), ("companies", "Tidewater Museum")])
def test_deleted_leaves_the_list_and_undo_brings_it_back(signed_in, acme, inside, maren, tidewater, bob, kind, name):
    record = maren if kind == "contacts" else tidewater
    response = signed_in.post(f"/a/acme/{kind}/{record.public_id}/delete/", follow=True)
    text = response.content.decode()
    assert response.redirect_chain == [(f"/a/acme/{kind}/", 302)]
    assert f"{name} is in the bin until" in text
    undo = f"/a/acme/{kind}/{record.public_id}/restore/"
    assert f'action="{undo}"' in text
    with inside(acme):
        record.refresh_from_db()
        assert record.is_in_bin
        assert record.deleted_by.user == bob
        assert Event.objects.filter(kind=f"{record._meta.model_name}.deleted", record_id=record.public_id).exists()
    signed_in.get(f"/a/acme/{kind}/")
    assert name not in signed_in.get(f"/a/acme/{kind}/").content.decode()
    assert name in signed_in.get("/a/acme/bin/", {"kind": kind}).content.decode()
    assert f"/a/acme/{kind}/{record.public_id}/" not in signed_in.get("/a/acme/search/", {"q": name}).content.decode()

    assert f"{name} is back." in signed_in.post(undo, follow=True).content.decode()
    with inside(acme):
        record.refresh_from_db()
        assert not record.is_in_bin
        assert record.deleted_by is None
        assert Event.objects.filter(kind=f"{record._meta.model_name}.restored").exists()
    assert name in signed_in.get(f"/a/acme/{kind}/").content.decode()


def test_what_is_not_in_the_bin_is_not_restored(signed_in, maren):
    assert signed_in.post(f"{CONTACTS}{maren.public_id}/restore/").status_code == 404


def test_what_is_in_the_bin_is_not_deleted_again(signed_in, acme, inside, maren, bob, member_of):
    with inside(acme):
        move_to_bin(maren, by=member_of(bob))
    assert signed_in.post(f"{CONTACTS}{maren.public_id}/delete/").status_code == 404


def test_deleting_needs_a_post(signed_in, maren):
    assert signed_in.get(f"{CONTACTS}{maren.public_id}/delete/").status_code == 405


def test_a_companys_people_stay(signed_in, acme, inside, maren, tidewater):
    signed_in.post(f"/a/acme/companies/{tidewater.public_id}/delete/")
    with inside(acme):
        maren.refresh_from_db()
        assert not maren.is_in_bin
        assert maren.company_id == tidewater.pk
    assert "(in the bin)" in signed_in.get(f"{CONTACTS}{maren.public_id}/").content.decode()


def test_the_bin_says_who_and_until_when(signed_in, acme, inside, maren, bob, member_of):
    from datetime import timedelta

    from django.utils import timezone

    with inside(acme):
        move_to_bin(maren, by=member_of(bob))
    text = signed_in.get("/a/acme/bin/").content.decode()
    assert "Bob Reyes" in text
    assert f"{timezone.localtime() + timedelta(days=30):%Y}" in text


def test_an_empty_bin_says_so(signed_in):
    assert "The bin is empty" in signed_in.get("/a/acme/bin/").content.decode()


def test_who_sees_only_own_records_finds_only_those_in_the_bin(
    signed_in, acme, alice, inside, maren, edith, only_own, member_of
):
    with inside(acme):
        move_to_bin(edith, by=member_of(alice))
        move_to_bin(maren, by=member_of(alice))
    text = signed_in.get("/a/acme/bin/").content.decode()
    assert "Maren Holt" in text
    assert "Edith Pell" not in text
    assert signed_in.post(f"{CONTACTS}{edith.public_id}/restore/").status_code == 404


@pytest.mark.parametrize("model", [Contact, Company])
def test_the_bin_has_pages_and_asks_no_more_for_more_rows(signed_in, acme, inside, bob, member_of, model):
    column = {"first_name": "Gone"} if model is Contact else {"name": "Gone"}
    kind = "contacts" if model is Contact else "companies"

    def make(number):
        with inside(acme):
            for _ in range(number):
                move_to_bin(model.objects.create(**column, owner=member_of(bob)), by=member_of(bob))

    def ask():
        with CaptureQueriesContext(connection) as captured:
            text = signed_in.get("/a/acme/bin/", {"kind": kind}).content.decode()
        return len(captured), text

    make(2)
    ask()
    few, _ = ask()
    make(10)
    assert ask()[0] == few
    make(40)
    assert re.search(r'rel="next"', ask()[1])
