"""Adding a contact."""

import pytest

from audit.models import Event, Payload
from crm.models import Company, Contact
from crm.search import matching
from tests.statements import behind_the_door

URL = "/a/acme/contacts/new/"
SIMILAR = "/a/acme/contacts/similar/"


@pytest.fixture
def signed_in(client, bob):
    client.force_login(bob)
    return client


def test_a_contact_is_added_found_and_logged(signed_in, acme, inside, member_of, bob, django_assert_max_num_queries):
    response = signed_in.post(
        URL,
        {"first_name": "Maren", "last_name": "Holt", "email": "Maren@Tidewater.example", "phone": "20550177",
         "tags": "Client, main contact, client", "owner": str(member_of(bob).public_id)},
    )  # fmt: skip
    with inside(acme):
        contact = Contact.objects.get()
        assert response.status_code == 302
        assert response["Location"] == f"/a/acme/contacts/{contact.public_id}/"
        assert contact.owner.user == bob
        assert contact.phone == "+45 20 55 01 77"  # Acme sits in Denmark
        assert contact.phone_e164 == "+4520550177"
        assert sorted(link.tag.name for link in contact.tags.select_related("tag")) == ["Client", "main contact"]
        assert Contact.objects.filter(matching(Contact, "hol mar")).exists()
        event = Event.objects.get(kind="contact.created")
        assert event.record_id == contact.public_id
        assert Payload.objects.get(event_id=event.pk).data["changes"]["last_name"] == ["", "Holt"]


def test_a_contact_is_added_with_six_statements(signed_in, tidewater, member_of, bob):
    form = {"last_name": "Holt", "email": "holt@x.example", "company": "Tidewater Museum"}
    form["owner"] = str(member_of(bob).public_id)
    signed_in.post(URL, form)
    asked = behind_the_door(lambda: signed_in.post(URL, form | {"last_name": "Berg", "email": "berg@x.example"}))
    assert len(asked) == 6, asked  # own fields, company, who is there already, contact, words, log


def test_a_new_company_name_makes_a_company(signed_in, acme, inside, bob):
    signed_in.post(URL, {"first_name": "Maren", "company": " Tidewater  Museum "})
    with inside(acme):
        contact = Contact.objects.select_related("company").get()
        assert contact.company.name == "Tidewater Museum"
        assert contact.company.owner.user == bob
        assert Event.objects.filter(kind="company.created", record_id=contact.company.public_id).exists()
        assert Contact.objects.filter(matching(Contact, "museum")).exists()


def test_a_known_company_is_taken_whatever_its_case(signed_in, acme, inside, tidewater):
    signed_in.post(URL, {"first_name": "Maren", "company": "tidewater MUSEUM"})
    with inside(acme):
        assert Contact.objects.get().company_id == tidewater.pk
        assert Company.objects.count() == 1


def test_a_company_alone_is_enough(signed_in, acme, inside):
    assert signed_in.post(URL, {"company": "Tidewater Museum"}).status_code == 302
    with inside(acme):
        assert Contact.objects.get().company.name == "Tidewater Museum"


def test_nobody_at_all_is_refused_in_words(signed_in, acme, inside):
    response = signed_in.post(URL, {"phone": "1234", "city": "Aarhus"})
    assert response.status_code == 422
    assert "A contact needs a name, an e-mail address or a company." in response.content.decode()
    assert 'value="Aarhus"' in response.content.decode()
    with inside(acme):
        assert not Contact.objects.exists()


def test_what_is_wrong_stores_no_company_either(signed_in, acme, inside):
    response = signed_in.post(URL, {"company": "Tidewater", "email": "not an address"})
    assert response.status_code == 422
    with inside(acme):
        assert not Company.objects.exists()


@pytest.mark.parametrize(
    "typed",
    [
        {"first_name": "maren", "last_name": "HOLT"},
        {"first_name": "Hollt", "last_name": "Maréne"},  # swapped, and spelled otherwise
        {"email": "MAREN@tidewater.example"},
        {"first_name": "M", "phone": "20 55 01 77"},  # Acme sits in Denmark
    ],
)
def test_somebody_who_is_there_already_is_shown_first(signed_in, acme, inside, maren, typed):
    response = signed_in.post(URL, typed)
    text = response.content.decode()
    assert response.status_code == 422
    assert f"/a/acme/contacts/{maren.public_id}/" in text
    assert "Tidewater Museum" in text
    assert "create anyway" in text
    with inside(acme):
        assert Contact.objects.count() == 1
    assert signed_in.post(URL, {**typed, "anyway": "1"}).status_code == 302
    with inside(acme):
        assert Contact.objects.count() == 2


def test_whom_one_may_not_see_is_not_hinted_at(signed_in, bob, only_own, edith):
    assert signed_in.post(URL, {"first_name": "Edith", "last_name": "Pell"}).status_code == 302


def test_one_in_the_bin_is_not_hinted_at(signed_in, acme, inside, maren, member_of, bob):
    from crm.actions import move_to_bin

    with inside(acme):
        move_to_bin(maren, by=member_of(bob))
    assert signed_in.post(URL, {"first_name": "Maren", "last_name": "Holt"}).status_code == 302


def test_who_sees_only_own_records_owns_what_they_add(signed_in, acme, inside, alice, bob, only_own, member_of):
    signed_in.post(URL, {"first_name": "New", "owner": str(member_of(alice).public_id)})
    with inside(acme):
        assert Contact.objects.get().owner.user == bob


def test_further_addresses_and_numbers_are_rows(signed_in, acme, inside):
    signed_in.post(
        URL,
        {"first_name": "Maren", "emails-TOTAL_FORMS": "2", "emails-INITIAL_FORMS": "0",
         "emails-0-label": "private", "emails-0-value": "maren@home.example", "emails-1-value": "",
         "phones-TOTAL_FORMS": "1", "phones-INITIAL_FORMS": "0",
         "phones-0-label": "Desk", "phones-0-value": "33550140"},
    )  # fmt: skip
    with inside(acme):
        contact = Contact.objects.get()
        assert [(row.label, row.email) for row in contact.emails.all()] == [("private", "maren@home.example")]
        assert [(row.label, row.phone) for row in contact.phones.all()] == [("Desk", "+45 33 55 01 40")]
        assert Contact.objects.filter(matching(Contact, "maren@home.example")).exists()
        assert Contact.objects.filter(matching(Contact, "33550140")).exists()


def test_a_further_address_that_is_none_is_refused(signed_in, acme, inside):
    response = signed_in.post(
        URL,
        {"first_name": "Maren", "emails-TOTAL_FORMS": "1", "emails-INITIAL_FORMS": "0", "emails-0-value": "nonsense"},
    )
    assert response.status_code == 422
    assert "nonsense" in response.content.decode()
    with inside(acme):
        assert not Contact.objects.exists()


def test_a_company_of_the_link_stands_in_the_form(signed_in, tidewater):
    assert 'value="Tidewater Museum"' in signed_in.get(URL, {"company": "Tidewater Museum"}).content.decode()


def test_names_of_all_scripts_are_kept(signed_in, acme, inside):
    signed_in.post(URL, {"first_name": "شيرين", "last_name": "🦊 O'Neill-Łukasz"})
    with inside(acme):
        contact = Contact.objects.get()
        assert (contact.first_name, contact.last_name) == ("شيرين", "🦊 O'Neill-Łukasz")


def test_a_restricted_one_is_shown_and_marked(signed_in, acme, inside, maren):
    with inside(acme):
        Contact.objects.filter(pk=maren.pk).update(restricted_at="2026-11-20T09:00Z")
    text = signed_in.post(SIMILAR, {"first_name": "Maren", "last_name": "Holt"}).content.decode()
    assert "Maren Holt" in text
    assert "Restricted" in text


def test_similar_is_asked_while_typing(signed_in, maren):
    text = signed_in.post(SIMILAR, {"email": "maren@tidewater.example"}).content.decode()
    assert "Maren Holt" in text
    assert "<html" not in text
    assert signed_in.post(SIMILAR, {"first_name": "Nobody"}).content.strip() == b""


def test_a_further_address_counts_as_known(signed_in, acme, inside, maren):
    from crm.models import ContactEmail

    with inside(acme):
        ContactEmail.objects.create(contact=maren, email="maren@home.example")
    for typed in ({"email": "Maren@home.example"}, {"emails-0-value": "maren@HOME.example"}):
        assert "Maren Holt" in signed_in.post(SIMILAR, typed).content.decode()


def test_a_sender_who_claims_a_million_addresses_gets_a_short_form(client, alice, acme):
    client.force_login(alice)
    page = client.post("/a/acme/contacts/new/", {"emails-TOTAL_FORMS": "1000000", "emails-INITIAL_FORMS": "0"})
    assert page.status_code == 422
    assert page.content.count(b'-value"') < 250
