"""How a file lies on the disk: sealed in chunks with a key of its own, made from its account's key.

Each account has a random key; it is kept wrapped under a key derived from the installation's secret, so a
stolen database or a stolen folder alone says nothing, and dropping the account's key shreds all its files.
A file may have a secret of its own beside the account's key: it stays in the file's row and goes with the content, so
what a disk or a backup still holds can't be opened.
A file is cut into chunks sealed by AES-256-GCM: bound to account and file, in order, and with its end marked,
so nothing can be swapped, moved or cut off unnoticed; and one chunk is in memory at a time.
"""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

from tenancy.context import current_account_id
from tenancy.models import AccountModel

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


def write(path: Path, name: str, chunks: Iterable[bytes], secret: bytes = b"") -> None:
    """Seal ``chunks`` into the file at ``path``, all of them or none. The same account, name and secret open it."""
    salt = secrets.token_bytes(SALT)
    cipher = _cipher(name, salt, secret)
    draft = path.with_suffix(".part")
    draft.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft.unlink(missing_ok=True)  # of a writer that died; whoever names a file anew is the only one who writes it
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(salt)
            for number, (chunk, is_last) in enumerate(_cut(chunks)):
                file.write(cipher.encrypt(_nonce(number, is_last), chunk, _belongs_to(name)))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def new_secret() -> bytes:
    """A secret for one file alone."""
    return secrets.token_bytes(SALT)


class Reader(io.RawIOBase):
    """Reads a sealed file from any place, one chunk at a time. Made inside the account, it reads on outside."""

    def __init__(self, path: Path, name: str, size: int, secret: bytes = b"") -> None:
        self.size = size
        self.file = path.open("rb")
        self.cipher = _cipher(name, self.file.read(SALT), secret)
        self.belongs_to = _belongs_to(name)
        self.last = max(0, -(-size // CHUNK) - 1)
        self.at = 0
        self.number, self.chunk = -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.size}[whence]
        self.at = max(0, start + offset)
        return self.at

    def tell(self) -> int:
        return self.at

    def readinto(self, buffer: Any) -> int:
        number, offset = divmod(self.at, CHUNK)
        if number > self.last:
            return 0
        if number != self.number:
            self.number, self.chunk = number, self._opened(number)
        piece = self.chunk[offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self.at += len(piece)
        return len(piece)

    def close(self) -> None:
        self.file.close()
        super().close()

    def _opened(self, number: int) -> bytes:
        self.file.seek(SALT + number * (CHUNK + TAG))
        sealed = self.file.read(CHUNK + TAG)
        try:
            return self.cipher.decrypt(_nonce(number, number == self.last), sealed, self.belongs_to)
        except InvalidTag as error:
            raise DamagedFile("The stored file is damaged, or its key is gone.") from error


class TextBox:
    """Seals short texts of the active account, as files are sealed. The key is fetched once for all of them."""

    def __init__(self) -> None:
        self._key = _account_key()

    def close(self, name: str, text: str) -> bytes:
        """The text as a column keeps it; only the same account and name open it."""
        salt = secrets.token_bytes(SALT)
        return salt + self._cipher(name, salt).encrypt(_nonce(0, True), text.encode(), _belongs_to(name))

    def open(self, name: str, sealed: bytes) -> str:
        """What was closed; raises DamagedFile when it was changed, or its key is gone."""
        salt, rest = bytes(sealed[:SALT]), bytes(sealed[SALT:])
        try:
            return self._cipher(name, salt).decrypt(_nonce(0, True), rest, _belongs_to(name)).decode()
        except InvalidTag as error:
            raise DamagedFile("The stored text is damaged, or its key is gone.") from error

    def _cipher(self, name: str, salt: bytes) -> AESGCM:
        return AESGCM(_derived(self._key, f"text {name}", salt))


def _cut(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Equal chunks, the last one marked; an empty file is one empty last chunk."""
    rest = bytearray()
    for piece in chunks:
        rest += piece
        while len(rest) > CHUNK:
            yield bytes(rest[:CHUNK]), False
            del rest[:CHUNK]
    yield bytes(rest), True


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _belongs_to(name: str) -> bytes:
    return f"account {current_account_id()} file {name}".encode()


def _cipher(name: str, salt: bytes, secret: bytes) -> AESGCM:
    """A key for this file alone, so that chunk numbers can serve as nonces."""
    return AESGCM(_derived(_account_key() + secret, f"file {name}", salt))


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
