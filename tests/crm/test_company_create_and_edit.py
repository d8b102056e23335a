"""Adding and changing a company."""

import pytest

from audit.models import Event, Payload
from crm.models import Company, Contact
from crm.search import matching
from tests.promises import promise

NEW = "/a/acme/companies/new/"


@pytest.fixture
def signed_in(client, bob):
    client.force_login(bob)
    return client


def test_a_company_is_added_found_and_logged(signed_in, acme, inside):
    response = signed_in.post(
        NEW, {"name": "Tidewater Museum", "domain": "https://www.Tidewater.example/visit", "phone": "33 55 01 40"}
    )
    with inside(acme):
        company = Company.objects.get()
        assert response["Location"] == f"/a/acme/companies/{company.public_id}/"
        assert (company.domain, company.phone) == ("tidewater.example", "+45 33 55 01 40")
        assert Company.objects.filter(matching(Company, "tide")).exists()
        assert Event.objects.get(kind="company.created").record_id == company.public_id


def test_a_company_needs_a_name(signed_in, acme, inside):
    response = signed_in.post(NEW, {"name": "  ", "city": "Aarhus"})
    assert response.status_code == 422
    assert 'value="Aarhus"' in response.content.decode()
    with inside(acme):
        assert not Company.objects.exists()


@pytest.mark.parametrize("typed", [{"name": "TIDEWATER museum"}, {"name": "Other", "domain": "tidewater.example"}])
def test_one_that_is_there_already_is_shown_first(signed_in, acme, inside, tidewater, typed):
    response = signed_in.post(NEW, typed)
    assert response.status_code == 422
    assert f"/a/acme/companies/{tidewater.public_id}/" in response.content.decode()
    assert signed_in.post(NEW, {**typed, "anyway": "1"}).status_code == 302
    with inside(acme):
        assert Company.objects.count() == 2


@promise(79)
def test_a_change_is_stored_and_logged(signed_in, acme, inside, tidewater):
    url = f"/a/acme/companies/{tidewater.public_id}/edit/"
    typed = {"version": 1, "name": "Tidewater Museum", "domain": "tidewater.example", "city": "Aarhus", "owner": ""}
    assert signed_in.post(url, typed).status_code == 302
    with inside(acme):
        event = Event.objects.get(kind="company.changed")
        assert Payload.objects.get(event_id=event.pk).data["changes"] == {
            "city": ["Copenhagen", "Aarhus"],
            "owner": ["Bob Reyes", ""],
        }


def test_a_renamed_companys_people_are_found_by_its_new_name(signed_in, acme, inside, maren, tidewater):
    url = f"/a/acme/companies/{tidewater.public_id}/edit/"
    signed_in.post(url, {"version": 1, "name": "Harbour House", "domain": "tidewater.example", "city": "Copenhagen"})
    with inside(acme):
        assert Contact.objects.filter(matching(Contact, "harbour maren")).exists()
        assert not Contact.objects.filter(matching(Contact, "museum maren")).exists()


@promise(79)
def test_two_who_change_the_same_company_both_see_both_values(signed_in, acme, inside, tidewater):
    url = f"/a/acme/companies/{tidewater.public_id}/edit/"
    signed_in.post(url, {"version": 1, "name": "First name"})
    response = signed_in.post(url, {"version": 1, "name": "Second name", "city": "Odense"})
    text = response.content.decode()
    assert response.status_code == 409
    assert "First name" in text
    assert 'value="Second name"' in text
    assert 'value="Odense"' in text
    with inside(acme):
        tidewater.refresh_from_db()
        assert tidewater.name == "First name"
