"""Card numbers on their way in, by pages and by programs: none is stored, none is shown again."""

from __future__ import annotations

from accounts.models import User
from config.api_urls import description
from crm.models import Contact, Note
from privacy.support_access.models import Ticket

CARD = "4242 4242 4242 4242"


def test_what_people_write_about_themselves_and_to_us_is_refused_and_not_shown_again(client, acme, alice):
    client.force_login(alice)
    before = User.objects.get(pk=alice.pk)
    page = client.post("/a/acme/admin/profile/edit/", {"first_name": "Alice", "last_name": CARD, "phone": ""})
    assert page.status_code == 422
    assert b"looks like the number of a card" in page.content and b"keep_numbers" not in page.content
    assert CARD.encode() not in page.content and b"****4242" in page.content
    assert User.objects.get(pk=alice.pk).last_name == before.last_name

    # Not even for somebody who says that it is none.
    key = client.post("/a/acme/admin/api/", {"name": CARD, "scopes": ["crm:read"], "keep_numbers": "1"})
    assert key.status_code == 422 and CARD.encode() not in key.content
    asked = {"topic": "billing", "about": "me", "name": "Alice", "email": "a@acme.example"}
    page = client.post("/contact/", asked | {"subject": "My card", "text": f"It is {CARD}"})
    assert page.status_code == 422 and b"number of a card" in page.content and CARD.encode() not in page.content
    assert not Ticket.objects.exists()


def test_what_a_firm_writes_about_its_work_is_asked_for_and_may_be_kept(client, acme, alice, inside):
    client.force_login(alice)
    name = {"first_name": "Maren", "last_name": CARD}
    page = client.post("/a/acme/contacts/new/", name)
    assert page.status_code == 422 and CARD.encode() in page.content and b'name="keep_numbers"' in page.content
    with inside(acme):
        assert not Contact.objects.exists()
    assert client.post("/a/acme/contacts/new/", name | {"keep_numbers": "1"}).status_code == 302
    with inside(acme):
        assert Contact.objects.get().last_name == CARD
    assert client.get("/a/acme/contacts/", {"q": CARD}).status_code == 200


def test_a_program_is_refused_unless_it_says_that_it_is_something_else(alices, acme, inside):
    maren = alices.post("contacts/", {"first_name": "Maren"}).data["id"]
    note = {"text": f"Reference {CARD}", "contact": maren}
    refused = alices.post("notes/", note)
    assert refused.status_code == 422 and CARD not in refused.content.decode()
    assert "number of a card" in refused.data["errors"]["text"][0]
    with inside(acme):
        assert not Note.objects.exists()
    assert alices.post("notes/", note, keep_numbers="yes").status_code == 201
    assert "Keep-Numbers" in description().decode()
