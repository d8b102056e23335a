"""A file's row: what it is for, what it is, how long it stays. Its bytes come and go with it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID, uuid4

from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone

from accounts.files import sealed
from accounts.files.content import LOOKED_AT, PDF, UNKNOWN, media_type
from accounts.files.purposes import Purpose
from accounts.files.sealed import AccountKey
from tenancy.context import current_account_id
from tenancy.models import AccountForeignKey, AccountManager, AccountModel, AccountQuerySet
from tenancy.sweeping import swept

STRAYS_AFTER = timedelta(days=1)  # longer than any transaction takes


class StoredFileQuerySet(AccountQuerySet):
    """Files whose bytes go with their rows."""

    def delete(self) -> tuple[int, dict[str, int]]:
        paths = [stored.path for stored in self]
        deleted = super().delete()
        _unlink_after_commit(*paths)
        return deleted

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class StoredFile(AccountModel):
    """A file of an account. The row stays when the content has expired: what it was, and when it went."""

    purpose = models.CharField(max_length=40)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=80, default=UNKNOWN, db_default=UNKNOWN)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    made_by = AccountForeignKey("accounts.Membership", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True)
    discarded_at = models.DateTimeField(null=True, editable=False)
    secret = models.BinaryField(default=b"", db_default=b"")  # half of its key, where its purpose wants one of its own

    belongs_to = None  # a file is the firm's; who may have it says the record that it is part of
    objects = AccountManager.from_queryset(StoredFileQuerySet)()

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
        return folder_of(self.account_id) / str(self.public_id)

    def open(self) -> BinaryIO:
        """The content, readable from any place; FileNotFoundError once it has expired."""
        if self.discarded_at is not None:
            raise FileNotFoundError(f"The content of {self.public_id} is gone.")
        return io.BufferedReader(
            sealed.Reader(self.path, str(self.public_id), self.size, bytes(self.secret)), sealed.CHUNK
        )

    def discard(self) -> None:
        """Let the content go, and with it the key of its own that it may have; the row remains and says when."""
        self.discarded_at, self.secret = timezone.now(), b""
        self.save(update_fields=["discarded_at", "secret"])
        _unlink_after_commit(self.path)


def store(
    chunks: Iterable[bytes], *, purpose: Purpose, name: str, by: Any = None, public_id: UUID | None = None
) -> StoredFile:
    """Keep a new file of the active account, if its purpose takes what it really is; raises Unwelcome otherwise.

    A purpose with a box keeps a picture that was drawn anew, never the one that was sent; one that rewrites, a PDF of
    which nothing but the drawing is left.
    """
    kind, chunks = taken(chunks, purpose)
    stored = StoredFile(
        account_id=current_account_id(),
        public_id=public_id or uuid4(),
        purpose=purpose.name,
        name=_plain(name),
        media_type=kind,
        size=0,
        made_by=by,
        expires_at=timezone.now() + purpose.keep_for if purpose.keep_for else None,
        secret=sealed.new_secret() if purpose.has_own_key else b"",
    )
    digest = hashlib.sha256()

    def noted() -> Iterator[bytes]:
        for chunk in chunks:
            digest.update(chunk)
            stored.size += len(chunk)
            yield chunk

    sealed.write(stored.path, str(stored.public_id), noted(), bytes(stored.secret))
    stored.sha256 = digest.hexdigest()
    stored.save()
    return stored


def taken(chunks: Iterable[bytes], purpose: Purpose) -> tuple[str, Iterable[bytes]]:
    """What a purpose makes of a file: its media type, and the bytes to keep. Raises Unwelcome."""
    start, chunks = _looked_into(_counted(chunks, purpose))
    kind = purpose.media_type(media_type(start))
    if purpose.rewrites and kind == PDF:
        from accounts.files import pdfs  # as with pictures

        return kind, [pdfs.rewritten(b"".join(chunks))]
    if purpose.box:
        from accounts.files import pictures  # Pillow is loaded for the first picture, not when a process starts

        return pictures.MEDIA_TYPE, [pictures.redrawn(b"".join(chunks), purpose.box)]
    return kind, chunks


def folder_of(account_id: int) -> Path:
    """Where the sealed files of an account lie."""
    return Path(default_storage.path(str(account_id)))


def discard_expired() -> int:
    """Let go what has expired in the active account, and bytes that no row knows. Safe to run twice."""
    expired = list(StoredFile.objects.filter(discarded_at=None, expires_at__lte=timezone.now()))
    for stored in expired:
        stored.discard()
    if expired:
        swept.send(discard_expired, removed={StoredFile._meta.db_table: len(expired)}, is_ours=False)
    known = StoredFile.objects.filter(discarded_at=None).values_list("public_id", flat=True)
    sweep(folder_of(current_account_id()), keep={str(public_id) for public_id in known})
    return len(expired)


def shred() -> None:
    """Make every file of the active account unreadable, for good: its key goes, and after the commit the bytes."""
    AccountKey.objects.all().delete()
    for stored in StoredFile.objects.filter(discarded_at=None):
        stored.discard()


def sweep(folder: Path, *, keep: set[str]) -> None:
    """Remove bytes that no row knows, once nobody can be about to commit one."""
    youngest = (timezone.now() - STRAYS_AFTER).timestamp()
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.stem not in keep and path.stat().st_mtime < youngest:
            path.unlink(missing_ok=True)


def empty_folders_but(account_ids: Collection[int]) -> None:
    """Remove what accounts left behind that live no more."""
    root = Path(default_storage.path(""))
    for folder in root.iterdir() if root.is_dir() else ():
        if folder.name.isdecimal() and int(folder.name) not in account_ids:
            sweep(folder, keep=set())


def _unlink_after_commit(*paths: Path) -> None:
    """A transaction that is rolled back keeps its files; what a death leaves behind is swept up."""
    for path in paths:
        transaction.on_commit(lambda path=path: path.unlink(missing_ok=True), robust=True)  # type: ignore[misc]


def _counted(chunks: Iterable[bytes], purpose: Purpose) -> Iterator[bytes]:
    """The chunks, until they are more than the purpose allows."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > purpose.largest and not purpose.made_as:
            raise purpose.too_large()
        yield chunk


def _looked_into(chunks: Iterator[bytes]) -> tuple[bytes, Iterable[bytes]]:
    """How it begins, and all of it."""
    start = bytearray()
    for chunk in chunks:
        start += chunk
        if len(start) >= LOOKED_AT:
            break
    return bytes(start), chain([bytes(start)], chunks)


def _plain(name: str) -> str:
    """The name as given, without a path and without what can't be seen."""
    last = Path(name.replace("\\", "/")).name
    return "".join(each for each in last if each.isprintable())[-255:] or "file"
