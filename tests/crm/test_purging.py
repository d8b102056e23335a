"""The bin is emptied after thirty days, but for what something else stands on."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import Event, Payload
from config.celery import BEAT
from crm import purging
from crm.actions import move_to_bin, set_tags
from crm.models import Activity, BulkChange, BulkEdit, Company, Contact, CustomKey, Deal, SearchToken, Stage
from crm.search import reindex
from timetracking.models import Project

URL = "/a/acme/bin/"


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def age(model, days=31):
    model.objects.in_bin().update(deleted_at=timezone.now() - timedelta(days=days))


@pytest.fixture
def binned(acme, bob, inside, member_of, maren, tidewater):
    """Maren with a tag, words and a bulk edit, in the bin with her museum."""
    with inside(acme):
        set_tags(maren, ["client"])
        job = BulkEdit.objects.create(by=member_of(bob), kind="contacts", what="owner", words="Owner: nobody")
        BulkChange.objects.create(bulk_edit=job, record_id=maren.pk, before={"title": "Boss"})
        for record in (maren, tidewater):
            move_to_bin(record, by=member_of(bob))


def test_it_goes_with_all_that_was_about_it_and_the_log_does_not_name_it(acme, inside, binned, maren):
    with inside(acme):
        assert purging.purge_old() == 0
        age(Contact)
        age(Company)
        assert purging.purge_old() == 2
        assert purging.purge_old() == 0
        assert not Contact.objects.filter(pk=maren.pk).exists()
        assert not SearchToken.objects.filter(kind="contact", record_id=maren.pk).exists()
        assert not BulkChange.objects.exists()
        assert not CustomKey.objects.exists()
        event = Event.objects.get(kind="contact.purged", record_id=maren.public_id)
        assert Payload.objects.get(event_id=event.pk).data["record"] == ""


def test_a_company_stays_as_long_as_a_project_or_a_contact_names_it(acme, alice, inside, binned, tidewater, maren):
    with inside(acme):
        project = Project.objects.create(name="Website", company=tidewater)
        age(Company, days=400)
        assert purging.purge_old() == 0
        assert purging.needed_by(Company, [tidewater.pk])[tidewater.pk] == {"contacts", "projects"}
    assert "Stays while contacts, projects name it" in browser(alice).get(URL, {"kind": "companies"}).content.decode()
    with inside(acme):
        project.refresh_from_db()
        assert project.company == tidewater
        project.delete()
        age(Contact)
        assert purging.purge_old() == 2


def test_what_is_about_a_living_record_too_stays_with_that_one(acme, bob, inside, binned, maren, member_of):
    with inside(acme):
        deal = Deal.objects.create(name="Signs", stage=Stage.objects.first())
        both = Activity.objects.create(subject="Call her", contact=maren, deal=deal, owner=member_of(bob))
        alone = Activity.objects.create(subject="Write her", contact=maren, owner=member_of(bob))
        reindex([alone])
        age(Contact)
        purging.purge_old()
        both.refresh_from_db()
        assert (both.contact, both.deal) == (None, deal)
        assert not Activity.objects.filter(pk=alone.pk).exists()
        assert not SearchToken.objects.filter(kind="activity", record_id=alone.pk).exists()


def test_the_clock_asks_every_account():
    assert BEAT["bins"]["task"] == "crm.purge_bins"


def test_ticked_records_come_back_or_go_for_good(alice, bob, acme, inside, binned, maren, tidewater):
    words = {"kind": "contacts", "row": [str(maren.public_id)]}
    assert browser(bob).post(URL, {**words, "do": "purge"}).status_code == 403
    assert "Remove for good" not in browser(bob).get(URL).content.decode()
    text = browser(alice).post(URL, {"kind": "companies", "row": str(tidewater.public_id), "do": "purge"}, follow=True)
    assert "0 companies removed for good. 1 stay in the bin" in text.content.decode()
    assert "1 contact restored." in browser(bob).post(URL, words, follow=True).content.decode()
    with inside(acme):
        assert Contact.objects.live().filter(pk=maren.pk).exists()
    browser(alice).post(f"/a/acme/contacts/{maren.public_id}/delete/")
    assert (
        "1 contact removed for good."
        in browser(alice).post(URL, {**words, "do": "purge"}, follow=True).content.decode()
    )


def test_a_colleagues_records_are_not_emptied_by_who_sees_own_ones(
    bob, only_own, acme, alice, inside, member_of, edith
):
    with inside(acme):
        move_to_bin(edith, by=member_of(alice))
    browser(bob).post(URL, {"kind": "contacts", "row": str(edith.public_id)})
    with inside(acme):
        edith.refresh_from_db()
        assert edith.is_in_bin
