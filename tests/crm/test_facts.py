"""The facts of a record, changed where they stand: one at a time, by the rules of the form."""

import pytest

from audit.models import Event
from crm.models import Contact, ContactEmail
from tests.crm.fields.conftest import own_field  # noqa: F401
from tests.promises import promise

SWAP = {"HX-Request": "true"}


@pytest.fixture
def page(client, bob, maren):
    client.force_login(bob)
    return f"/a/acme/contacts/{maren.public_id}/"


@pytest.fixture
def send(client, page):
    """``send("title", title="Chief")`` saves a fact as the page does."""

    def post(fact, version=1, **typed):
        return client.post(f"{page}facts/{fact}/", {"version": version, **typed}, headers=SWAP)

    return post


def stored(inside, acme, maren):
    with inside(acme):
        return Contact.objects.get(pk=maren.pk)


def test_a_fact_opens_as_a_form_and_closes_as_it_was(client, page):
    form = client.get(f"{page}facts/email/", headers=SWAP).content.decode()
    assert 'name="email"' in form
    assert 'value="maren@tidewater.example"' in form
    assert 'name="email_label"' in form
    assert 'name="first_name"' not in form
    shown = client.get(f"{page}facts/email/?shown", headers=SWAP).content.decode()
    assert "mailto:maren@tidewater.example" in shown
    assert 'name="email"' not in shown
    assert client.get(f"{page}facts/email/")["Location"] == f"{page}edit/"


@promise(79)
def test_one_fact_is_saved_and_all_else_stays(client, acme, inside, page, send, maren):
    with inside(acme):
        ContactEmail.objects.create(contact=maren, email="maren@home.example", label="home")
    response = send("title", title="Chief")
    assert response.status_code == 200
    assert "Chief" in response.content.decode()
    assert response["HX-Trigger"] == '{"record-changed": {}}'
    after = stored(inside, acme, maren)
    assert (after.title, after.email, after.version) == ("Chief", maren.email, 2)
    with inside(acme):
        assert ContactEmail.objects.filter(contact=maren).count() == 1
        assert Event.objects.filter(kind="contact.changed").count() == 1
    assert "changed the job title" in client.get(page).content.decode()
    assert "HX-Trigger" not in send("title", version=2, title="Chief")
    assert stored(inside, acme, maren).version == 2


def test_parts_of_a_fact_are_saved_together_by_the_rules_of_the_form(acme, inside, send, maren):
    assert "Kajgade 4" in send("address", street="Kajgade 4", city="Aarhus").content.decode()
    assert "+45 20 55 01 78" in send("phone", version=2, phone="20550178", phone_label="Desk").content.decode()
    after = stored(inside, acme, maren)
    assert (after.street, after.city, after.phone_label, after.phone_e164) == (
        "Kajgade 4", "Aarhus", "Desk", "+4520550178",
    )  # fmt: skip


def test_own_fields_are_changed_in_place_each_kind(acme, inside, send, maren, own_field, page, client):  # noqa: F811
    own_field("Level", "choice", choices=["Gold", "Silver"])
    own_field("Likes", "choices", choices=["Tea", "Coffee"])
    own_field("Site", "link")
    assert "Add: Level" in client.get(page).content.decode()
    send("custom_level", custom_level="gold")
    send("custom_likes", version=2, custom_likes=["tea", "coffee"])
    link = send("custom_site", version=3, custom_site="holt.example").content.decode()
    assert 'href="https://holt.example"' in link
    assert stored(inside, acme, maren).custom == {
        "level": "gold", "likes": ["tea", "coffee"], "site": "https://holt.example",
    }  # fmt: skip
    send("custom_likes", version=4)
    assert "likes" not in stored(inside, acme, maren).custom


def test_what_is_wrong_stays_in_the_field_and_says_why(acme, inside, send, maren):
    refused = send("email", email="nowhere")
    assert refused.status_code == 422
    text = refused.content.decode()
    assert 'value="nowhere"' in text
    assert "Write an e-mail address, as in" in text
    assert stored(inside, acme, maren).email == maren.email


@promise(79)
def test_who_was_slower_sees_both_values_and_may_save_again(acme, inside, send, maren):
    send("title", title="Head of exhibits")
    refused = send("title", title="Chief")
    assert refused.status_code == 422
    text = refused.content.decode()
    assert '<del dir="auto">Head of exhibits</del>' in text
    assert 'value="Chief"' in text
    assert 'name="version" value="2"' in text
    assert stored(inside, acme, maren).title == "Head of exhibits"
    assert send("title", version=2, title="Chief").status_code == 200
    assert stored(inside, acme, maren).title == "Chief"


def test_a_contact_is_left_somebody(acme, inside, send, maren):
    """The rule over several fields is asked though only one is sent."""
    with inside(acme):
        bare = Contact.objects.get(pk=maren.pk)
        bare.first_name = bare.last_name = ""
        bare.company = None
        bare.save()
    refused = send("email", email="")
    assert refused.status_code == 422
    assert "A contact needs a name" in refused.content.decode()


def test_facts_that_are_not_there_are_not_found(client, page, only_own, edith, send):
    assert client.get(f"{page}facts/salary/", headers=SWAP).status_code == 404
    assert client.get(f"{page}facts/first_name/", headers=SWAP).status_code == 404
    assert send("owner", owner="").status_code == 404  # who sees only own records keeps them own
    theirs = f"/a/acme/contacts/{edith.public_id}/facts/title/"
    assert client.post(theirs, {"version": 1, "title": "x"}, headers=SWAP).status_code == 404


def test_readers_and_strangers_change_nothing(client, acme, inside, page, maren, carol, mallory, globex):
    client.force_login(carol)
    assert client.post(f"{page}facts/title/", {"version": 1, "title": "x"}).status_code == 403
    assert "Change:" not in client.get(page).content.decode()
    client.force_login(mallory)
    assert client.post(f"{page.replace('acme', 'globex')}facts/title/", {"version": 1, "title": "x"}).status_code == 404
    assert stored(inside, acme, maren).title == "Director"


def test_companies_have_facts_too(client, acme, inside, page, tidewater):
    url = f"/a/acme/companies/{tidewater.public_id}/facts/domain/"
    shown = client.post(url, {"version": 1, "domain": "https://www.museum.example/en"}, headers=SWAP).content.decode()
    assert 'href="https://museum.example"' in shown
