"""Changing a contact, also when two people do."""

import pytest
from django.utils import timezone

from audit.models import Event, Payload
from crm.forms import ContactForm
from crm.models import Company, Contact, ContactEmail
from crm.search import matching
from tests.promises import promise


@pytest.fixture
def url(client, bob, maren):
    client.force_login(bob)
    return f"/a/acme/contacts/{maren.public_id}/edit/"


@pytest.fixture
def typed(maren, member_of, bob):
    """What Bob's browser sends for Maren as she was, but for what he changes."""
    fields = {
        "version": maren.version, "first_name": maren.first_name, "last_name": maren.last_name,
        "company": "Tidewater Museum", "title": maren.title, "email": maren.email, "phone": maren.phone,
        "owner": str(member_of(bob).public_id),
    }  # fmt: skip
    return lambda **changed: {**fields, **changed}


@promise(79)
def test_a_change_is_stored_and_told_in_the_log(client, acme, inside, url, maren, typed):
    response = client.post(url, typed(phone="20 55 01 78", title=""))
    assert response.status_code == 302
    with inside(acme):
        event = Event.objects.get(kind="contact.changed")
        assert Payload.objects.get(event_id=event.pk).data["changes"] == {
            "phone": ["+45 20 55 01 77", "+45 20 55 01 78"],
            "title": ["Director", ""],
        }
        maren.refresh_from_db()
        assert (maren.version, maren.title, maren.phone_e164) == (2, "", "+4520550178")
    page = client.get(response["Location"]).content.decode()
    assert "Saved. 2 fields changed." in page


def test_saving_without_a_change_writes_nothing(client, acme, inside, url, maren, typed):
    assert client.post(url, typed()).status_code == 302
    with inside(acme):
        maren.refresh_from_db()
        assert maren.version == 1
        assert not Event.objects.filter(kind="contact.changed").exists()


@promise(79)
def test_two_who_change_the_same_contact_both_see_both_values(client, acme, inside, url, maren, typed):
    client.post(url, typed(title="Head of exhibits"))
    response = client.post(url, typed(title="Chief", city="Aarhus"))
    text = response.content.decode()
    assert response.status_code == 409
    assert "Head of exhibits" in text
    assert 'value="Chief"' in text
    assert 'value="Aarhus"' in text
    with inside(acme):
        maren.refresh_from_db()
        assert (maren.title, maren.version) == ("Head of exhibits", 2)
    assert client.post(url, typed(title="Chief", city="Aarhus", version=2)).status_code == 302
    with inside(acme):
        maren.refresh_from_db()
        assert (maren.title, maren.city, maren.version) == ("Chief", "Aarhus", 3)


def test_a_forged_version_is_a_conflict_too(client, url, maren, typed):
    assert client.post(url, typed(title="x", version="")).status_code == 409
    assert client.post(url, typed(title="x", version=99)).status_code == 409


def test_the_company_is_changed_by_name_or_taken_off(client, acme, inside, url, maren, typed):
    client.post(url, typed(company="Juniper & Rowe"))
    with inside(acme):
        maren.refresh_from_db()
        assert maren.company.name == "Juniper & Rowe"
        assert Contact.objects.filter(matching(Contact, "juniper")).exists()
        assert not Contact.objects.filter(matching(Contact, "tidewater museum")).exists()
    client.post(url, typed(company="", version=2))
    with inside(acme):
        maren.refresh_from_db()
        assert maren.company is None
        assert Company.objects.count() == 2


def test_the_same_name_keeps_the_company_of_several(client, acme, inside, url, maren, typed, tidewater):
    with inside(acme):
        Company.objects.bulk_create([Company(name="Tidewater Museum", owner=tidewater.owner)])
    client.post(url, typed(title="Chief"))
    with inside(acme):
        maren.refresh_from_db()
        assert maren.company_id == tidewater.pk


def test_a_company_of_another_account_is_not_taken(client, acme, globex, inside, url, maren, typed):
    with inside(globex):
        theirs = Company.objects.create(name="Secret Works")
    client.post(url, typed(company="Secret Works"))
    with inside(acme):
        maren.refresh_from_db()
        assert maren.company_id != theirs.pk


def test_further_addresses_are_changed_and_removed(client, acme, inside, url, maren, typed):
    with inside(acme):
        ContactEmail.objects.create(contact=maren, label="private", email="maren@home.example")
    rows = {"emails-TOTAL_FORMS": "2", "emails-INITIAL_FORMS": "1", "emails-0-label": "", "emails-0-value": "",
            "emails-1-label": "board", "emails-1-value": "board@tidewater.example"}  # fmt: skip
    client.post(url, typed(**rows))
    with inside(acme):
        assert [str(row) for row in ContactEmail.objects.all()] == ["board@tidewater.example"]
        event = Event.objects.get(kind="contact.changed")
        assert Payload.objects.get(event_id=event.pk).data["changes"] == {
            "emails": ["private: maren@home.example", "board: board@tidewater.example"]
        }


def test_a_form_without_the_further_rows_leaves_them(client, acme, inside, url, maren, typed):
    with inside(acme):
        ContactEmail.objects.create(contact=maren, email="maren@home.example")
    client.post(url, typed(title="Chief"))
    with inside(acme):
        assert ContactEmail.objects.count() == 1


def test_the_owner_is_one_of_this_account(client, acme, globex, mallory, inside, url, maren, typed):
    from accounts.models import Membership

    theirs = Membership.objects.get(account=globex)
    response = client.post(url, typed(owner=str(theirs.public_id)))
    assert response.status_code == 422
    with inside(acme):
        maren.refresh_from_db()
        assert maren.version == 1


def test_one_in_the_bin_is_not_edited(client, acme, inside, url, maren, member_of, bob):
    from crm.actions import move_to_bin

    with inside(acme):
        move_to_bin(maren, by=member_of(bob))
    assert client.get(url).status_code == 404


def test_text_of_several_lines_counts_as_unchanged_however_a_browser_ends_them(client, acme, inside, url, maren, typed):
    client.post(url, typed(note="First\r\nsecond", street="Kajgade 4\r\n2nd floor"))
    client.post(url, typed(note="First\r\nsecond", street="Kajgade 4\r\n2nd floor", version=2))
    with inside(acme):
        maren.refresh_from_db()
        assert (maren.note, maren.version) == ("First\nsecond", 2)


def test_who_left_is_offered_no_more_but_still_stands_where_they_stood(client, acme, alice, inside, url, maren, bob):
    from accounts.models import Membership

    Membership.objects.filter(account=acme, user=bob).update(removed_at=timezone.now())
    client.force_login(alice)
    assert "selected>Bob Reyes (deactivated)</option>" in client.get(url).content.decode()
    assert "Bob Reyes" not in client.get("/a/acme/contacts/new/").content.decode()


def test_new_work_is_not_given_to_who_left(client, acme, alice, inside, url, maren, carol, typed):
    from accounts.models import Membership

    left = Membership.objects.get(account=acme, user=carol)
    Membership.objects.filter(account=acme, pk=left.pk).update(removed_at=timezone.now())
    client.force_login(alice)
    assert client.post(url, typed(owner=str(left.public_id))).status_code == 422
    with inside(acme):
        maren.refresh_from_db()
        assert maren.owner_id != left.pk


def test_a_form_that_nobody_sent_is_not_valid(in_acme, bob, member_of, maren):
    assert not ContactForm(instance=maren, member=member_of(bob)).is_valid()
