"""Contacts for programs: the same rules, words and log as on the pages."""

from uuid import UUID

import pytest

from accounts.models import Membership
from audit.models import Event
from crm.models import Company, Contact, SearchToken, Tag


@pytest.fixture
def museum(acme, inside):
    with inside(acme):
        return Company.objects.create(name="Tidewater Museum")


def test_a_contact_comes_into_being(alices, acme, alice, inside, museum):
    body = {
        "first_name": "Maren", "last_name": "Holt", "email": "Maren@tidewater.example", "phone": "20 55 01 77",
        "company": str(museum.public_id), "title": "Director", "tags": ["Client", "museum", "client"],
        "address": {"city": "Copenhagen", "country": "Denmark"}, "note": "Prefers mail.", "custom": {},
    }  # fmt: skip
    response = alices.post("contacts/", body)
    assert response.status_code == 201
    made = response.data
    assert response.headers["Location"].endswith(f"/api/v1/contacts/{made['id']}/")
    assert response.headers["ETag"] == '"1"'
    assert UUID(made["id"])
    assert {**made, **{name: body[name] for name in body if name not in ("tags", "phone", "address")}} == made
    assert made["tags"] == ["Client", "museum"]
    assert made["phone"] == "+45 20 55 01 77"
    assert made["address"] == {
        "street": "", "postal_code": "", "city": "Copenhagen", "region": "", "country": "Denmark",
    }  # fmt: skip
    assert made["version"] == 1
    assert made["created_at"].endswith("Z")
    assert alices.get(f"contacts/{made['id']}/").data == made
    with inside(acme):
        contact = Contact.objects.get()
        assert contact.owner == Membership.objects.get(account=acme, user=alice)
        assert Event.objects.get(kind="contact.created").actor_id == contact.owner_id
        assert SearchToken.objects.filter(token="maren", record_id=contact.pk).exists()
    assert [each["id"] for each in alices.get("contacts/?search=tide hol").data["results"]] == [made["id"]]


def test_what_is_left_out_stays(alices, museum):
    made = alices.post(
        "contacts/",
        {"first_name": "Maren", "company": str(museum.public_id), "tags": ["a"], "address": {"city": "Kiel"}},
    ).data
    changed = alices.patch(f"contacts/{made['id']}/", {"last_name": "Holt", "address": {"street": "Kai 1"}}).data
    assert changed == {
        **made, "last_name": "Holt", "version": 2, "updated_at": changed["updated_at"],
        "address": {**made["address"], "street": "Kai 1"},
    }  # fmt: skip


def test_a_change_is_told_to_the_log_and_found_by_its_new_words(alices, acme, inside):
    made = alices.post("contacts/", {"first_name": "Maren", "tags": ["a"]}).data
    alices.patch(f"contacts/{made['id']}/", {"first_name": "Edith", "tags": []})
    with inside(acme):
        event = Event.objects.get(kind="contact.changed")
        assert str(event.record_id) == made["id"]
    assert len(alices.get("contacts/?search=edith").data["results"]) == 1
    assert alices.get("contacts/?search=maren").data["results"] == []


def test_a_change_of_nothing_writes_nothing(alices, acme, inside):
    made = alices.post("contacts/", {"first_name": "Maren", "tags": ["a"]}).data
    assert alices.patch(f"contacts/{made['id']}/", {"first_name": "Maren", "tags": ["a"]}).data == made
    assert alices.patch(f"contacts/{made['id']}/", {}).data == made
    with inside(acme):
        assert not Event.objects.filter(kind="contact.changed").exists()


NO_ID = "3f1c7a52-9d0e-4b57-8a3e-0c6d5a4b1e2f"
NOBODY = "A contact needs a name, an e-mail address or a company."
TOO_LONG = "Write at most 200 characters; these are 201."
NO_PART = "It has no part named “town”; its parts are: street, postal_code, city, region, country."
WRONG = [
    ({}, "record", NOBODY),
    ({"nmae": "x"}, "nmae", "There is no such field."),
    ({"id": NO_ID}, "id", "This can only be read."),
    ({"first_name": 5}, "first_name", "Write a text, in quotes."),
    ({"first_name": None}, "first_name", "Write a text, in quotes."),
    ({"first_name": "a\0b"}, "first_name", "A text can't hold the character zero."),
    ({"first_name": "x" * 201}, "first_name", TOO_LONG),
    ({"email": "no address"}, "email", "Write an e-mail address, as in name@tidewater.example"),
    ({"first_name": "x", "address": {"town": "x"}}, "address", NO_PART),
    ({"first_name": "x", "address": {"city": "x" * 201}}, "address", TOO_LONG),
    ({"first_name": "x", "tags": "client"}, "tags", 'Write a list of texts, as in ["client", "museum"].'),
    ({"first_name": "x", "tags": ["a", " "]}, "tags", "A text in this list is empty."),
    ({"first_name": "x", "tags": ["x" * 61]}, "tags", "A tag has at most 60 characters."),
    ({"first_name": "x", "custom": {"size": 1}}, "custom", "This account has no field of its own named “size”."),
    ({"company": "x"}, "company", f"Write an id, as in {NO_ID}."),
    ({"company": NO_ID}, "company", "There is no such company."),
    ({"first_name": "x", "owner": NO_ID}, "owner", "There is no such member."),
]


@pytest.mark.parametrize(("body", "name", "words"), WRONG)
def test_what_is_wrong_is_said_by_name(body, name, words, alices, acme, inside):
    response = alices.post("contacts/", body)
    assert (response.status_code, response.data["errors"]) == (422, {name: [words]})
    with inside(acme):
        assert not Contact.objects.exists()
        assert not Tag.objects.exists()


def test_the_rules_look_at_what_was_left_out_too(alices):
    made = alices.post("contacts/", {"first_name": "Maren"}).data
    response = alices.patch(f"contacts/{made['id']}/", {"first_name": ""})
    assert response.data["errors"] == {"record": [NOBODY]}


def test_a_search_without_a_word_finds_nothing(alices, museum):
    alices.post("contacts/", {"first_name": "Maren", "company": str(museum.public_id)})
    alices.post("projects/", {"name": "Relaunch", "company": str(museum.public_id)})
    for name in ("contacts", "companies", "projects"):
        assert alices.get(f"{name}/?search=--").data["results"] == []
        assert alices.get(f"{name}/?search=").data["results"]


def test_if_match_stops_a_change_made_on_old_knowledge(alices):
    made = alices.post("contacts/", {"first_name": "Maren"}).data
    one = f"contacts/{made['id']}/"
    assert alices.patch(one, {"last_name": "Holt"}, if_match='"1"').data["version"] == 2
    for method in ("patch", "delete"):
        for tag in ('"1"', 'W/"2"', "2", ""):
            response = alices.ask(method, one, {"last_name": "x"}, if_match=tag)
            assert (response.status_code, response.data["type"][-8:]) == (412, "#changed"), tag
    assert alices.get(one).data["last_name"] == "Holt"
    assert alices.patch(one, {"last_name": "Holm"}, if_match='"1", "2"').status_code == 200
    assert alices.patch(one, {"last_name": "Holst"}, if_match="*").status_code == 200


def test_a_deleted_contact_lies_in_the_bin(alices, acme, inside):
    made = alices.post("contacts/", {"first_name": "Maren"}).data
    response = alices.delete(f"contacts/{made['id']}/")
    assert (response.status_code, response.content, response.headers.get("Content-Type")) == (204, b"", None)
    for method in ("get", "patch", "delete"):
        assert alices.ask(method, f"contacts/{made['id']}/", {}).status_code == 404
    assert alices.get("contacts/").data["results"] == []
    with inside(acme):
        assert Contact.objects.get().is_in_bin
        assert Event.objects.filter(kind="contact.deleted").exists()


def test_who_sees_only_own_records_sees_only_those(program_of, acme, alice, bob, alices):
    hers = alices.post("contacts/", {"first_name": "Hers"}).data
    Membership.objects.filter(account=acme, user=bob).update(sees_only_own_records=True)
    bobs = program_of(acme, bob)
    his = bobs.post("contacts/", {"first_name": "His"}).data
    assert [each["id"] for each in bobs.get("contacts/").data["results"]] == [his["id"]]
    assert bobs.get("contacts/?search=hers").data["results"] == []
    for method in ("get", "patch", "delete"):
        assert bobs.ask(method, f"contacts/{hers['id']}/", {}).status_code == 404
    assert "owner" in bobs.patch(f"contacts/{his['id']}/", {"owner": None}).data["errors"]


def test_a_program_merges_and_changes_nobody_who_is_restricted(alices, acme, inside):
    one, other = (alices.post("contacts/", {"first_name": name, "title": name}).data["id"] for name in ("Ana", "Bo"))
    wrong = (
        {},
        {"others": [one]},
        {"others": ["x"]},
        {"others": [other], "keep": {"x": 1}},
        {"others": [other], "x": 1},
    )
    assert {alices.post(f"contacts/{one}/merge/", body).status_code for body in wrong} == {422}
    merged = alices.post(f"contacts/{one}/merge/", {"others": [other], "keep": {"title": other}})
    assert (merged.status_code, merged.data["first_name"], merged.data["title"]) == (200, "Ana", "Bo")
    assert alices.get(f"contacts/{other}/").status_code == 404
    with inside(acme):
        Contact.objects.filter(public_id=one).update(restricted_at="2026-11-20T09:00Z", restriction_reason="Objected.")
    assert alices.get(f"contacts/{one}/").data["is_restricted"] is True
    refused = alices.patch(f"contacts/{one}/", {"title": "Other"})
    assert refused.status_code == 403
    assert "Objected." in refused.data["detail"]
    assert alices.delete(f"contacts/{one}/").status_code == 403


def test_a_text_is_as_long_as_its_description_allows_with_all_that_is_around_it(alices):
    refused = alices.post("contacts/", {"first_name": "Ada" + 198 * " "})
    assert (refused.status_code, refused.data["errors"]) == (422, {"first_name": [TOO_LONG]})
