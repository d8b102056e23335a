"""A million rows leave as one archive, in flat memory, nearly as quickly as the database can give them.

The floor is PostgreSQL's own COPY of the same table in the same run: as CSV, and of ``row_to_json``. Ours resolves
keys, guards spreadsheets and hashes. The archive itself is packed, sealed in a process of its own, and then verified.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from crm.models import Company, Contact
from demo import cast
from drills.evidence import Evidence
from drills.million import measured
from drills.stage import stage
from privacy.exports.entities import Entity, entity_of
from privacy.exports.selecting import as_json, as_table, quote
from privacy.exports.snapshot import Block, Snapshot
from tenancy.context import activate
from tests.processes import _environ

ROWS = 1_000_000
MOST_MEMORY = 128  # MB
CSV_SHARE, JSON_SHARE = 0.8, 0.4
_MORE = "INSERT INTO {table} ({columns}) SELECT {values} FROM {table}, generate_series(2, %s) n WHERE account_id = %s"
_COPY = "COPY ({query}) TO STDOUT"
_ALL = "SELECT {columns} FROM {table} t WHERE t.account_id = {account}"


def run() -> Evidence:
    """Speed by row and the memory of the whole."""
    with stage() as name, TemporaryDirectory() as folder:
        key_file = settings.AUDIT_LOG_KEY_FILE = Path(folder) / "audit_log_key"
        environ = _environ(name) | {"AUDIT_LOG_KEY_FILE": str(key_file)}
        account = fill(ROWS)
        floors, ours = speeds(account)
        rows: list[list[object]] = [
            [
                what,
                f"{ROWS / floors[what] / 1000:.0f}",
                f"{ROWS / ours[what] / 1000:.0f}",
                f"{floors[what] / ours[what]:.0%}",
            ]
            for what in ("CSV", "JSON lines")
        ]
        archive = Path(folder) / "acme.zip"
        python = [sys.executable, "manage.py"]
        seconds, memory, wrong = measured([*python, "export_account", "acme", "--to", str(archive)], environ)
        checked, checking, found = measured([*python, "verify_export", str(archive)], environ)
        size = archive.stat().st_size / 1e6 if archive.exists() else 0
    holds = (
        (wrong, found) == ("nothing", "nothing")
        and memory <= MOST_MEMORY
        and floors["CSV"] / ours["CSV"] >= CSV_SHARE
        and floors["JSON lines"] / ours["JSON lines"] >= JSON_SHARE
    )
    remarks = [
        f"Archive of {ROWS:,} contacts: {seconds} s, {memory} MB at most, {size:.0f} MB packed; wrong: {wrong}.",
        f"verify_export: {checked} s, {checking} MB; wrong: {found}.",
    ]
    return Evidence(["form", "COPY alone, rows/ms", "ours, rows/ms", "share"], rows, holds, remarks)


def fill(number: int) -> Any:
    """So many contacts of one company, alike but for their ids."""
    with transaction.atomic():
        account = cast.acme(cast.person("alice@acme.example"))
    with activate(account, actor=cast.SYSTEM), connection.cursor() as cursor:
        company = Company.objects.create(name="Tidewater Museum")
        Contact.objects.create(
            first_name="Maren", last_name="Holt", company=company, email="maren@tidewater.example",
            phone="+45 20 55 01 77", city="København", note='She said "tea", not coffee\\milk.\nTwice.',
        )  # fmt: skip
        multiply(cursor, Contact, number, account)
    return account


def multiply(cursor: Any, model: Any, number: int, account: Any) -> None:
    """So many rows of the account where there is one, alike but for their ids."""
    names = [field.column for field in model._meta.concrete_fields if field.column != "id" and not field.generated]
    values = ["gen_random_uuid()" if name == "public_id" else quote(name) for name in names]
    words = {"table": model._meta.db_table, "columns": ", ".join(map(quote, names)), "values": ", ".join(values)}
    cursor.execute(_MORE.format(**words), [number, account.pk])


def speeds(account: Any) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds of COPY alone and of ours, for both forms; the best of three, in turns."""
    contacts = entity_of(Contact)
    plain = _ALL.format(columns=", ".join(f"t.{quote(c.column)}" for c in contacts.columns), table="crm_contact",
                        account=account.pk)  # fmt: skip
    as_rows = f"SELECT row_to_json(r) FROM ({plain}) r"
    floors = {
        "CSV": _floor(f"COPY ({plain}) TO STDOUT (FORMAT csv)"),
        "JSON lines": _floor(_COPY.format(query=as_rows)),
    }
    ours = {
        "CSV": _ours(contacts, lambda moment: moment.table(as_table(contacts, account.pk))),
        "JSON lines": _ours(contacts, lambda moment: moment.lines(as_json(contacts, account.pk))),
    }
    found = [{name: min(take(account) for _ in range(3)) for name, take in each.items()} for each in (floors, ours)]
    return found[0], found[1]


def _floor(statement: str) -> Callable[[Any], float]:
    def take(account: Any) -> float:
        with Snapshot(account.pk) as moment:
            begin = time.monotonic()
            with moment.connection.connection.cursor() as cursor, cursor.copy(statement) as copy:
                for _ in copy:
                    pass
            return time.monotonic() - begin

    return take


def _ours(entity: Entity, rows: Callable[[Snapshot], Iterator[Block]]) -> Callable[[Any], float]:
    def take(account: Any) -> float:
        with Snapshot(account.pk) as moment:
            begin, digest, number = time.monotonic(), hashlib.sha256(), 0
            for block in rows(moment):
                digest.update(block.data)
                number += block.rows
            assert number == ROWS, f"{entity.name}: {number}"  # noqa: S101
            return time.monotonic() - begin

    return take
