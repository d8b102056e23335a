"""Admin, Import an archive: checked, decided about, stored at once; and nobody is let in by it."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts import jobs
from accounts.actions import open_account
from accounts.models import Account, Membership, OutgoingMail, StoredFile, User
from accounts.people import invitations
from audit.keys import ready_key
from audit.models import Event
from crm.models import Company, Contact
from privacy.exports import arrivals, candor_archive, checking
from privacy.exports.archive import Writing
from privacy.exports.candor_archive import NoArchive, Zipped, verify
from privacy.exports.models import ArchiveImport
from privacy.exports.scopes import whole
from privacy.exports.snapshot import Snapshot
from tests.promises import promise
from timetracking.models import Project, TimeEntry

URL = "/a/away/admin/import/archive/"


def browser(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def archive(committed, key_file, files_folder, acme, alice, bob, inside):
    """What Acme has: a contact of a company, and an hour of Bob's."""
    with inside(acme):
        Contact.objects.create(first_name="Maren", company=Company.objects.create(name="Tidewater"))
        project = Project.objects.create(name="Website")
        bobs = Membership.objects.get(account=acme, user=bob)
        TimeEntry.objects.create(project=project, person=bobs, day=timezone.localdate(), minutes=50)
    with inside(acme), Snapshot(acme.pk) as snapshot:
        return b"".join(Writing(acme, whole(), snapshot, ready_key(), "Alice").chunks())


@pytest.fixture
def zoe(archive):
    return User.objects.create_user("zoe@away.example", "a long word", first_name="Zoe", last_name="Ek")


@pytest.fixture
def away(zoe):
    """An account that is empty yet."""
    return open_account(zoe, name="Away", time_zone="Europe/Copenhagen", currency="EUR").account


def upload(client, content):
    return client.post(URL, {"file": SimpleUploadedFile("acme.zip", content, "application/zip")})


def worked(account, inside):
    """The next pieces, as a worker does them: a look and the check, or the storing."""
    was = piece(account, inside, do=False).state
    while (job := piece(account, inside)).state == was and job.is_at_work:
        pass
    return job


def piece(account, inside, *, do=True):
    with inside(account):
        jobs = ArchiveImport.objects.select_related("file", "account")
        if do:
            arrivals.go_on(str(jobs.latest("id").public_id))
        return jobs.latest("id")


def letters(kind):
    return sorted(OutgoingMail.objects.filter(kind=kind).values_list("to", flat=True))


@promise(113)
def test_an_archive_comes_in_at_once_and_nobody_is_let_in_by_it(archive, away, zoe, alice, bob, mallory, inside):
    client = browser(zoe)
    assert browser(mallory).get(URL).status_code == 404
    url = upload(client, archive)["Location"]
    assert b"Checking the archive" in client.get(url).content
    assert b"being brought in already" in upload(client, archive).content
    assert worked(away, inside).state == "checked"
    page = client.get(url).content.decode()
    for words in ("What it would bring", "this Candor", "Contacts", "Stays behind", "alice@acme.example"):
        assert words in page, words
    invited = re.search(r'name="invite"\s+value="([^"]+)"[^>]*>\s*<span[^>]*><b[^>]*>Alice', page)[1]
    with inside(away):
        assert not Contact.objects.exists()
    assert client.post(url + "bring/", {"invite": [invited]}).status_code == 302
    assert b"Storing the archive" in client.get(url).content
    job = worked(away, inside)
    assert (job.state, job.findings, job.people, job.rows > 3) == ("done", [], [], True), job.failure
    assert b"1 person is invited" in client.get(url).content
    with inside(away):
        assert Contact.objects.get().company.name == "Tidewater"
        assert TimeEntry.objects.get().person.kept_for == "bob@acme.example"
        assert job.file.discarded_at and not StoredFile.objects.get(pk=job.file_id).path.exists()
        kinds = set(Event.objects.filter(account_id=away.pk).values_list("kind", flat=True))
        assert kinds >= {"archive.uploaded", "archive.accepted", "archive.imported", "member.invited"}
    assert letters("archive_coming") == letters("archive_brought") == ["zoe@away.example"]
    check_people(client, away, alice, bob, inside)
    assert b"still empty" in upload_and_check(client, archive, away, inside)


def check_people(client, away, alice, bob, inside):
    """Bob has the address and is no member; Alice was asked, agrees, and finds what was hers."""
    assert letters("invitation") == ["alice@acme.example"]
    assert User.objects.filter(memberships__account=away, email__in=[alice.email, bob.email]).count() == 0
    for user in (alice, bob):
        assert browser(user).get("/a/away/").status_code == 404
    with inside(away):
        bobs = Membership.objects.get(account=away, kept_for=bob.email)
        alices = Membership.objects.get(account=away, kept_for=alice.email)
    page = f"/a/away/admin/people/{bobs.public_id}/"
    assert b"Not here yet" in client.get(page).content
    assert b"who has not agreed" in client.post(page + "reactivate/", follow=True).content
    assert browser(bob).get("/a/away/").status_code == 404
    stand_in = alices.user_id
    invitation = invitations.Invitation.objects.get(account=away)
    invitations._let_in(invitation, alice)
    alices.refresh_from_db()
    assert (alices.user, alices.kept_for, alices.is_active) == (alice, "", True)
    assert not User.objects.filter(pk=stand_in).exists()
    assert browser(alice).get("/a/away/").status_code == 200


def upload_and_check(client, content, account, inside):
    url = upload(client, content)["Location"]
    assert worked(account, inside).state == "failed"
    return client.get(url).content


def test_what_is_no_archive_is_refused_in_words_and_nothing_of_it_is_kept(archive, away, zoe, inside):
    client = browser(zoe)
    assert "This is no zip file" in upload(client, b"PK\x03\x04 nothing").content.decode()
    cut = bytearray(archive)
    at = archive.index(b"data/crm.contact.jsonl") + 60
    cut[at] ^= 1
    said = upload_and_check(client, bytes(cut), away, inside).decode()
    assert "Nothing was stored." in said and "data/crm.contact.jsonl" in said
    with inside(away):
        assert not StoredFile.objects.filter(discarded_at=None).exists()
        assert ArchiveImport.objects.get().people == []


def test_a_flipped_byte_of_any_file_is_found(archive):
    """Packed or not, of whatever kind the file is."""
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        places = [(each.filename, each.header_offset + 30 + len(each.filename) + 20, each.compress_size)
                  for each in found.infolist() if each.compress_size > 40]  # fmt: skip
    for name, start, size in places[:: len(places) // 40]:
        changed = bytearray(archive)
        changed[start + size // 2] ^= 4
        try:
            findings = verify(Zipped(io.BytesIO(changed))).findings
        except NoArchive as trouble:
            findings = [str(trouble)]
        assert findings, name


def test_between_check_and_storing_the_account_must_stay_empty_and_its_owner_one(archive, away, zoe, alice, inside):
    client = browser(zoe)
    url = upload(client, archive)["Location"]
    worked(away, inside)
    with inside(away):
        contact = Contact.objects.create(first_name="Early")
    assert client.post(url + "bring/").status_code == 409
    with inside(away):
        contact.delete()
    client.post(url + "bring/")
    Membership.objects.filter(account=away, user=zoe).update(role="admin")
    assert (worked(away, inside).failure, client.get(URL).status_code) == (arrivals.LEFT, 403)
    Membership.objects.filter(account=away, user=zoe).update(role="owner")
    url = upload(client, archive)["Location"]
    worked(away, inside)
    assert client.post(url + "drop/").status_code == 302
    assert client.post(url + "bring/").status_code == 302
    with inside(away):
        job = ArchiveImport.objects.latest("id")
        assert (job.state, job.people, Contact.objects.exists()) == ("cancelled", [], False)
        upload(client, archive)
        StoredFile.objects.filter(discarded_at=None).update(expires_at=timezone.now() - timedelta(1))


def test_what_no_column_takes_is_found_before_anything_is_stored():
    for value in (float("nan"), {"a": [float("inf")]}, "\ud800", {"\udfff": 1}, "\x00"):
        with pytest.raises(ValidationError, match="no record has"):
            checking._json(value)
    assert checking._json({"a": ["é", "🌊", None, 1.5]}) == {"a": ["é", "🌊", None, 1.5]}


def test_a_zip_that_lists_too_much_is_refused_before_any_of_its_files_is_known(monkeypatch):
    """Whatever it says of how many there are; in the larger kind of zip, too."""
    plain, larger = with_files(10), with_files(10, limit=5)
    lying = plain.replace((10).to_bytes(2, "little") * 2, (1).to_bytes(2, "little") * 2)
    assert b"PK\x06\x06" in larger and b"PK\x06\x06" not in plain and lying != plain
    assert len(Zipped(io.BytesIO(larger)).names()) == 10
    monkeypatch.setattr(zipfile, "ZipInfo", lambda *args: pytest.fail("a file of it is known"))
    for made in (plain, larger, lying):
        with pytest.raises(NoArchive, match="more than 9 files"):
            Zipped(io.BytesIO(made), most=9)
        with pytest.raises(NoArchive, match="longer than any"):
            Zipped(io.BytesIO(made), most=10, largest=200)


def with_files(number, limit=0):
    file = io.BytesIO()
    with pytest.MonkeyPatch.context() as patch, zipfile.ZipFile(file, "w") as made:
        if limit:
            patch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", limit)
        for each in range(number):
            made.writestr(f"f{each}", b"")
        made.close()
    return file.getvalue()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda zipped: zipped + b" ",
        lambda zipped: zipped[:-1],
        lambda zipped: zipped[:12],
        lambda zipped: b"",
        lambda zipped: b"#!/bin/sh\n" + zipped,
        lambda zipped: zipped[:-2] + b"\x01\x00!",
        lambda zipped: zipped[:-10] + (2**31).to_bytes(4, "little") + zipped[-6:],
        lambda zipped: zipped[:-6] + bytes(4) + zipped[-2:],
        lambda zipped: zipped.replace(b"PK\x06\x06", b"PK\x06\x05"),
        lambda zipped: zipped.replace(b"PK\x01\x02", b"PK\x01\x03", 1),
        lambda zipped: zipped.replace(b"PK\x05\x06", b"PK\x05\x05"),
    ],
)
def test_a_zip_whose_end_does_not_fit_is_none(spoil):
    """Neither more nor less than a zip of ours ends with: no other program could read another list than we do."""
    for made in (with_files(10), with_files(10, limit=5)):
        if (spoiled := spoil(made)) != made:
            with pytest.raises(NoArchive, match="no zip file"):
                Zipped(io.BytesIO(spoiled))


def test_files_that_lie_on_top_of_each_other_are_a_trap():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("a", b"x" * 5000)
        for name in "bcd":
            twin = zipfile.ZipInfo(name)
            for part in ("compress_size", "file_size", "CRC", "header_offset"):
                setattr(twin, part, getattr(made.infolist()[0], part))
            made.filelist.append(twin)
            made._didModify = True
    with pytest.raises(NoArchive, match="on top of each other"):
        Zipped(file)


def test_while_somebody_waits_nothing_but_the_end_of_their_zip_is_read(archive, away, zoe, inside, monkeypatch):
    client = browser(zoe)
    with monkeypatch.context() as patch:
        patch.setattr(zipfile, "ZipFile", lambda *args: pytest.fail("its list was read"))
        patch.setattr(arrivals, "MOST_FILES", 3)
        assert b"more than 3 files, the most that we open. The operator" in upload(client, archive).content
        patch.setattr(arrivals, "MOST_FILES", 40_000)
        patch.setattr(arrivals, "LARGEST_LIST", 100)
        assert b"longer than any that we open. The operator" in upload(client, archive).content
        patch.setattr(arrivals, "LARGEST_LIST", 10**6)
        with inside(away):
            assert not (ArchiveImport.objects.exists() or StoredFile.objects.exists())
        url = upload(client, archive)["Location"]
    assert piece(away, inside, do=False).total == 0
    job = piece(away, inside)
    assert (job.state, job.total > 20) == ("checking", True)
    assert f"{job.total:,} rows, each read twice".encode() in client.get(url).content
    assert piece(away, inside).state == "checked"


def test_a_manifest_too_large_for_a_worker_is_left_to_the_operator(archive, away, zoe, inside, monkeypatch):
    monkeypatch.setattr(arrivals, "LARGEST_MANIFEST", 100)
    assert "The operator can bring it in" in upload_and_check(browser(zoe), archive, away, inside).decode()


def test_five_are_taken_within_a_day(archive, away, zoe, inside):
    client = browser(zoe)
    for _ in range(5):
        url = upload(client, archive)["Location"]
        with inside(away):
            ArchiveImport.objects.filter(state="checking").update(state="checked")
        client.post(url + "drop/")
    answer = upload(client, archive)
    assert (answer.status_code, b"within a day" in answer.content) == (422, True)
    with inside(away):
        ArchiveImport.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert upload(client, archive).status_code == 302


def read_only(account):
    Account.objects.filter(pk=account.pk).update(trial_ends_at=timezone.now() - timedelta(2))


def test_an_import_that_was_accepted_and_stops_is_told_to_the_owners(archive, away, zoe, inside):
    client = browser(zoe)
    url = upload(client, archive)["Location"]
    worked(away, inside)
    assert client.post(url + "bring/").status_code == 302
    read_only(away)
    job = worked(away, inside)
    assert (job.state, job.failure, job.people) == ("failed", arrivals.PAUSED, [])
    assert letters("archive_brought") == ["zoe@away.example"]
    with inside(away):
        assert Event.objects.filter(kind="archive.refused").count() == 1


@pytest.mark.parametrize("ending", ["three deaths", "something unexpected", "refused while stored"])
def test_however_an_accepted_import_breaks_off_every_owner_hears_of_it(
    archive, away, zoe, alice, inside, monkeypatch, ending
):
    Membership.objects.create(account=away, user=alice, role="owner")
    client = browser(zoe)
    url = upload(client, archive)["Location"]
    worked(away, inside)
    assert client.post(url + "bring/").status_code == 302
    if ending == "three deaths":
        with inside(away):
            ArchiveImport.objects.filter(state="running").update(tries=jobs.MOST_TRIES)
            assert not jobs.begin_try(ArchiveImport, str(ArchiveImport.objects.latest("id").public_id))
    else:
        trouble = checking.Refused("Not today.") if "refused" in ending else RuntimeError("Who knows")
        monkeypatch.setattr(arrivals, "bring", lambda *args, **kwargs: (_ for _ in ()).throw(trouble))
        worked(away, inside)
    job = piece(away, inside, do=False)
    assert (job.state, job.people) == ("failed", [])
    assert letters("archive_brought") == ["alice@acme.example", "zoe@away.example"]
    letter = OutgoingMail.objects.filter(kind="archive_brought").first()
    assert job.failure in letter.text and "Away is as it was" in " ".join(letter.text.split())
    for owner in (zoe, alice):
        page = browser(owner).get("/a/away/notices/").content.decode()
        assert "could not bring the archive in. Nothing of it was stored" in page
    page = client.get(url).content.decode()
    assert "Nothing was stored." in page and "Away is as it was" in page and "is not kept either" in page
    with inside(away):
        assert Event.objects.filter(kind="archive.refused").count() == 1
        assert not Contact.objects.exists() and job.file.discarded_at


def test_a_read_only_account_may_still_throw_an_archive_away(archive, away, zoe, inside):
    client = browser(zoe)
    url = upload(client, archive)["Location"]
    worked(away, inside)
    read_only(away)
    assert client.post(url + "bring/").status_code == 402
    assert client.post(url + "drop/").status_code == 302
    with inside(away):
        job = ArchiveImport.objects.latest("id")
        assert (job.state, job.people, job.file.discarded_at is None) == ("cancelled", [], False)


@pytest.mark.parametrize(
    ("module", "limit", "most", "words"),
    [
        (arrivals, "MOST_UNPACKED", 1000, "would unpack to far more"),
        (checking, "MOST_ROWS", 3, "more than 3 rows"),
        (checking, "MOST_PEOPLE", 1, "more than 1 people"),
    ],
)
def test_an_archive_has_bounds_as_a_whole_asked_before_any_row_is_read(
    archive, away, zoe, inside, monkeypatch, module, limit, most, words
):
    monkeypatch.setattr(module, limit, most)
    monkeypatch.setattr(checking, "verify", lambda *args, **kwargs: pytest.fail("its files were read"))
    assert words in upload_and_check(browser(zoe), archive, away, inside).decode()


def test_what_is_read_counts_whatever_an_archive_says_of_itself(archive, away, zoe, inside, monkeypatch):
    monkeypatch.setattr(arrivals, "MOST_UNPACKED", 5000)
    monkeypatch.setattr(Zipped, "size", lambda *args: 0)
    assert "would unpack to far more" in upload_and_check(browser(zoe), archive, away, inside).decode()
    monkeypatch.undo()
    files = Zipped(io.BytesIO(archive))
    monkeypatch.setattr(checking, "MOST_ROWS", 3)
    monkeypatch.setattr(checking, "MOST_PEOPLE", 0)
    monkeypatch.setattr(checking, "looked_into", lambda files, *args: candor_archive.read_manifest(files))
    with pytest.raises(checking.Refused, match="more than 3 rows"):
        checking.check(files)
