"""Who was erased does not come back by a file: the check says whose address is in it, and somebody decides."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from audit.models import Event
from crm.imports import job as jobs
from crm.models import Contact, ContactEmail, ContactImport, ImportedRow
from privacy.deletion import persons
from privacy.deletion.models import PersonErasure
from tests.promises import promise

FILE = b"First name,Last name,E-mail\nMaren,Holm,MAREN@holm.example\nNils,Gross,nils@gross.example\n"
WORK = "maren@work.example"


@pytest.fixture
def erased(acme, globex, inside, committed):
    """Maren of Acme, with two addresses, erased; Globex has her still."""
    with inside(globex):
        Contact.objects.create(first_name="Maren", last_name="Holm", email="maren@holm.example")
    with inside(acme):
        contact = Contact.objects.create(first_name="Maren", last_name="Holm", email="maren@holm.example")
        ContactEmail.objects.create(contact=contact, email=WORK, email_lower=WORK)
        found = persons.erase(contact, asked_by=None, reason="asked")
    return persons.certify(found), contact


def brought(client, account, inside, content=FILE):
    """A file that is there, its columns as they were guessed, checked as a worker does."""
    client.post(f"/a/{account.slug}/admin/import/", {"file": SimpleUploadedFile("people.csv", content)})
    with inside(account):
        job = ContactImport.objects.latest("pk")
        jobs.start_check(job)
        go_on(job)
    return job, f"/a/{account.slug}/admin/import/{job.public_id}/check/"


def go_on(job):
    while job.is_at_work:
        jobs.go_on(str(job.public_id))
        job.refresh_from_db()


@promise(149)
def test_the_check_says_whose_address_was_erased_and_leaves_the_row_out(client, erased, acme, alice, inside):
    client.force_login(alice)
    job, check = brought(client, acme, inside)
    assert (job.stored, job.rejected, job.of_erased) == (1, 1, 1)
    page = client.get(check).content.decode()
    assert "1 row brings the address of somebody who was erased here" in page
    assert "Somebody with this address was erased here on" in page
    assert "holm.example" not in str(PersonErasure.objects.values().get()).lower(), "a mark is kept, and no address"
    client.post(check)
    with inside(acme):
        job.refresh_from_db()
        go_on(job)
        assert list(Contact.objects.values_list("email", flat=True)) == ["nils@gross.example"]
        assert ImportedRow.objects.get(outcome="rejected").reason.startswith("Row 2: Somebody with this address")
        assert Event.objects.filter(kind="contacts.imported").count() == 1


@promise(149)
def test_somebody_may_say_otherwise_and_nothing_of_the_erased_comes_back(client, erased, acme, alice, inside):
    _, old = erased
    client.force_login(alice)
    job, check = brought(client, acme, inside, FILE.replace(b"MAREN@holm.example", WORK.encode()))
    assert job.of_erased == 1, "a further address of hers is one, too"
    client.post(check, {"takes_erased": "on"})
    with inside(acme):
        job.refresh_from_db()
        go_on(job)
        new = Contact.objects.get(email=WORK)
        assert new.pk != old.pk and new.public_id != old.public_id
        assert not Event.objects.filter(record_id=new.public_id).exclude(kind="contact.created").exists()
        assert persons.preview(new).counts().get("crm_contact deleted") == 1
    # Now somebody wrote her down again: an import that brings the same is about her, and no more about the one before.
    again, check = brought(client, acme, inside, FILE.replace(b"MAREN@holm.example", WORK.encode()))
    assert (again.of_erased, again.known, again.takes_erased) == (0, 2, False)


def test_another_firm_hears_nothing_of_it(client, erased, globex, mallory, inside):
    client.force_login(mallory)
    job, check = brought(client, globex, inside)
    said = client.get(check).content.decode()
    assert (job.of_erased, job.rejected) == (0, 0) and "was erased" not in said and "takes_erased" not in said


def test_programs_and_the_command_leave_them_out_unless_told(erased, acme, inside, tmp_path, capsys):
    file = tmp_path / "people.csv"
    file.write_bytes(FILE)
    call_command("import_contacts", "acme", str(file), json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["stored"], [each["row"] for each in told["rejected"]]) == (1, [2])
    call_command("import_contacts", "acme", str(file), json=True, takes_erased=True)
    assert json.loads(capsys.readouterr().out)["rejected"] == []
    with inside(acme):
        assert Contact.objects.filter(email__iexact="maren@holm.example").count() == 1
