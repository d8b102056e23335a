"""Admin, Fields: added, changed, put in order, archived, brought back, deleted; by admins alone."""

import pytest
from django.utils import timezone
from pytest_django.asserts import assertRedirects

from audit.models import Event, Payload
from crm.fields import actions, keys
from crm.models import Contact, CustomField, CustomKey, FieldRemoval
from crm.search import matching, reindex

FIELDS = "/a/acme/admin/fields/"


@pytest.fixture(autouse=True)
def as_alice(client, alice, acme):
    client.force_login(alice)


@pytest.fixture
def fields(acme, inside):
    """The live fields of contacts by name, in order."""

    def read():
        with inside(acme):
            return [str(field) for field in CustomField.objects.live().filter(noun="contact").order_by("position")]

    return read


def add(client, kind, label, of="contact", **more):
    return client.post(f"{FIELDS}new/?of={of}&kind={kind}", {"label": label, **more})


def only(inside, acme):
    with inside(acme):
        return CustomField.objects.get()


def test_a_field_is_added_and_stands_in_the_next_form(client, acme, inside):
    assert "No fields of your own yet" in client.get(FIELDS).content.decode()
    assert "One of a list that you write." in client.get(f"{FIELDS}new/?of=contact").content.decode()
    page = client.get(f"{FIELDS}new/?of=contact&kind=choice").content.decode()
    assert "One in a line" in page
    assert 'name="currency"' not in page
    added = add(client, "choice", "Loyalty Level", more="Gold\n\n Très  bien \n金\n銀", is_required="on")
    assert added["Location"] == f"{FIELDS}?of=contact"
    field = only(inside, acme)
    assert (field.key, field.position, field.is_required, field.is_personal) == ("loyalty_level", 1, True, False)
    assert [choice["key"] for choice in field.choices] == ["gold", "tres_bien", "choice", "choice_2"]
    assert [choice["label"] for choice in field.choices][1] == "Très bien"
    assert field.currency == ""
    form = client.get("/a/acme/contacts/new/").content.decode()
    assert "Loyalty Level" in form
    assert "In EUR." not in form
    assert "Loyalty Level" not in client.get("/a/acme/companies/new/").content.decode()
    with inside(acme):
        assert Event.objects.get(kind="field.added").record_id == field.public_id


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("text", {"label": ""}, "required"), ("text", {"label": "HOBBY"}, "There is a field of this name already"),
        ("choice", {"label": "Level", "more": " \n "}, "required"),
        ("choice", {"label": "Level", "more": "Gold\ngold"}, "is there twice"),
        ("choices", {"label": "Level", "more": "a;b"}, "semicolon"),
        ("choices", {"label": "Level", "more": "x" * 101}, "too long"),
        ("choices", {"label": "Level", "more": "\n".join(map(str, range(201)))}, "at most 200 choices"),
        ("money", {"label": "Budget", "currency": "gold"}, "“gold” is not one of the choices"),
    ],
)  # fmt: skip
def test_bad_input_gets_a_sentence_and_stays(client, acme, inside, own_field, kind, typed, said):
    own_field("Hobby")
    refused = client.post(f"{FIELDS}new/?of=contact&kind={kind}", typed)
    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert str(only(inside, acme)) == "Hobby"


def test_a_kind_of_record_has_a_hundred_fields_at_most(client, acme, inside, monkeypatch):
    monkeypatch.setattr(actions, "MOST_FIELDS", 2)
    for label in ("One", "Two"):
        assert add(client, "text", label).status_code == 302
    refused = add(client, "text", "Three")
    assert refused.status_code == 422
    assert "as many as they may have" in refused.content.decode()
    assert add(client, "text", "Three", of="deal").status_code == 302


def test_same_names_get_keys_of_their_own(client, acme, inside):
    for label in ("VAT number", "VAT-number", "生日"):
        add(client, "text", label)
    with inside(acme):
        assert list(CustomField.objects.order_by("position").values_list("key", flat=True)) == [
            "vat_number", "vat_number_2", "field",
        ]  # fmt: skip


def test_choices_are_renamed_reordered_retired_and_keep_their_records(client, acme, inside, own_field, maren):
    level = own_field("Level", "choice", choices=["Gold", "Silver"])
    with inside(acme):
        maren.custom = {"level": "silver"}
        maren.save()
        keys.store([maren])
    rows = {
        "choices-TOTAL_FORMS": "2", "choices-INITIAL_FORMS": "2",
        "choices-0-key": "gold", "choices-0-label": "Gold", "choices-0-place": "1", "choices-0-is_retired": "on",
        "choices-1-key": "silver", "choices-1-label": "Platinum", "choices-1-place": "1", "more": "Bronze",
    }  # fmt: skip
    sent = {"version": 1, "label": "Tier", **rows}
    assert client.post(f"{FIELDS}{level.public_id}/", sent).status_code == 302
    field = only(inside, acme)
    assert [(each["key"], each["label"], each["is_retired"]) for each in field.choices] == [
        ("silver", "Platinum", False), ("gold", "Gold", True), ("bronze", "Bronze", False),
    ]  # fmt: skip
    assert (field.label, field.key) == ("Tier", "level")
    with inside(acme):
        assert CustomKey.objects.get().sort_key == "000 silver"
        assert list(Contact.objects.filter(keys.where(field, "is", "Platinum"))) == [maren]
        told = Payload.objects.get(event_id=Event.objects.get(kind="field.changed").pk).data["changes"]
    assert told["choices"] == ["Gold, Silver", "Platinum, Gold (not offered), Bronze"]
    stale = client.post(f"{FIELDS}{level.public_id}/", sent)
    assert stale.status_code == 409


def test_fields_are_put_in_order_without_scripts(client, own_field, fields):
    made = [own_field(label) for label in ("One", "Two", "Three")]
    client.post(f"{FIELDS}{made[2].public_id}/move/", {"up": ""})
    assert fields() == ["One", "Three", "Two"]
    client.post(f"{FIELDS}{made[0].public_id}/move/", {"down": ""})
    assert fields() == ["Three", "One", "Two"]
    client.post(f"{FIELDS}{made[2].public_id}/move/", {"up": ""})
    assert fields() == ["Three", "One", "Two"]


def test_archived_values_come_back_and_deleted_ones_do_not(client, acme, inside, own_field, maren, fields):
    hobby = own_field("Hobby")
    url = f"{FIELDS}{hobby.public_id}/"
    with inside(acme):
        maren.custom = {"hobby": "Fjordmaps", "other": "stays"}
        maren.save()
        keys.store([maren])
        reindex([maren])
    assert client.post(f"{url}delete/").status_code == 404
    client.post(f"{url}archive/")
    assert fields() == []
    client.get(FIELDS)  # reads the message that names it
    assert "Hobby" not in client.get(f"/a/acme/contacts/{maren.public_id}/edit/").content.decode()
    assert "1 value" in client.get(FIELDS).content.decode()
    client.post(f"{url}restore/")
    assert 'value="Fjordmaps"' in client.get(f"/a/acme/contacts/{maren.public_id}/edit/").content.decode()
    client.post(f"{url}archive/")
    assert "1 value goes with it" in client.get(f"{url}delete/").content.decode()
    assert client.post(f"{url}delete/").status_code == 302
    with inside(acme):
        maren.refresh_from_db()
        assert (maren.custom, maren.version) == ({"other": "stays"}, 2)
        assert not CustomKey.objects.exists()
        assert not CustomField.objects.exists()
        assert not Contact.objects.filter(matching(Contact, "fjordmaps")).exists()
        assert Contact.objects.filter(matching(Contact, "maren")).exists()
        assert Payload.objects.get(event_id=Event.objects.get(kind="field.deleted").pk).data["values"] == 1
    assert "with 1 value" in client.get(FIELDS).content.decode()


def test_members_and_strangers_do_not_come_in(client, bob, mallory, globex, own_field, fields):
    hobby = own_field("Hobby")
    client.force_login(bob)
    for path in ("", "new/", f"{hobby.public_id}/", f"{hobby.public_id}/delete/"):
        assert client.get(FIELDS + path).status_code == 403
    client.force_login(mallory)
    assert client.get(FIELDS).status_code == 404
    assert client.post(f"/a/globex/admin/fields/{hobby.public_id}/archive/").status_code == 404
    assert fields() == ["Hobby"]


def test_a_field_with_many_values_is_deleted_by_a_worker(client, alice, acme, inside, own_field, monkeypatch):
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    field = own_field("Nick", archived_at=timezone.now())
    with inside(acme):
        people = [Contact.objects.create(first_name=f"P{number}", custom={"nick": "Ace"}) for number in range(5)]
        keys.store(people)
        reindex(people)
    client.force_login(alice)
    address = f"/a/acme/admin/fields/{field.public_id}/delete/"
    assertRedirects(client.post(address), address)
    page = client.get(address).content.decode()
    assert "Deleting the field and its values" in page and "every 1s" in page
    client.post(f"/a/acme/admin/fields/{field.public_id}/restore/")  # too late
    with inside(acme):
        job = FieldRemoval.objects.get()
        actions.go_on(str(job.public_id))
        job.refresh_from_db()
        assert (job.done, job.total, Contact.objects.exclude(custom={}).count()) == (2, 5, 3)
        assert actions.remove(CustomField.objects.get(), by=None) == job  # asked again: it goes on
        for _ in range(3):
            actions.go_on(str(job.public_id))
        assert not FieldRemoval.objects.exists() and not CustomField.objects.exists() and not CustomKey.objects.exists()
        assert set(Contact.objects.values_list("custom__nick", "version")) == {(None, 2)}
        assert not Contact.objects.filter(matching(Contact, "ace")).exists()
        event = Event.objects.get(kind="field.deleted")
        assert Payload.objects.get(event_id=event.pk).data["values"] == 5
    assert client.get(address).status_code == 404
    assert client.get(address, headers={"HX-Request": "true"})["HX-Redirect"] == "/a/acme/admin/fields/"
