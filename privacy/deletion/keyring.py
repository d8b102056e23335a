"""The keys of all accounts, for restoring: beside the backups and never in one.

A backup leaves out the table of keys. ``bin/backup`` writes them into this one file, always the newest, and erasing
an account takes its key out at once: what older backups hold of its files, archives, mail bodies and secrets is
noise from then on.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.conf import settings

from lib.drafts import write_beside


def replace(keys: Mapping[str, bytes]) -> None:
    """Keep these wrapped keys, by the accounts' public ids, in place of those before."""
    with _alone():
        _write({name: base64.b64encode(key).decode() for name, key in sorted(keys.items())})


def forget(public_id: UUID) -> bool:
    """Take an account's key out; False when there was none."""
    with _alone():
        keys = _read()
        if keys.pop(str(public_id), None) is None:
            return False
        _write(keys)
        return True


def keys() -> dict[str, bytes]:
    """The wrapped keys, by public id."""
    with _alone():
        return {name: base64.b64decode(key) for name, key in _read().items()}


@contextmanager
def _alone() -> Iterator[None]:
    path = settings.BACKUP_KEYS
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600), "r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read() -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(settings.BACKUP_KEYS.read_text())
    except FileNotFoundError:
        return {}
    return found


def _write(keys: Mapping[str, str]) -> None:
    write_beside(settings.BACKUP_KEYS, json.dumps(keys, indent=1)).rename(settings.BACKUP_KEYS)
