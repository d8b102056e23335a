"""A zip file that is written while it is sent: its bytes leave as they are made; a file's hash is known at its end."""

from __future__ import annotations

import hashlib
import stat
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from privacy.exports.snapshot import Block

LEVEL = 1  # text packs to a sixth with the quickest, and to a seventh with one that takes three times as long


@dataclass(frozen=True)
class Member:
    """A file of the archive, as its manifest lists it."""

    path: str
    size: int
    sha256: str
    rows: int | None

    def listed(self) -> dict[str, Any]:
        return {"path": self.path, "bytes": self.size, "sha256": self.sha256, "rows": self.rows}


class _Pipe:
    """What the zip module takes for a file: it can't be read or rewound, only emptied."""

    def __init__(self) -> None:
        self.kept = bytearray()

    def write(self, data: bytes) -> int:
        self.kept += data
        return len(data)

    def flush(self) -> None:
        """Nothing waits anywhere."""

    def taken(self) -> bytes:
        data = bytes(self.kept)
        self.kept.clear()
        return data


class ZipStream:
    """Each call gives the bytes of one more file; ``end`` those that close the archive."""

    def __init__(self, moment: datetime) -> None:
        self.pipe = _Pipe()
        self.zip = zipfile.ZipFile(self.pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL)  # type: ignore[call-overload]
        self.moment = moment.timetuple()[:6]
        self.members: list[Member] = []

    def add(self, path: str, blocks: Iterable[Block], *, counts: bool = True, packed: bool = True) -> Iterator[bytes]:
        """A file of these blocks. What is packed already is only put in."""
        digest, size, rows = hashlib.sha256(), 0, 0
        entry = zipfile.ZipInfo(path, self.moment)
        entry.external_attr = (stat.S_IFREG | 0o644) << 16
        entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        entry._compresslevel = LEVEL  # type: ignore[attr-defined]
        with self.zip.open(entry, "w", force_zip64=True) as file:
            for block in blocks:
                digest.update(block.data)
                file.write(block.data)
                size, rows = size + len(block.data), rows + block.rows
                if data := self.pipe.taken():
                    yield data
        self.members.append(Member(path, size, digest.hexdigest(), rows if counts else None))
        yield self.pipe.taken()

    def end(self) -> Iterator[bytes]:
        """The list of all files: without it no program opens the archive."""
        self.zip.close()
        yield self.pipe.taken()
