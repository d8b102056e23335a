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
    """The next piece, as a worker does it."""
    with inside(account):
        arrivals.go_on(str(ArchiveImport.objects.latest("id").public_id))
        return ArchiveImport.objects.select_related("file").latest("id")


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
    monkeypatch.setattr(candor_archive, "MOST_FILES", 9)
    for made in (plain, larger, lying):
        with pytest.raises(NoArchive, match="more than 9 files"):
            Zipped(io.BytesIO(made))
        with pytest.raises(NoArchive, match="longer than any"):
            Zipped(io.BytesIO(made), 200)


def with_files(number, limit=0):
    file = io.BytesIO()
    with pytest.MonkeyPatch.context() as patch, zipfile.ZipFile(file, "w") as made:
        if limit:
            patch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", limit)
        for each in range(number):
            made.writestr(f"f{each}", b"")
        made.close()
    return file.getvalue()


def test_what_takes_long_to_read_is_read_by_the_worker_alone(archive, away, zoe, inside, monkeypatch):
    monkeypatch.setattr(arrivals, "QUICKLY_READ", 100, raising=False)
    assert upload(browser(zoe), archive).status_code == 302
    job = worked(away, inside)
    assert (job.state, job.total) == ("checked", 0)


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
def test_an_archive_has_bounds_as_a_whole(archive, away, zoe, inside, monkeypatch, module, limit, most, words):
    monkeypatch.setattr(module, limit, most, raising=False)
    assert words in upload_and_check(browser(zoe), archive, away, inside).decode()
