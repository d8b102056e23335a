"""Erasing for programs: the same previews as on the pages, and only with a key for it, only what was previewed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, Membership
from accounts.people import members
from crm.models import Company, Contact, Note
from demo import cast
from privacy.deletion import holds, ledger, persons, preview
from privacy.deletion.models import PersonErasure
from tests.promises import promise


@pytest.fixture(autouse=True)
def outside(tmp_path, settings):
    settings.DELETION_LEDGER, settings.AUDIT_LOG_KEY = tmp_path / "ledger.jsonl", ""
    settings.AUDIT_LOG_KEY_FILE = tmp_path / "audit_log_key"


def order(preview, **changed):
    return {"reason": "asked", "seen": preview.data["seen"], **changed}


@promise(111, 127)
def test_programs_read_what_would_become_of_whom(alices, mallorys, acme, bob, inside):
    with inside(acme):
        Company.objects.create(name="Tidewater", note="Ask Maren Holm")
        contact = Contact.objects.create(first_name="Maren", last_name="Holm", email="maren@holm.example")
        member = Membership.objects.get(account=acme, user=bob)
        expected = persons.preview(contact).counts()
        rows = preview.of_account(acme).rows
    told = alices.get(f"contact-erasures/{contact.public_id}/").data
    assert {
        " ".join([each["table"], each["fate"], *each["fields"]]): each["rows"] for each in told["lines"]
    } == expected
    assert [(each["what"], each["is_sure"]) for each in told["mentions"]] == [("Company, note", True)]
    assert "Deactivate them first" in alices.get(f"member-erasures/{member.public_id}/").data["hindrances"][0]
    assert alices.get("account-erasure/").data["rows"].keys() == rows.keys()
    assert mallorys.get(f"contact-erasures/{contact.public_id}/").status_code == 404
    with inside(acme):
        assert Contact.objects.filter(pk=contact.pk).exists()


@promise(111, 127)
def test_a_contact_is_erased_as_it_was_previewed_and_once(alices, mallorys, program_of, acme, alice, inside):
    with inside(acme):
        contact = Contact.objects.create(first_name="Maren", last_name="Holm", email="maren@holm.example")
        other = Contact.objects.create(first_name="Nils")
    path = f"contact-erasures/{contact.public_id}/"
    seen = alices.get(path)
    assert (seen.data["state"], seen.data["certificate"]) == ("previewed", None)
    without = program_of(acme, alice, "crm:write", "privacy:write", "admin:read").post(f"{path}erase/", order(seen))
    assert without.status_code == 403 and "admin:erase" in without.data["detail"]
    assert mallorys.post(f"{path}erase/", order(seen)).status_code == 404
    for wrong in ({"reason": "again"}, {"reason": ["asked"]}, {"seen": "x"}, {"seen": 1}, {"name": "Maren"}):
        refused = alices.post(f"{path}erase/", order(seen, **wrong))
        assert refused.status_code == 422 and list(refused.data["errors"]) == list(wrong)
    with inside(acme):
        Note.objects.create(contact=contact, text="Rang", author=Membership.objects.get(account=acme, user=alice))
    changed = alices.post(f"{path}erase/", order(seen))
    assert "has changed since" in changed.data["errors"]["seen"][0]

    seen = alices.get(path)
    done = alices.post(f"{path}erase/", order(seen), idempotency_key="erase-1")
    assert done.status_code == 200, done.data
    lines = {" ".join([each["table"], each["fate"], *each["fields"]]): each["rows"] for each in done.data["lines"]}
    assert lines == {
        " ".join([each["table"], each["fate"], *each["fields"]]): each["rows"] for each in seen.data["lines"]
    }
    with inside(acme):
        assert not Contact.objects.filter(pk=contact.pk).exists() and Contact.objects.filter(pk=other.pk).exists()
    # Asked for again, by the same key or without one, it is what was done; nothing happens twice.
    again = alices.post(f"{path}erase/", order(seen), idempotency_key="erase-1")
    assert again.data == done.data and again.headers["Idempotency-Replayed"] == "true"
    persons.certify(PersonErasure.objects.get())
    for told in (alices.post(f"{path}erase/", order(seen)), alices.get(path)):
        assert told.data == {**done.data, "state": "done"}
    assert len(ledger.lines()) == PersonErasure.objects.count() == 1
    public = done.data["certificate"].partition("://")[2].partition("/")[2]
    assert "the signature is good" in alices.client.get(f"/{public}").content.decode()
    assert mallorys.get(path).status_code == 404


@promise(111)
def test_what_stands_in_texts_about_others_is_read_by_somebody_first(alices, acme, inside):
    with inside(acme):
        Company.objects.create(name="Tidewater", note="Ask Maren Holm")
        contact = Contact.objects.create(first_name="Maren", last_name="Holm")
    path = f"contact-erasures/{contact.public_id}/"
    refused = alices.post(f"{path}erase/", order(alices.get(path)))
    assert (refused.status_code, refused.data["type"].rpartition("#")[2]) == (409, "to-be-read")
    assert "1 text is about something else" in refused.data["detail"]
    assert refused.data["detail"].endswith(f"/a/acme/contacts/{contact.public_id}/erase/")
    with inside(acme):
        Company.objects.update(note="")
        until = timezone.localdate() + timedelta(days=9)
        scope = {"record_type": "crm.contact", "record_id": contact.public_id}
        holds.place(acme, matter="Berg", reason="x", custodian="Sam", review_on=until, **scope)
    held = alices.post(f"{path}erase/", order(alices.get(path)))
    assert (held.status_code, held.data["type"].rpartition("#")[2]) == (409, "in-the-way") and "Berg" in str(held.data)
    with inside(acme):
        assert Contact.objects.filter(pk=contact.pk).exists()


@promise(127)
def test_a_former_member_is_erased_and_an_owner_only_by_owners(alices, program_of, acme, alice, bob, carol, inside):
    with inside(acme):
        member, boss = (Membership.objects.get(account=acme, user=each) for each in (bob, alice))
    path = f"member-erasures/{member.public_id}/"
    here = alices.post(f"{path}erase/", order(alices.get(path)))
    assert here.status_code == 409 and "Deactivate them first" in here.data["detail"]
    with inside(acme):
        members.leave(member, to=None)
    done = alices.post(f"{path}erase/", order(alices.get(path)))
    assert done.status_code == 200, done.data
    with inside(acme):
        assert str(Membership.objects.select_related("user").get(pk=member.pk)).startswith("Former member")
    assert alices.get(path).data["certificate"] == done.data["certificate"]
    assert alices.post(f"{path}erase/", order(alices.get(path))).data == done.data
    assert alices.get(f"members/{member.public_id}/").data["email"] == ""
    Membership.objects.filter(account=acme, user=carol).update(is_privacy_approver=True)
    carols = program_of(acme, carol)
    assert carols.get(path).status_code == 200
    assert carols.get(f"member-erasures/{boss.public_id}/").status_code == 404


@promise(111)
def test_whoever_has_a_key_reads_what_would_become_of_them_here(alices, program_of, acme, globex, bob, inside):
    cast.joins(globex, bob, Membership.Role.MEMBER)
    assert "only owner of Acme" in alices.get("my-erasure/").data["hindrances"][0]
    told = program_of(acme, bob).get("my-erasure/").data
    assert told["id"] == str(Membership.objects.get(account=acme, user=bob).public_id) and told["lines"]
    assert "Globex" not in str(told) and "/erase-me/" in told["others"][-1]
    assert Membership.objects.filter(user=bob, removed_at=None).count() == 2, "it changed nothing"
    assert Account.objects.filter(slug="acme").exists()
