"""A large firm leaves as an archive, comes into an empty account, leaves again: both archives hold the same rows.

``bin/drill roundtrip --small`` tries the drill itself, on few rows: its numbers prove nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.actions import open_account
from accounts.models import Membership
from crm.models import Company, Contact
from demo import cast
from drills import SMALL
from drills.evidence import Evidence
from drills.export import multiply
from drills.million import measured
from drills.stage import stage
from privacy.exports.allowed import VOLATILE, brought
from privacy.exports.candor_archive import Zipped, lines_of
from privacy.exports.entities import Entity
from tenancy.context import activate
from tests.processes import _environ
from timetracking import summary
from timetracking.models import Project, TimeEntry

IS_SMALL = SMALL in sys.argv
CONTACTS, ENTRIES = (2_000, 8_000) if IS_SMALL else (100_000, 500_000)
MOST_SECONDS = 40 * 60  # of one task on the queue for long work
_SPREAD = "UPDATE timetracking_timeentry SET day = day - (id %% 1500)::int WHERE account_id = %s"


def run() -> Evidence:
    """Out, in, out again, each by a process of its own."""
    with stage() as name, TemporaryDirectory() as folder:
        key_file = settings.AUDIT_LOG_KEY_FILE = Path(folder) / "audit_log_key"
        environ = _environ(name) | {"AUDIT_LOG_KEY_FILE": str(key_file)}
        rows, differs = round_trip(Path(folder), environ)
    wrong = [what for what, _, _, said in rows if said != "nothing"]
    holds = not wrong and not differs and max(int(str(row[1])) for row in rows) < MOST_SECONDS
    remarks = [
        f"{CONTACTS:,} contacts and {ENTRIES:,} entries; tables that are not the same: {', '.join(differs) or 'none'}.",
        f"Load {os.getloadavg()[0]:.1f} at the end.",
    ]
    return Evidence(["step", "seconds", "most memory, MB", "wrong"], rows, holds, remarks)


def round_trip(folder: Path, environ: dict[str, str]) -> tuple[list[list[object]], list[str]]:
    """How long each step took in how much memory, and which tables are not the same afterwards."""
    firm, empty = large_firm()
    first, second, manage = folder / "first.zip", folder / "second.zip", [sys.executable, "manage.py"]
    steps = {
        "out": ["export_account", firm.slug, "--to", str(first)],
        "in": ["import_account", str(first), "--into", empty.slug],
        "out again": ["export_account", empty.slug, "--to", str(second)],
    }
    rows: list[list[object]] = [[what, *measured([*manage, *words], environ)] for what, words in steps.items()]
    if not (first.exists() and second.exists()):
        return rows, ["all"]
    before, after = Zipped(str(first)), Zipped(str(second))
    return rows, [entity.name for entity in brought() if sum_of(before, entity) != sum_of(after, entity)]


def large_firm() -> tuple[Any, Any]:
    """A firm with hours of four years, and an account that is empty."""
    with transaction.atomic():
        firm = cast.globex(cast.person("mallory@globex.example"))
        empty = open_account(cast.person("bob@acme.example"), name="Away", country="DE").account
    with activate(firm, actor=cast.SYSTEM), connection.cursor() as cursor:
        company = Company.objects.create(name="Tidewater Museum")
        Contact.objects.create(first_name="Maren", last_name="Holt", company=company, note="Twice.\nOr more.")
        project = Project.objects.create(name="Rooms", company=company)
        person = Membership.objects.get(account=firm)
        TimeEntry.objects.create(project=project, person=person, day=timezone.localdate(), minutes=30, note="Hung")
        multiply(cursor, Contact, CONTACTS, firm)
        multiply(cursor, TimeEntry, ENTRIES, firm)
        cursor.execute(_SPREAD, [firm.pk])
        summary.rebuild()
    return firm, empty


def sum_of(files: Zipped, entity: Entity) -> int:
    """One number for the rows of a table in whatever order, without what may differ."""
    left, total = VOLATILE.get(entity.name, frozenset()), 0
    for row in lines_of(files, f"data/{entity.name}.jsonl"):
        text = json.dumps({name: value for name, value in row.items() if name not in left}, sort_keys=True)
        total += int.from_bytes(hashlib.sha256(text.encode()).digest())
    return total
