"""The one door for stored files: whatever is uploaded or produced for an account, encrypted and expiring.

Each account has a random key; it is kept wrapped under a key derived from the installation's secret, so a
stolen database or a stolen folder alone says nothing, and dropping the account's key shreds all its files.
A file is cut into chunks sealed by AES-256-GCM: bound to account and file, in order, and with its end marked,
so nothing can be swapped, moved or cut off unnoticed; and one chunk is in memory at a time.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from celery import current_app, shared_task
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone

from tenancy.context import current_account_id
from tenancy.models import AccountModel
from tenancy.queue import AccountTask

CHUNK = 64 * 1024
TAG = 16
SALT = 32


class DamagedFile(Exception):
    """The file was changed, cut off, or belongs to somebody else."""


class AccountKey(AccountModel):
    """An account's own key for its files, wrapped under the installation's secret."""

    wrapped = models.BinaryField()

    class Meta(AccountModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account"], name="accountkey_once")]

    def __str__(self) -> str:
        return f"key of account {self.account_id}"


class StoredFile(AccountModel):
    """A file of an account. The row stays when the content has expired: what it was, and when it went."""

    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    discarded_at = models.DateTimeField(null=True, editable=False)

    class Meta(AccountModel.Meta):
        indexes = [
            models.Index(
                fields=["account", "expires_at"],
                condition=models.Q(discarded_at__isnull=True),
                name="storedfile_expiring",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        return Path(default_storage.path(f"{self.account_id}/{self.public_id}"))

    def open(self) -> BinaryIO:
        """The decrypted content, readable from any place; FileNotFoundError once it has expired."""
        return io.BufferedReader(_Decrypted(self), CHUNK)

    def discard(self) -> None:
        """Remove the content now; the row remains and says when."""
        self.path.unlink(missing_ok=True)
        self.discarded_at = timezone.now()
        self.save(update_fields=["discarded_at"])


def store(chunks: Iterable[bytes], *, kind: str, name: str, keep_for: timedelta) -> StoredFile:
    """Encrypt ``chunks`` into a new stored file of the active account."""
    stored = StoredFile(
        account_id=current_account_id(),
        kind=kind,
        name=Path(name.replace("\\", "/")).name[-255:] or "file",
        size=0,
        expires_at=timezone.now() + keep_for,
    )
    digest, salt = hashlib.sha256(), secrets.token_bytes(SALT)
    cipher = _cipher(stored, salt)
    draft = stored.path.with_suffix(".part")
    draft.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(salt)
            for number, (chunk, is_last) in enumerate(_cut(chunks)):
                digest.update(chunk)
                stored.size += len(chunk)
                file.write(cipher.encrypt(_nonce(number, is_last), chunk, _belongs_to(stored)))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(stored.path)
    finally:
        draft.unlink(missing_ok=True)
    stored.sha256 = digest.hexdigest()
    stored.save()
    return stored


def discard_expired() -> int:
    """Remove what has expired in the active account, and content that no row knows. Safe to run twice."""
    expired = list(StoredFile.objects.filter(discarded_at=None, expires_at__lte=timezone.now()))
    for stored in expired:
        stored.discard()
    folder = Path(default_storage.path(str(current_account_id())))
    known = {str(public_id) for public_id in StoredFile.objects.values_list("public_id", flat=True)}
    yesterday = timezone.now().timestamp() - timedelta(days=1).total_seconds()
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.stem not in known and path.stat().st_mtime < yesterday:
            path.unlink(missing_ok=True)
    return len(expired)


def _cut(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Equal chunks, the last one marked; an empty file is one empty last chunk."""
    rest = bytearray()
    for piece in chunks:
        rest += piece
        while len(rest) > CHUNK:
            yield bytes(rest[:CHUNK]), False
            del rest[:CHUNK]
    yield bytes(rest), True


class _Decrypted(io.RawIOBase):
    """Reads a stored file from any place, one chunk at a time."""

    def __init__(self, stored: StoredFile) -> None:
        self.stored = stored
        self.file = stored.path.open("rb")
        self.cipher = _cipher(stored, self.file.read(SALT))
        self.last = max(0, -(-stored.size // CHUNK) - 1)
        self.at = 0
        self.number, self.chunk = -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.stored.size}[whence]
        self.at = max(0, start + offset)
        return self.at

    def tell(self) -> int:
        return self.at

    def readinto(self, buffer: Any) -> int:
        number, offset = divmod(self.at, CHUNK)
        if number > self.last:
            return 0
        if number != self.number:
            self.number, self.chunk = number, self._decrypted(number)
        piece = self.chunk[offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self.at += len(piece)
        return len(piece)

    def close(self) -> None:
        self.file.close()
        super().close()

    def _decrypted(self, number: int) -> bytes:
        self.file.seek(SALT + number * (CHUNK + TAG))
        sealed = self.file.read(CHUNK + TAG)
        try:
            return self.cipher.decrypt(_nonce(number, number == self.last), sealed, _belongs_to(self.stored))
        except InvalidTag as error:
            raise DamagedFile(f"The stored file {self.stored.public_id} is damaged.") from error


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _belongs_to(stored: StoredFile) -> bytes:
    return f"account {stored.account_id} file {stored.public_id}".encode()


def _cipher(stored: StoredFile, salt: bytes) -> AESGCM:
    """A key for this file alone, so that chunk numbers can serve as nonces."""
    return AESGCM(_derived(_account_key(), f"file {stored.public_id}", salt))


def _account_key() -> bytes:
    """The active account's key; made when first needed. Two at once: the first one counts."""
    account_id = current_account_id()
    belongs_to = f"account {account_id}".encode()
    wrapper, *former = _wrappers()
    row = AccountKey.objects.first()
    if row is None:
        nonce = secrets.token_bytes(12)
        wrapped = nonce + wrapper.encrypt(nonce, AESGCM.generate_key(256), belongs_to)
        AccountKey.objects.bulk_create([AccountKey(wrapped=wrapped)], ignore_conflicts=True)
        row = AccountKey.objects.get()
    wrapped = bytes(row.wrapped)
    for older in former:
        with suppress(InvalidTag):
            return older.decrypt(wrapped[:12], wrapped[12:], belongs_to)
    return wrapper.decrypt(wrapped[:12], wrapped[12:], belongs_to)


def _wrappers() -> list[AESGCM]:
    """Made from the installation's secret, and from those that it had before."""
    known = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [AESGCM(_derived(secret.encode(), "account keys")) for secret in known]


def _derived(secret: bytes, purpose: str, salt: bytes | None = None) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=f"candor {purpose}".encode()).derive(secret)


@shared_task(name="accounts.discard_expired_files", ignore_result=True)
def discard_expired_files() -> None:
    """Every night: one task for each account."""
    for account_id in apps.get_model(settings.ACCOUNT_MODEL).objects.values_list("pk", flat=True):
        current_app.send_task("accounts.discard_expired_files_of", kwargs={"account_id": account_id})


@shared_task(base=AccountTask, name="accounts.discard_expired_files_of", ignore_result=True)
def discard_expired_files_of(*, account_id: int) -> None:
    discard_expired()
