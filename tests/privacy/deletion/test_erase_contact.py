"""A contact goes: what the preview says is what goes; no word of them is in a whole dump, in letters or in files."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

import audit
import datamap
from accounts import mail
from accounts.files.stored import store
from accounts.models import Membership
from crm.models import BulkEdit, Company, Contact, ContactConsent, CustomField, Deal, Mail, Note, SavedView, SearchToken
from crm.search import reindex
from crm.stored_files import LIST_AS_CSV
from datamap import Subject
from privacy.deletion import holds, ledger, persons, tables
from privacy.deletion.models import PersonErasure
from tenancy.probe import RowMaker
from tests.privacy.deletion.test_erase_account import dump
from tests.promises import promise

MARK = "Zyxcanary"
NAME = ("Zanna", "Quillfeather")
BY_NUMBER = {  # tables that know the contact by its number alone
    "crm_searchtoken": "UPDATE crm_searchtoken SET kind = 'contact', record_id = %s WHERE token LIKE 'Zyx%%'",
    "crm_customkey": "UPDATE crm_customkey SET record_id = %s WHERE sort_key LIKE 'Zyx%%'",
    "crm_bulkchange": 'UPDATE crm_bulkchange SET before = \'{"a": "Zyxcanary"}\', record_id = %s WHERE id = %s',
    "crm_importedchange": "UPDATE crm_importedchange SET kind = 'contact', record_id = %s WHERE id = %s",
}


@pytest.fixture
def zanna(acme, bob, committed, inside, recorder):
    """A contact with a row of their own in every table that may be about one, each text of it a canary."""
    rows = RowMaker(word="Plain")
    with recorder.looking_away(), inside(acme):
        for table in tables.in_order():
            if table.name.startswith("crm_"):
                rows.row(table.name, acme.pk)
        contact = Contact.objects.create(
            first_name=NAME[0], last_name=NAME[1], email="zanna@quillfeather.example", phone="+49 151 234 5678",
            note=f"{MARK} note", source=f"{MARK} source", custom={"a": f"{MARK} custom"},
        )  # fmt: skip
        reindex([contact])
        rows.word = MARK
        rows.rows["crm_contact", acme.pk] = Contact.objects.filter(pk=contact.pk).values().get()
        for name in about_contacts():
            made = rows.make(name, acme.pk)
            rows.rows[name, acme.pk] = made
            with connection.cursor() as cursor:
                if "contact_id" in made:
                    cursor.execute(f"UPDATE {name} SET contact_id = %s WHERE id = %s", [contact.pk, made["id"]])
                elif name in BY_NUMBER:
                    cursor.execute(BY_NUMBER[name], [contact.pk, *([made["id"]] if "id" in made else [])])
        CustomField.objects.update(noun="contact")
        BulkEdit.objects.update(kind="contacts")
    return contact


def about_contacts():
    """Tables with rows about contacts, in an order in which rows can be made."""
    about = {entry.model._meta.db_table for entry in datamap.entries_for(Subject.CONTACT) if entry.erase}
    return [table.name for table in reversed(tables.in_order()) if table.name in about - {"crm_contact"}]


def name_elsewhere(firm, contact):
    """Texts about others that name the contact, and copies of them."""
    boss, word = Membership.objects.get(account=firm, user__email="alice@acme.example"), " ".join(NAME)
    company = Company.objects.create(name="Tidewater", note=f"{word} knows the way in. Call 0151 2345678.")
    reindex([company])
    note = Note.objects.create(company=company, author=boss, text=f"{NAME[1]}, {NAME[0]} likes tea")
    reindex([note])
    deal = Deal.objects.exclude(custom={"b": "x"}).first()
    Deal.objects.filter(pk=deal.pk).update(custom={"b": ["zanna@QUILLFEATHER.example"]})
    SavedView.objects.create(owner=boss, kind="deals", name=f"For {word}")
    letter = Mail(member=boss, company=company, subject="Lunch")
    letter.set_body(f"Who is {word}?")
    letter.save()
    audit.record("company.changed", company, data={"changes": {"note": ["", f"Ask {word}"]}})
    audit.record("contact.changed", contact, data={"changes": {"note": ["", MARK]}})
    mail.write("closing_undone", "alice@acme.example", account=firm, firm=word, by=word)
    return store([f"{word};1".encode()], purpose=LIST_AS_CSV, name="contacts.csv", by=boss), company


@promise(17, 100, 111, 127, 132, 149)
def test_nothing_of_a_contact_is_left_and_the_preview_said_so(
    zanna, acme, inside, outside, worker_database, state_of, globex
):
    with inside(acme):
        made, company = name_elsewhere(acme, zanna)
    mail.sweep()
    before = dump(worker_database)
    assert before.count(MARK) > 30 and "Quillfeather" in before
    others = state_of(globex)

    with inside(acme):
        seen = persons.preview(zanna)
        doomed = {line.table for line in seen.of("deleted")}
        assert set(about_contacts()) - doomed == set(), "a row of every table about contacts is tried"
        assert seen.may_go and {each.what for each in seen.mentions if each.is_sure} >= {"Company, note", "Mail, text"}
        erasure = persons.erase(zanna, asked_by=None, reason="asked")
        assert {f"{each['table']} {each['fate']}": each["rows"] for each in erasure.lines if not each["fields"]} == {
            key: rows for key, rows in seen.counts().items() if key.count(" ") == 1
        }
        assert Company.objects.get(pk=company.pk).note == "[erased] knows the way in. Call [erased]."
        assert not SearchToken.objects.filter(token__startswith="quillf").exists()
    assert not made.path.exists(), "lists that were made hold contacts"
    assert state_of(globex) == others, "another firm's rows are as they were"

    persons.certify(erasure)
    after = dump(worker_database)
    for word in (MARK, "Quillfeather", "Zanna", "2345678"):
        assert word.lower() not in after.lower(), word
    assert [path for path in outside.rglob("*") if path.is_file() and b"uillfeather" in path.read_bytes()] == []
    assert audit.verify(acme.pk).findings == []
    assert [line.kind for line in ledger.lines()] == ["contact"]


@promise(17, 100, 111)
def test_who_may_erase_looks_first_reads_the_texts_and_gets_a_certificate(client, acme, alice, bob, mallory, inside):
    with inside(acme):
        boss = Membership.objects.get(account=acme, user=alice)
        contact = Contact.objects.create(first_name=NAME[0], last_name=NAME[1], email="zanna@quillfeather.example")
        company = Company.objects.create(name="Tidewater", note=f"{NAME[0]} {NAME[1]} knows.")
        other = Note.objects.create(company=company, author=boss, text="Quillfeather & Sons deliver on Monday")
    url = f"/a/acme/contacts/{contact.public_id}/erase/"
    for person, status in ((bob, 403), (mallory, 404)):
        client.force_login(person)
        assert client.get(url).status_code == client.post(url).status_code == status
    client.force_login(alice)
    assert url in client.get(f"/a/acme/contacts/{contact.public_id}/").content.decode()
    page = client.get(url).content.decode()
    assert "Company, note" in page and "Quillfeather &amp; Sons" in page
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    names = re.findall(r'name="blanked"\s+value="([^"]+)"\s*(checked)?', page)
    assert sorted(mark for _, mark in names) == ["", "checked"], "what may be somebody else is left to whoever reads"
    asked = {"reason": "child", "name": "zanna quillfeather", "seen": seen, "blanked": [n for n, mark in names if mark]}
    assert client.post(url, asked | {"name": "Tidewater"}).status_code == 422
    assert b"Read the texts once more" in client.post(url, asked | {"seen": "x"}).content

    # A legal hold of anything that would go keeps all of it; sealed, it does not say what for.
    until = timezone.localdate() + timedelta(days=9)
    scope = {"record_type": "crm.contact", "record_id": contact.public_id}
    hold = holds.place(acme, matter="Berg", reason="x", custodian="Sam", review_on=until, is_sealed=True, **scope)
    held = client.post(url, asked).content.decode()
    assert "a court has sealed" in held and "Berg" not in held
    with inside(acme):
        assert Contact.objects.filter(pk=contact.pk).exists()
    holds.release(hold)

    done = client.post(url, asked)
    erasure = PersonErasure.objects.get()
    assert done.status_code == 302 and done["Location"] == f"/certificates/of/{erasure.public_id}/"
    with inside(acme):
        assert not Contact.objects.exists()
        assert Note.objects.get(pk=other.pk).text.startswith("Quillfeather & Sons"), "it was not marked"
    persons.certify(erasure)
    page = client.get(done["Location"]).content.decode()
    assert "the signature is good" in page and "They are a child" in page and "Quillfeather" not in page
    assert client.get(f"{done['Location']}certificate.json").json()["certificate"]["ground"] == "They are a child"


@promise(111)
def test_owners_find_the_certificates_of_whom_was_erased_here(client, acme, globex, alice, bob, mallory, inside):
    place = "/a/acme/admin/erased/"
    for person, status in ((bob, 403), (mallory, 404)):
        client.force_login(person)
        assert client.get(place).status_code == status
    client.force_login(alice)
    assert "Nobody has been erased in Acme" in client.get(place).content.decode()
    assert place in client.get("/a/acme/admin/").content.decode()
    found = {}
    for firm, name in ((acme, "Zanna"), (globex, "Otto")):
        with inside(firm):
            contact = Contact.objects.create(first_name=name, last_name="Quillfeather")
            found[firm] = persons.erase(contact, asked_by=None, reason="asked")
    page = client.get(place).content.decode()
    assert "It is being signed" in page and "Quillfeather" not in page
    for erasure in found.values():
        persons.certify(erasure)
    page = client.get(place).content.decode()
    address = f"/certificates/of/{found[acme].public_id}/"
    assert f'href="{address}"' in page and f'href="{address}certificate.json"' in page
    assert str(found[globex].public_id) not in page, "another firm's"
    printed = client.get(address).content.decode()
    assert "data-print" in printed and "js/print.js" in printed
    assert "Nothing." in printed, "nothing of a contact stayed, and the page says so"


def test_a_line_that_can_only_be_added_is_told_of_and_stays(acme, inside, db):
    """What another contact said of mail is a proof: nobody may change it, and the erasing does not stumble over it."""
    with inside(acme):
        nils, zanna = (
            Contact.objects.create(first_name=first, last_name=last) for first, last in (("Nils", "G"), NAME)
        )
        said = ContactConsent.objects.create(
            contact=nils,
            permission="given",
            how="mail",
            said_on=timezone.localdate(),
            words=f"{' '.join(NAME)} heard it",
        )
        seen = persons.preview(zanna)
        assert seen.mentions == () and "1 line that can only be added" in seen.others[0]
        persons.erase(zanna, asked_by=None, reason="asked")
        assert ContactConsent.objects.get(pk=said.pk).words == said.words
