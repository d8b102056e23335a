"""Files that must be whole or not be there: secrets, keys, what a signer remembers; archives and backups."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def write_beside(path: Path, text: str) -> Path:
    """A draft of a file, in its folder: readable by this user alone, and safely on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft


def keep_first(path: Path, text: str) -> str:
    """Write a file unless another process was quicker; returns what stands there then."""
    draft = write_beside(path, text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
    return path.read_text()


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """A large file to write to, for this user alone. What stood there before stays until all of it is written."""
    draft = path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
