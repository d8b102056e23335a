"""Logged mails for programs."""

from accounts.models import Membership
from crm.models import Mail


def test_a_mail_is_logged_shared_put_elsewhere_and_deleted(alices, acme, bob, program_of, inside):
    bobs = program_of(acme, bob)
    maren = alices.post("contacts/", {"first_name": "Maren"}).data["id"]
    firm = alices.post("companies/", {"name": "Tidewater"}).data["id"]
    body = {
        "direction": "sent", "subject": "The plan", "sender": "alice@acme.example", "recipients": "maren@x.example",
        "sent_at": "2026-11-12T08:14:00Z", "body": "Hi Maren,\nhere it is.", "contact": maren,
    }  # fmt: skip
    made = alices.post("mails/", body)
    assert made.status_code == 201, made.data
    assert {name: made.data[name] for name in body} == body
    assert (made.data["shared"], made.data["attachments"]) == (False, [])
    address = f"mails/{made.data['id']}/"
    assert bobs.get(address).status_code == bobs.patch(address, {"shared": True}).status_code == 404
    shared = alices.patch(address, {"shared": True}, if_match=made["ETag"]).data
    assert bobs.get(address).data == shared
    assert bobs.get("mails/?shared=true").data["results"] == [shared]
    assert bobs.delete(address).status_code == 404  # to be read, and no more
    assert alices.patch(address, {"shared": False}, if_match=made["ETag"]).status_code == 412
    moved = alices.patch(address, {"company": firm}).data
    assert (moved["contact"], moved["company"], moved["shared"]) == (None, firm, False)
    assert alices.patch(address, {"subject": "Else"}).data["errors"].keys() == {"subject"}
    assert alices.delete(address).status_code == 204
    assert alices.get("mails/").data["results"] == []


def test_what_is_wrong_is_named(alices, acme, alice, inside):
    maren = alices.post("contacts/", {"first_name": "Maren"}).data["id"]
    for body, wrong in (
        ({"subject": "x"}, "record"),
        ({"contact": maren}, "subject"),
        ({"subject": "x", "contact": maren, "sent_at": "1971-01-01T00:00:00Z"}, "sent_at"),
        ({"subject": "x", "contact": "3f1c7a52-9d0e-4b57-8a3e-0c6d5a4b1e2f"}, "contact"),
    ):
        response = alices.post("mails/", body)
        assert (response.status_code, list(response.data["errors"])) == (422, [wrong]), body
    with inside(acme):
        waits = Mail(member=Membership.objects.get(account=acme, user=alice), subject="Unsorted")
        waits.set_body("…")
        waits.save()
    assert [each["subject"] for each in alices.get("mails/?unsorted=true").data["results"]] == ["Unsorted"]
    refused = alices.patch(f"mails/{waits.public_id}/", {"shared": True})
    assert (refused.status_code, list(refused.data["errors"])) == (422, ["shared"])


def test_a_logged_mail_can_be_shared_at_once(alices, acme, bob, program_of):
    maren = alices.post("contacts/", {"first_name": "Maren"}).data["id"]
    made = alices.post("mails/", {"subject": "The plan", "contact": maren, "shared": True})
    assert program_of(acme, bob).get(f"mails/{made.data['id']}/").data == made.data
