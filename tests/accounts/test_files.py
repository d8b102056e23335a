"""Stored files: encrypted for one account, read from any place, gone when expired."""

import io
import os
import tracemalloc
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts import closing
from accounts.files import purposes
from accounts.files import stored as files
from accounts.files.content import TEXT
from accounts.files.purposes import Purpose, Unwelcome
from accounts.files.sealed import CHUNK, SALT, TAG, DamagedFile
from accounts.models import AccountKey, StoredFile
from accounts.tasks import discard_expired_files
from tenancy.context import current_account_id
from tenancy.errors import NoAccount
from tests.promises import promise

SECRET = b"Maren <maren@nordlicht.example>\n"
NOTES = Purpose("notes", made_as="text/plain")


@pytest.fixture(autouse=True)
def folder(files_folder):
    return files_folder


def keep(content=SECRET, name="contacts.csv", days=30):
    return files.store([content], purpose=replace(NOTES, keep_for=timedelta(days=days)), name=name)


def test_what_was_stored_comes_back(in_acme):
    stored = keep()
    with stored.open() as file:
        assert file.read() == SECRET
    assert (stored.size, len(stored.sha256)) == (len(SECRET), 64)


def test_what_a_writer_left_when_it_died_is_in_nobodys_way(in_acme):
    name = uuid4()
    draft = files.folder_of(current_account_id()) / f"{name}.part"
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.write_bytes(b"half of it")
    stored = files.store([SECRET], purpose=NOTES, name="contacts.csv", public_id=name)
    assert stored.open().read() == SECRET and not draft.exists()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_any_size_comes_back(in_acme, size):
    content = bytes(range(256)) * (size // 256 + 1)
    stored = keep(content[:size])
    with stored.open() as file:
        assert file.read() == content[:size]
    assert stored.path.stat().st_size == SALT + size + TAG * max(1, -(-size // CHUNK))


@hypothesis_settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(place=st.integers(0, 3 * CHUNK), length=st.integers(0, 2 * CHUNK))
def test_a_file_is_read_from_any_place(in_acme, place, length):
    content = bytes(range(251)) * (3 * CHUNK // 251)
    stored = keep(content)
    with stored.open() as file:
        file.seek(place)
        assert file.read(length) == content[place : place + length]


def test_nothing_of_it_can_be_read_on_the_disk(in_acme, folder):
    stored = keep()
    assert SECRET not in stored.path.read_bytes()
    assert "contacts" not in str(stored.path.relative_to(folder))
    assert stored.path.stat().st_mode & 0o077 == 0


def test_a_changed_byte_is_noticed(in_acme):
    stored = keep()
    data = bytearray(stored.path.read_bytes())
    data[SALT + 3] ^= 1
    stored.path.write_bytes(data)
    with stored.open() as file, pytest.raises(DamagedFile):
        file.read()


def test_a_file_cut_off_between_two_chunks_is_noticed(in_acme):
    stored = keep(b"x" * (2 * CHUNK))
    data = stored.path.read_bytes()
    stored.path.write_bytes(data[: SALT + CHUNK + TAG])
    stored.size = CHUNK
    with stored.open() as file, pytest.raises(DamagedFile):
        file.read()


def test_two_files_cannot_be_swapped(in_acme):
    one, other = keep(), keep()
    other.path.write_bytes(one.path.read_bytes())
    with other.open() as file, pytest.raises(DamagedFile):
        file.read()


def test_another_account_finds_no_file_and_reads_no_key(acme, globex, inside):
    with inside(acme):
        stored = keep()
    with inside(globex):
        assert not StoredFile.objects.filter(public_id=stored.public_id).exists()
        assert not AccountKey.objects.exists()
        keep()
        path = StoredFile.objects.get().path
        path.write_bytes(stored.path.read_bytes())
        with StoredFile.objects.get().open() as file, pytest.raises(DamagedFile):
            file.read()


def test_the_key_is_made_once_and_lies_wrapped(in_acme):
    keep()
    wrapped = bytes(AccountKey.objects.get().wrapped)
    keep()
    assert bytes(AccountKey.objects.get().wrapped) == wrapped
    assert len(wrapped) == 12 + 32 + TAG


def test_another_installation_cannot_open_it(in_acme, monkeypatch):
    stored = keep()
    monkeypatch.setattr(settings, "SECRET_KEY", "another installation's secret")
    with pytest.raises(InvalidTag):
        stored.open()


def test_it_opens_while_the_former_secret_of_the_installation_is_named(in_acme, monkeypatch):
    stored = keep()
    monkeypatch.setattr(settings, "SECRET_KEY_FALLBACKS", [settings.SECRET_KEY])
    monkeypatch.setattr(settings, "SECRET_KEY", "the installation's new secret")
    with stored.open() as file:
        assert file.read()


def test_without_the_accounts_key_the_file_is_shredded(in_acme):
    stored = keep()
    AccountKey.objects.all().delete()
    with stored.open() as file, pytest.raises(DamagedFile):
        file.read()


def test_an_expired_file_goes_and_its_row_says_when(in_acme, django_capture_on_commit_callbacks):
    old, young = keep(days=-1), keep(days=1)
    with django_capture_on_commit_callbacks(execute=True):
        assert files.discard_expired() == 1
    old.refresh_from_db()
    assert old.discarded_at
    assert not old.path.exists()
    assert young.path.exists()
    with pytest.raises(FileNotFoundError):
        old.open()
    assert files.discard_expired() == 0


def test_content_that_no_row_knows_goes_after_a_day(in_acme):
    stored = keep()
    stray, fresh = stored.path.with_name("stray"), stored.path.with_name("fresh")
    for path in (stray, fresh):
        path.write_bytes(b"")
    os.utime(stray, (0, 0))
    os.utime(stored.path, (0, 0))
    files.discard_expired()
    assert (stray.exists(), fresh.exists(), stored.path.exists()) == (False, True, True)


@pytest.mark.parametrize(
    ("given_name", "kept"), [("../../etc/passwd", "passwd"), ("C:\\Users\\m\\c.csv", "c.csv"), ("", "file")]
)
def test_a_name_is_a_name_and_no_path(in_acme, given_name, kept):
    assert keep(name=given_name).name == kept


def test_a_broken_upload_leaves_nothing(in_acme, folder):
    def chunks():
        yield b"a"
        raise OSError("the connection dropped")

    with pytest.raises(OSError, match="dropped"):
        files.store(chunks(), purpose=NOTES, name="x")
    assert not StoredFile.objects.exists()
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_without_an_account_nothing_is_stored(db):
    with pytest.raises(NoAccount):
        keep()


def test_only_one_chunk_is_in_memory(in_acme):
    stored = keep(b"x" * 5_000_000)
    tracemalloc.start()
    with stored.open() as file:
        while file.read(io.DEFAULT_BUFFER_SIZE):
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 600_000


# --- bytes and rows go together -------------------------------------------------------------------


def test_the_bytes_go_with_the_row(in_acme, django_capture_on_commit_callbacks):
    one, other, kept = keep(), keep(), keep()
    with django_capture_on_commit_callbacks(execute=True):
        one.delete()
        StoredFile.objects.filter(pk=other.pk).delete()
    assert (one.path.exists(), other.path.exists(), kept.path.exists()) == (False, False, True)


def test_a_transaction_that_is_undone_keeps_the_bytes(in_acme):
    kept = keep()
    with pytest.raises(RuntimeError), transaction.atomic():
        kept.delete()
        raise RuntimeError
    with StoredFile.objects.get().open() as file:
        assert file.read() == SECRET


def test_what_a_death_left_of_a_discarded_file_is_swept_up(in_acme):
    left = keep()
    left.discard()  # and nobody comes to the end of the commit
    os.utime(left.path, (0, 0))
    files.discard_expired()
    assert not left.path.exists()


def test_a_file_without_an_end_stays(in_acme):
    stored = files.store([SECRET], purpose=NOTES, name="x")
    assert stored.expires_at is None
    assert files.discard_expired() == 0
    assert stored.path.exists()


def test_the_folder_of_an_account_that_is_gone_is_emptied(in_acme, folder):
    mine, lost = keep().path, folder / "999999" / "somebody"
    lost.parent.mkdir()
    lost.write_bytes(b"x")
    for path in (mine, lost):
        os.utime(path, (0, 0))
    discard_expired_files()
    assert (mine.exists(), lost.exists()) == (True, False)


@promise(149)
def test_a_closing_account_shreds_its_files(in_acme, django_capture_on_commit_callbacks):
    stored = keep()
    copy = stored.path.read_bytes()
    with django_capture_on_commit_callbacks(execute=True):
        next(step for step in closing.steps() if step.name == "stored files").run(in_acme)
    assert not stored.path.exists()
    stored.path.write_bytes(copy)  # out of a backup of the folder
    stored.discarded_at = None
    with stored.open() as file, pytest.raises(DamagedFile):
        file.read()


# --- what may come in -----------------------------------------------------------------------------


def test_what_is_too_large_is_turned_away_before_it_is_read_to_its_end(in_acme, folder):
    def endless():
        while True:
            yield b"x" * CHUNK

    small = Purpose("small", takes={TEXT: TEXT}, largest=purposes.MB, wanted="Send less.")
    with pytest.raises(Unwelcome, match="larger than 1 MB"):
        files.store(endless(), purpose=small, name="x")
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_a_purpose_takes_what_the_content_is_whatever_its_name_says(in_acme):
    notes = Purpose("text", takes={TEXT: TEXT}, largest=purposes.MB, wanted="Send a text.")
    with pytest.raises(Unwelcome, match="This file is a zip or office file"):
        files.store([b"PK\x03\x04 and more"], purpose=notes, name="notes.txt")
    assert files.store([b"notes"], purpose=notes, name="notes.zip").media_type == TEXT


def test_who_made_a_file_is_kept(in_acme):
    alice = in_acme.memberships.get()
    assert files.store([SECRET], purpose=NOTES, name="x", by=alice).made_by == alice


def test_two_purposes_never_share_a_name():
    with pytest.raises(ValueError, match="audit log already"):
        purposes.register(Purpose("audit log"))
