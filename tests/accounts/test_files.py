"""Stored files: encrypted for one account, read from any place, gone when expired."""

import io
import os
import tracemalloc
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts import files
from accounts.files import CHUNK, SALT, TAG, AccountKey, DamagedFile, StoredFile
from tenancy.errors import NoAccount

SECRET = b"Maren <maren@nordlicht.example>\n"


@pytest.fixture(autouse=True)
def folder(files_folder):
    return files_folder


def keep(content=SECRET, name="contacts.csv", days=30):
    return files.store([content], kind="import", name=name, keep_for=timedelta(days=days))


def test_what_was_stored_comes_back(in_acme):
    stored = keep()
    with stored.open() as file:
        assert file.read() == SECRET
    assert (stored.size, len(stored.sha256)) == (len(SECRET), 64)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_any_size_comes_back(in_acme, size):
    content = bytes(range(256)) * (size // 256 + 1)
    stored = keep(content[:size])
    with stored.open() as file:
        assert file.read() == content[:size]
    assert stored.path.stat().st_size == SALT + size + TAG * max(1, -(-size // CHUNK))


@hypothesis_settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


def test_an_expired_file_goes_and_its_row_says_when(in_acme):
    old, young = keep(days=-1), keep(days=1)
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
        files.store(chunks(), kind="import", name="x", keep_for=timedelta(days=1))
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
