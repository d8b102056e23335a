"""Own fields on records: typed on the page, sent by programs, told in the history, never lost."""

import pytest

from audit.models import Event, Payload
from crm.models import Contact, CustomField, CustomKey
from tests.api.conftest import Program, key_for, program_of  # noqa: F401
from tests.promises import promise


@pytest.fixture
def level(own_field):
    return own_field("Level", "choice", choices=["Gold", "Silver"])


@pytest.fixture
def budget(own_field):
    return own_field("VAT budget", "money", currency="EUR", hint="For a year.")


@pytest.fixture
def likes(own_field):
    return own_field("Likes", "choices", choices=["Tea", "Coffee"])


@pytest.fixture
def page(client, bob, maren):
    client.force_login(bob)
    return f"/a/acme/contacts/{maren.public_id}/"


@pytest.fixture
def typed(maren, member_of, bob):
    """What Bob's browser sends for Maren as she is now, but for what he changes."""
    owner = str(member_of(bob).public_id)
    return lambda **changed: {
        "version": maren.version, "first_name": "Maren", "last_name": "Holt", "company": "Tidewater Museum",
        "title": maren.title, "email": maren.email, "phone": maren.phone, "owner": owner, **changed,
    }  # fmt: skip


def stored(inside, acme, maren):
    with inside(acme):
        maren.refresh_from_db()
        return maren.custom


def told(inside, acme):
    with inside(acme):
        event = Event.objects.filter(kind="contact.changed").latest("pk")
        return Payload.objects.get(event_id=event.pk).data["changes"]


@promise(79)
def test_values_are_stored_found_and_told_by_name(client, acme, inside, page, maren, typed, level, budget, likes):
    form = client.get(f"{page}edit/").content.decode()
    assert "Your own fields" in form
    assert "For a year." in form
    shown = {"custom_shown": "level vat_budget likes"}
    values = {"custom_level": "gold", "custom_vat_budget": "€1,250.50", "custom_likes": ["coffee", "tea"]}
    assert client.post(f"{page}edit/", typed(**shown, **values)).status_code == 302
    assert stored(inside, acme, maren) == {"level": "gold", "vat_budget": "1250.50", "likes": ["tea", "coffee"]}
    assert told(inside, acme) == {
        "own:Level": ["", "Gold"], "own:VAT budget": ["", "1250.50"], "own:Likes": ["", "Tea; Coffee"],
    }  # fmt: skip
    with inside(acme):
        assert CustomKey.objects.filter(record_id=maren.pk).count() == 4
    shown_on_page = client.get(page).content.decode()
    assert "the VAT budget" in shown_on_page
    assert '<ins dir="auto">€1,250.50</ins>' in shown_on_page
    assert ">1250.50<" not in shown_on_page
    client.post(f"{page}edit/", typed(**shown, custom_level="silver", custom_vat_budget=""))
    assert stored(inside, acme, maren) == {"level": "silver"}
    assert told(inside, acme)["own:Likes"] == ["Tea; Coffee", ""]


def test_what_a_page_did_not_show_stays(client, acme, inside, page, maren, typed, level, likes):
    both = {"custom_shown": "level likes", "custom_level": "gold", "custom_likes": ["tea"]}
    client.post(f"{page}edit/", typed(**both))
    maren.version = 2
    client.post(f"{page}edit/", typed(title="Chief", custom_shown="level", custom_level="silver"))
    assert stored(inside, acme, maren) == {"level": "silver", "likes": ["tea"]}


def test_a_wrong_value_is_kept_in_the_form_and_says_why(client, acme, inside, page, maren, typed, budget):
    response = client.post(f"{page}edit/", typed(custom_shown="vat_budget", custom_vat_budget="a lot"))
    assert response.status_code == 422
    text = response.content.decode()
    assert "“a lot” is not a number" in text
    assert 'value="a lot"' in text
    assert stored(inside, acme, maren) == {}


def test_a_needed_field_is_asked_for(client, page, maren, typed, own_field):
    own_field("Contract", is_required=True)
    response = client.post(f"{page}edit/", typed(custom_shown="contract", custom_contract=" "))
    assert response.status_code == 422


@promise(79)
def test_two_who_change_an_own_field_both_see_both_values(client, acme, inside, page, maren, typed, level, likes):
    for number, choice in enumerate(["gold", "silver"]):
        shown = {"custom_shown": "level likes", "custom_level": choice, "custom_likes": ["tea"] * number}
        response = client.post(f"{page}edit/", typed(**shown))
    assert response.status_code == 409
    conflict = response.content.decode().split("Stored now, and what you typed")[1].split("</section>")[0]
    assert '<del dir="auto">Gold</del>' in conflict
    assert '<ins dir="auto">Silver</ins>' in conflict
    assert '<ins dir="auto">Tea</ins>' in conflict
    assert stored(inside, acme, maren) == {"level": "gold"}


def test_a_retired_choice_stays_where_it_stood_and_is_offered_no_more(client, acme, inside, page, maren, level, edith):
    with inside(acme):
        Contact.objects.filter(pk=maren.pk).update(custom={"level": "gold"})
        level.choices[0]["is_retired"] = True
        level.save()
    assert '<option value="gold" selected>Gold</option>' in client.get(f"{page}edit/").content.decode()
    assert "Gold" not in client.get(f"/a/acme/contacts/{edith.public_id}/edit/").content.decode()


def test_programs_read_and_write_them_by_key(acme, bob, inside, program_of, maren, level, budget, likes):  # noqa: F811
    program = program_of(acme, bob)
    path = f"contacts/{maren.public_id}/"
    empty = {"level": None, "vat_budget": None, "likes": None}
    assert program.get(path).data["custom"] == empty
    sent = {"level": "silver", "vat_budget": {"amount": "9.50", "currency": "EUR"}, "likes": ["coffee"]}
    assert program.patch(path, {"custom": sent}).data["custom"] == sent
    assert program.patch(path, {"custom": {"level": None}}).data["custom"] == {**sent, "level": None}
    made = program.post("contacts/", {"first_name": "Ida", "custom": {"likes": ["tea"]}}).data
    assert made["custom"] == {**empty, "likes": ["tea"]}
    for custom, words in (
        ({"size": 1}, "no field of its own named “size”"),
        ({"level": "tin"}, "level: “tin” is not one of the choices."),
        ({"vat_budget": 5}, "vat_budget: Write an amount"),
        ({"likes": "tea"}, "likes: Write a list"),
    ):
        refused = program.patch(path, {"custom": custom})
        assert refused.status_code == 422
        assert words in refused.data["errors"]["custom"][0]
    with inside(acme):
        CustomField.objects.update(is_required=True)
    assert program.patch(path, {"custom": {"level": None}}).status_code == 422
    assert program.patch(path, {"title": "Chief"}).status_code == 200


def test_another_accounts_fields_are_not_there(client, globex, mallory, level, inside):
    client.force_login(mallory)
    assert "Level" not in client.get("/a/globex/contacts/new/").content.decode()
