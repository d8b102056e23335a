"""A log of a million events is checked and exported in the same memory as a short one.

Each program is a process of its own, as an operator or a customer starts it: ``manage.py verify_audit --export``,
and the single file on that export. Its memory is the most it ever held.
"""

from __future__ import annotations

import re
import secrets
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

from django.conf import settings
from django.db import connection, transaction

import audit
from audit.candor_verify import commitment
from audit.checkpoints import make_checkpoint
from demo import cast
from drills.evidence import Evidence
from drills.stage import stage
from tenancy.context import activate
from tests.database import PROJECT
from tests.processes import _environ

SHORT, LONG = 10_000, 1_000_000
BATCH = 10_000
MORE = 16  # MB that the long log may take beyond the short one

_WRITE = """
    WITH given AS (
        SELECT * FROM unnest(%s::bytea[], %s::bytea[], %s::text[]) AS given (promised, salt, data)
    ), event AS (
        INSERT INTO audit_event (account_id, kind, actor_kind, record_type, commitment)
        SELECT %s, 'account.changed', 'system', '', promised FROM given
        RETURNING account_id, id, commitment
    ), payload AS (
        INSERT INTO audit_payload (account_id, event_id, salt, data)
        SELECT account_id, id, salt, data::jsonb FROM event JOIN given ON promised = commitment
    )
    INSERT INTO audit_unsealed (account_id, event_id) SELECT account_id, id FROM event
"""


def run() -> Evidence:
    """The same account's log, short and then long."""
    rows: list[list[object]] = []
    with stage() as name, TemporaryDirectory() as folder:
        key_file = settings.AUDIT_LOG_KEY_FILE = Path(folder) / "audit_log_key"
        environ = _environ(name) | {"AUDIT_LOG_KEY_FILE": str(key_file)}
        with transaction.atomic():
            account = cast.acme(cast.person("alice@acme.example"))
        for length in (SHORT, LONG):
            rows.append([f"sealing, up to {length:,}", f"{grow(account, length):.0f}", "", ""])
            rows += [[f"{what}, {length:,}", *found] for what, *found in read(Path(folder), environ)]
    memory = [row[2] for row in rows if row[2] != ""]
    half = len(memory) // 2
    holds = all(long <= short + MORE for short, long in zip(memory[:half], memory[half:], strict=True)) and all(
        row[3] in ("", "nothing") for row in rows
    )
    return Evidence(["what, events", "seconds", "most memory, MB", "found wrong"], rows, holds)


def grow(account: Any, length: int) -> float:
    """Make the log so long, seal it, sign it; returns how many seconds the sealing took."""
    with activate(account, actor=cast.SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event WHERE account_id = %s", [account.pk])
        [there] = cursor.fetchone()
    for first in range(there, length, BATCH):
        write(account, range(first, min(first + BATCH, length)))
    begin = time.monotonic()
    audit.seal(account)
    seconds = time.monotonic() - begin
    make_checkpoint(even_now=True)
    return seconds


def write(account: Any, numbers: range) -> None:
    """So many events at once; ``audit.record`` writes the same, one by one."""
    salts = [secrets.token_bytes(16) for _ in numbers]
    words = [audit.canonical({"actor": "Candor", "record": "Acme", "changes": {"n": [number]}}) for number in numbers]
    promised = [commitment(salt, text) for salt, text in zip(salts, words, strict=True)]
    with activate(account, actor=cast.SYSTEM), connection.cursor() as cursor:
        cursor.execute(_WRITE, [promised, salts, words, account.pk])


def read(folder: Path, environ: dict[str, str]) -> list[tuple[str, str, int, str]]:
    """Export and check, then check the export alone: what, seconds, megabytes, what is found."""
    export = folder / "acme.jsonl"
    manage = [sys.executable, "manage.py", "verify_audit", "acme", "--export", str(export)]
    alone = [sys.executable, "-I", "audit/candor_verify.py", str(export)]
    return [
        ("verify_audit --export", *measured(manage, environ)),
        (f"candor_verify.py on {export.stat().st_size / 1e6:.0f} MB", *measured(alone, {})),
    ]


def measured(command: list[str], environ: dict[str, str]) -> tuple[str, int, str]:
    """Seconds, the most memory, and what is said where something is wrong."""
    begin, most = time.monotonic(), 0
    with TemporaryFile("w+") as said:
        with subprocess.Popen(  # noqa: S603  (our own program)
            command, cwd=PROJECT, env=environ, stdout=said, stderr=subprocess.STDOUT
        ) as process:
            while process.poll() is None:
                most = max(most, high_water(process.pid))
                time.sleep(0.02)
        said.seek(0)
        wrong = "nothing" if process.returncode == 0 else said.read()[-500:]
    return f"{time.monotonic() - begin:.0f}", most, wrong


def high_water(process: int) -> int:
    """The most memory that a process has held so far, in MB. (What ``wait4`` says counts its parent's, too.)"""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) // 1024 if found else 0  # none once it has ended
