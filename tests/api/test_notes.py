"""Notes for programs."""

from accounts.models import Membership
from crm.models import Contact, Mention, Note


def test_a_note_is_written_changed_pinned_and_deleted(alices, acme, bob, inside):
    maren = alices.post("contacts/", {"first_name": "Maren"}).data["id"]
    bobs = str(Membership.objects.get(account=acme, user=bob).public_id)
    made = alices.post("notes/", {"text": f"Ask @[{bobs}] and @bob", "contact": maren, "pinned": True})
    assert made.status_code == 201, made.data
    note = made.data
    assert note["text"] == f"Ask @[{bobs}] and @[{bobs}]"
    assert (note["contact"], note["deal"], note["pinned"]) == (maren, None, True)
    with inside(acme):
        assert Mention.objects.get().member.user == bob

    address = f"notes/{note['id']}/"
    changed = alices.patch(address, {"text": f"@[{bobs}] did", "pinned": False}, if_match='"2"').data
    assert (changed["text"], changed["pinned"]) == (f"@[{bobs}] did", False)
    assert alices.patch(address, {"pinned": True}, if_match='"1"').status_code == 412
    assert alices.patch(address, {"contact": maren}).data["errors"].keys() == {"contact"}  # it stays where it was
    assert [each["id"] for each in alices.get("notes/?search=did&pinned=false").data["results"]] == [note["id"]]
    assert alices.get(f"notes/?contact={maren}").data["results"] == [changed]
    assert alices.delete(address).status_code == 204
    assert alices.get("notes/").data["results"] == []


def test_what_is_wrong_is_named(alices, acme, inside):
    maren = alices.post("contacts/", {"first_name": "Maren"}).data["id"]
    firm = alices.post("companies/", {"name": "Tidewater"}).data["id"]
    for body, wrong in (
        ({"text": "x"}, "record"),
        ({"text": "x", "contact": None}, "record"),
        ({"text": "x", "contact": maren, "company": firm}, "record"),
        ({"text": "x", "contact": firm}, "contact"),
        ({"text": "  ", "contact": maren}, "text"),
        ({"contact": maren}, "text"),
    ):
        response = alices.post("notes/", body)
        assert (response.status_code, list(response.data["errors"])) == (422, [wrong]), body
    with inside(acme):
        assert not Note.objects.exists()
        Contact.objects.update(restricted_at="2026-11-20T09:00Z")
    assert alices.post("notes/", {"text": "x", "contact": maren}).status_code == 403


def test_words_are_their_authors_and_a_pin_is_everybodys(alices, acme, bob, program_of):
    maren = alices.post("contacts/", {"first_name": "Maren"}).data["id"]
    address = f"notes/{alices.post('notes/', {'text': 'Hers', 'contact': maren}).data['id']}/"
    bobs = program_of(acme, bob)
    assert bobs.patch(address, {"text": "His"}).status_code == 403
    assert bobs.delete(address).status_code == 403
    assert bobs.patch(address, {"pinned": True}).data["text"] == "Hers"
    Membership.objects.filter(user=bob).update(sees_only_own_records=True)
    assert bobs.get(address).status_code == 404
    assert bobs.get("notes/").data["results"] == []
