"""What a firm notes of a contact's rights, and that a restricted contact is stored and not used."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, transaction

from crm.models import Activity, Contact, ContactConsent, Deal, DealContact, Note, Pipeline, Stage


def test_a_restricted_contact_is_live_and_not_usable(in_acme):
    free = Contact.objects.create(first_name="Maren")
    Contact.objects.create(first_name="Edith", restricted_at="2026-11-20T09:00Z")
    Contact.objects.create(first_name="Gone", deleted_at="2026-11-20T09:00Z")
    assert list(Contact.objects.usable()) == [free]
    assert Contact.objects.live().count() == 2


def test_a_consent_stays_as_it_was_said(in_acme):
    maren = Contact.objects.create(first_name="Maren")
    said = ContactConsent.objects.create(contact=maren, permission="refused", said_on=date(2026, 11, 2), how="phone")
    for change in ({"permission": "given"}, {"said_on": date(2020, 1, 1)}, {"words": "Yes!"}):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            ContactConsent.objects.filter(pk=said.pk).update(**change)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        ContactConsent.objects.filter(pk=said.pk).delete()
    other = Contact.objects.create(first_name="Mahren")
    ContactConsent.objects.filter(pk=said.pk).update(contact=other)  # as merging does
    other.delete()  # for good: the proof goes with whom it is about
    assert not ContactConsent.objects.exists()


@pytest.fixture
def as_alice(client, alice, acme):
    client.force_login(alice)
    return client


def text_of(response):
    return response.content.decode()


def test_a_restricted_contact_is_kept_and_neither_changed_nor_merged_nor_deleted(as_alice, acme, inside, maren):
    page, privacy = f"/a/acme/contacts/{maren.public_id}/", f"/a/acme/contacts/{maren.public_id}/privacy/"
    as_alice.post(privacy, {"what": "restrict", "restrict-reason": "She objected."})
    text = text_of(as_alice.get(page))
    assert "stored, and not used" in text
    assert "She objected." in text
    assert "by Alice Novak" in text
    assert f"{page}edit/" not in text
    for path, typed in {
        "edit/": {"first_name": "Other"},
        "tags/": {"add": "vip"},
        "delete/": {},
        "facts/title/": {"title": "Other"},
        "privacy/": {"what": "facts", "source": "Other"},
    }.items():
        response = as_alice.post(page + path, typed)
        assert response.status_code == 403, path
        assert "She objected." in text_of(response), path
    assert as_alice.get(f"{page}edit/").status_code == 403
    with inside(acme):
        maren.refresh_from_db()
        assert (maren.first_name, maren.title, maren.source, maren.is_in_bin) == ("Maren", "Director", "", False)
        assert not Contact.objects.usable().exists()
    as_alice.post(privacy, {"what": "lift", "lift-reason": "It was settled."})
    assert "stored, and not used" not in text_of(as_alice.get(page))
    assert "It was settled." in text_of(as_alice.get(page))
    with inside(acme):
        assert Contact.objects.usable().get() == maren


def test_nothing_new_begins_with_a_restricted_contact(as_alice, alice, acme, inside, member_of, maren):
    with inside(acme):
        note = Note.objects.create(contact=maren, author=member_of(alice), text="She prefers mornings.")
        pipeline = Pipeline.objects.create(name="Sales")
        stage = Stage.objects.create(pipeline=pipeline, name="Lead", probability=10, position=1)
        deal = Deal.objects.create(name="Brochure", stage=stage)
        Contact.objects.filter(pk=maren.pk).update(
            restricted_at="2026-11-20T09:00Z", restriction_reason="She objected."
        )
    text = text_of(as_alice.get(f"/a/acme/contacts/{maren.public_id}/"))
    assert "She prefers mornings." in text
    for way in ("activities/new/", "activities/log/", "deals/new/", f"notes/{note.public_id}/"):
        assert way not in text, way
    for path, typed in {
        "activities/new/": {"kind": "call", "subject": "Ring her", "about": "Maren Holt"},
        f"deals/{deal.public_id}/people/": {"contacts": "Maren Holt"},
        f"notes/{note.public_id}/edit/": {"version": 1, "text": "Other"},
        f"notes/{note.public_id}/pin/": {"pin": "1"},
    }.items():
        response = as_alice.post(f"/a/acme/{path}", typed)
        assert response.status_code in (403, 422), path
        assert "stored, and not used" in text_of(response), path
    number = str(maren.public_id)
    assert number not in text_of(as_alice.get(f"/a/acme/activities/new/?contact={number}"))
    assert "Maren" not in text_of(as_alice.get("/a/acme/activities/records/?about=mar"))
    assert "Maren" not in text_of(as_alice.post("/a/acme/deals/people/", {"contacts": "mar"}))
    by_id = {"kind": "call", "subject": "Ring her", "contact": number}
    assert as_alice.post("/a/acme/activities/new/", by_id).status_code == 422
    with inside(acme):
        assert not Activity.objects.exists()
        assert not DealContact.objects.exists()
        assert Note.objects.get().text == "She prefers mornings."


def test_readers_are_not_led_to_a_page_that_is_not_theirs(client, alice, carol, acme, inside, maren):
    with inside(acme):
        Contact.objects.filter(pk=maren.pk).update(restricted_at="2026-11-20T09:00Z")
    page = f"/a/acme/contacts/{maren.public_id}/"
    for reader, is_led in ((alice, True), (carol, False)):
        client.force_login(reader)
        text = text_of(client.get(page))
        assert "stored, and not used" in text
        assert (f"{page}privacy/" in text) is is_led


def test_only_managers_restrict(client, bob, acme, inside, maren):
    client.force_login(bob)
    privacy = f"/a/acme/contacts/{maren.public_id}/privacy/"
    assert 'value="restrict"' not in text_of(client.get(privacy))
    assert client.post(privacy, {"what": "restrict", "restrict-reason": "No"}).status_code == 403
    with inside(acme):
        assert not Contact.objects.get(pk=maren.pk).is_restricted


def test_a_consent_is_noted_with_its_proof(as_alice, acme, inside, maren, files_folder):
    page, privacy = f"/a/acme/contacts/{maren.public_id}/", f"/a/acme/contacts/{maren.public_id}/privacy/"
    proof = SimpleUploadedFile("letter.txt", b"Yes, send me your news. Maren Holt")
    typed = {"what": "consent", "said-permission": "given", "said-said_on": "2026-11-02", "said-how": "letter"}
    as_alice.post(privacy, {**typed, "said-words": "Send me your news.", "said-proof": proof})
    with inside(acme):
        said = ContactConsent.objects.get()
        assert (said.words, said.by.user.email) == ("Send me your news.", "alice@acme.example")
        assert Contact.objects.get(pk=maren.pk).mail_permission == "given"
    assert "Send me your news." in text_of(as_alice.get(page)), "in the timeline"
    given = as_alice.get(privacy, {"proof": said.public_id})
    assert b"".join(given.streaming_content) == b"Yes, send me your news. Maren Holt"

    as_alice.post(privacy, {**typed, "said-permission": "refused"})
    with inside(acme):
        assert Contact.objects.get(pk=maren.pk).mail_permission == "refused"
        assert ContactConsent.objects.count() == 2
    for wrong in (
        {"said-said_on": "2199-01-01"},
        {"said-how": "x"},
        {"said-proof": SimpleUploadedFile("x.exe", b"MZ\0")},
    ):
        assert as_alice.post(privacy, {**typed, **wrong}).status_code == 422
    with inside(acme):
        assert ContactConsent.objects.count() == 2


def test_who_is_kept_past_the_date_is_reviewed(as_alice, acme, inside, maren, edith):
    kept, privacy = "/a/acme/contacts/kept/", f"/a/acme/contacts/{maren.public_id}/privacy/"
    facts = {"what": "facts", "source": "Conference", "legal_basis": "contract", "retention_until": "2020-01-02"}
    as_alice.post(privacy, {**facts, "retention_reason": "Ten years of books", "version": maren.version})
    text = text_of(as_alice.get(kept))
    assert "Maren Holt" in text
    assert "Edith" not in text
    review = {"contact": maren.public_id, "retention_until": "2020-02-03", "retention_reason": "Still"}
    assert as_alice.post(kept, review).status_code == 422
    as_alice.post(kept, {**review, "retention_until": "2199-02-03"}, follow=True)
    assert "Maren Holt" not in text_of(as_alice.get(kept))
    with inside(acme):
        maren.refresh_from_db()
        assert (str(maren.retention_until), maren.retention_reason) == ("2199-02-03", "Still")
        Contact.objects.filter(pk=edith.pk).update(retention_until="2020-01-02")
    as_alice.post(kept, {"contact": edith.public_id, "bin": "1"})
    with inside(acme):
        assert Contact.objects.get(pk=edith.pk).is_in_bin
