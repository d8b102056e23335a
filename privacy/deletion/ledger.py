"""The ledger of deletions: a file outside the database, so that a restored backup can't forget what was erased.

Lines are only ever added. Each names what was erased by a keyed hash, and carries a keyed hash of itself and the line
before, so a line that was changed, moved or taken out is noticed. The file belongs on storage of its own and is no
part of a backup: it must never go back in time.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from lib.seals import marks
from privacy.deletion.models import LedgerLine

_FIRST = "0" * 40


class BrokenLedger(RuntimeError):
    """The ledger is not what was written; nobody may rely on it."""


@dataclass(frozen=True)
class Line:
    """One deletion: its number, when it was decided, of what kind it is, and what it is known by."""

    number: int
    at: str
    kind: str
    digest: str
    mac: str = ""


def digest_of(kind: str, public_id: UUID | str) -> str:
    """What the ledger knows a record by, under the present secret."""
    return marks(f"deletion ledger {kind}", str(public_id))[0]


def digests_of(kind: str, public_id: UUID | str) -> list[str]:
    """The same, under the secrets before it, too."""
    return marks(f"deletion ledger {kind}", str(public_id))


def announce(kind: str, public_id: UUID | str) -> LedgerLine:
    """Let the database know, in the transaction that decides the deletion, what will stand in the ledger."""
    known = _announced(kind, public_id).first()
    if known is None:
        try:
            with transaction.atomic():
                known = LedgerLine.objects.create(kind=kind, digest=digest_of(kind, public_id))
        except IntegrityError:  # somebody was quicker
            known = LedgerLine.objects.get(digest=digest_of(kind, public_id))
    return known


def is_announced(kind: str, public_id: UUID | str) -> bool:
    return _announced(kind, public_id).exists()


def withdraw(kind: str, public_id: UUID | str) -> None:
    """What was announced is held meanwhile: it is not decided any more, unless the ledger says it already."""
    written = {line.digest for line in lines()}
    _announced(kind, public_id).exclude(digest__in=written).delete()


def _announced(kind: str, public_id: UUID | str) -> QuerySet[LedgerLine]:
    return LedgerLine.objects.filter(digest__in=digests_of(kind, public_id))


def write(known: LedgerLine) -> Line:
    """Add the line, once and for good, after the transaction that announced it. Harmless when it is there."""
    with _open() as file:
        lines = list(_read(file))
        for line in lines:
            if line.digest == known.digest:
                return line
        at = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        line = Line(len(lines) + 1, at, known.kind, known.digest)
        line = _signed(line, lines[-1].mac if lines else _FIRST)
        file.seek(0, os.SEEK_END)
        file.write(json.dumps(asdict(line)) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return line


def lines() -> list[Line]:
    """The whole ledger, checked. Raises BrokenLedger."""
    with _open() as file:
        return list(_read(file))


def unknown_lines() -> list[Line]:
    """What was erased, and this database does not know of: it is older than that."""
    known = set(LedgerLine.objects.values_list("digest", flat=True))
    return [line for line in lines() if line.digest not in known]


def missing_lines() -> list[LedgerLine]:
    """What this database knows to be erased, and the ledger does not say: a file of another day, or of elsewhere."""
    said = {line.digest for line in lines()}
    return [known for known in LedgerLine.objects.all() if known.digest not in said]


@contextmanager
def _open() -> Iterator[Any]:
    """The file, ours alone while it is open."""
    path = settings.DELETION_LEDGER
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _read(file: Any) -> Iterator[Line]:
    before = _FIRST
    file.seek(0)
    for number, text in enumerate(file, 1):
        try:
            line = Line(**json.loads(text))
        except (TypeError, ValueError):
            raise BrokenLedger(f"Line {number} of the ledger of deletions is damaged.") from None
        if line.number != number or not _is_ours(line, before):
            raise BrokenLedger(f"Line {number} of the ledger of deletions is not what was written there.")
        before = line.mac
        yield line


def _signed(line: Line, before: str) -> Line:
    return Line(line.number, line.at, line.kind, line.digest, _macs(line, before)[0])


def _is_ours(line: Line, before: str) -> bool:
    return any(hmac.compare_digest(mac, line.mac) for mac in _macs(line, before))


def _macs(line: Line, before: str) -> list[str]:
    text = json.dumps([line.number, line.at, line.kind, line.digest, before])
    return marks("deletion ledger line", hashlib.sha256(text.encode()).hexdigest())
