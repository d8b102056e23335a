"""A firm is erased in short statements, killed or not, and the firm beside it hardly notices.

The floor is PostgreSQL alone: one DELETE a table with all triggers off, undone, in the same run; then the same with
each foreign key checked, which is what an eraser would take that may not leave them unasked. The eraser is a
process of its own; another firm writes all the time. A second firm of the same size is erased by a process that is
killed with -9 again and again. ``bin/drill delete --small`` tries the drill itself, on few rows: its numbers prove
nothing.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts import closing, lifecycle
from accounts.actions import open_account
from accounts.models import Account, Membership
from crm.models import Company, Contact
from demo import cast
from drills import SMALL
from drills.evidence import Evidence
from drills.export import multiply
from drills.stage import stage
from privacy.deletion import erasing, tables, verification
from privacy.deletion.models import AccountDeletion
from tenancy.context import activate
from tests import database, processes
from timetracking.models import Project, TimeEntry

IS_SMALL = SMALL in sys.argv
CONTACTS, ENTRIES, KILLS = (2_000, 8_000, 3) if IS_SMALL else (100_000, 500_000, 20)
LONGEST, SLOWER, TIMES = 250, 100, 6  # ms of a statement, ms of the other firm's p99, times the floor
PROGRAM = "import django; django.setup(); from drills import delete; delete.work({})"
OUTSIDE = ("DELETION_LEDGER", "BACKUP_KEYS", "AUDIT_LOG_KEY_FILE")


def run() -> Evidence:
    """One firm undisturbed, one killed again and again, and one that goes on working."""
    with stage() as name, processes.broker_of(name), outside() as paths:
        firms, other = found_firms()
        for firm in firms:
            fill(firm)
        dsn = database.renamed(database.admin_dsn(), name)
        with psycopg.connect(dsn, autocommit=True) as admin:
            admin.execute("ANALYZE")
        floor, with_keys = (floor_of(firms[0], dsn, checks_keys=checks) for checks in (False, True))
        environ = processes._environ(name) | paths | {"DJANGO_SETTINGS_MODULE": "config.settings"}
        with writing(other) as quiet:
            time.sleep(2 if IS_SMALL else 20)
        with writing(other) as busy:
            said = erase(close(firms[0]), environ)
        deaths = erase_among_deaths(close(firms[1]), environ, float(said["seconds"]))
        faults = [*faults_of(firms), *faults_of_other(other, len(quiet) + len(busy))]
    times, slower = said["seconds"] / floor, late(busy) - late(quiet)
    rows: list[list[object]] = [
        ["seconds, PostgreSQL alone, no key checked", f"{floor:.1f}", ""],
        ["seconds, PostgreSQL alone, each key checked", f"{with_keys:.1f} ({with_keys / floor:.1f} ×)", ""],
        ["seconds, all of the erasing", f"{said['seconds']:.1f} ({times:.1f} ×)", f"{TIMES} ×"],
        ["longest statement, ms", f"{said['statement']:.0f} ({said['words']})", LONGEST],
        ["longest transaction, ms", f"{said['piece']:.0f}", ""],
        ["other firm's p99 before, ms", f"{late(quiet):.0f} of {len(quiet)} writes", ""],
        ["other firm's p99 meanwhile, ms", f"{late(busy):.0f} of {len(busy)} writes", f"{SLOWER} more"],
        ["deaths in the midst of it", deaths, f"{KILLS} tried"],
        ["wrong in the end", "; ".join(faults) or "nothing", "nothing"],
    ]
    is_quick = times <= TIMES and said["statement"] <= LONGEST and slower <= SLOWER
    remarks = [f"Firms of {CONTACTS:,} contacts and {ENTRIES:,} entries; load {os.getloadavg()[0]:.1f} at the end."]
    remarks += ["A small try: only what is wrong in the end was judged."] * IS_SMALL
    return Evidence(["what", "found", "at most"], rows, not faults and deaths > 0 and (IS_SMALL or is_quick), remarks)


@contextmanager
def outside() -> Iterator[dict[str, str]]:
    """What lies outside the database, in a folder of the drill's own; and no card processor to answer."""
    before = {name: getattr(settings, name) for name in OUTSIDE}
    with TemporaryDirectory() as folder:
        paths = {name: Path(folder) / name.lower() for name in OUTSIDE}
        for name, path in paths.items():
            setattr(settings, name, path)
        without_processor()
        yield {name: str(path) for name, path in paths.items()}
    for name, value in before.items():
        setattr(settings, name, value)


def without_processor() -> None:
    for name, step in list(closing._STEPS.items()):
        if step.run.__module__.startswith("billing"):
            del closing._STEPS[name]


# ------------------------------------------------------------------------------- firms


@transaction.atomic
def found_firms() -> tuple[list[Account], Account]:
    bob = cast.person("bob@acme.example")
    firms = [
        cast.acme(cast.person("alice@acme.example")),
        open_account(bob, name="Initech", country="DE").account,
    ]
    return firms, cast.globex(cast.person("mallory@globex.example"))


def fill(account: Account, contacts: int = CONTACTS, entries: int = ENTRIES) -> None:
    with activate(account, actor=cast.SYSTEM), connection.cursor() as cursor:
        company = Company.objects.create(name="Tidewater Museum")
        Contact.objects.create(first_name="Maren", last_name="Holt", company=company, note="Twice.")
        project = Project.objects.create(name="Rooms", company=company)
        person = Membership.objects.get(account=account)
        TimeEntry.objects.create(project=project, person=person, day=timezone.localdate(), minutes=30, note="Hung")
        multiply(cursor, Contact, contacts, account)
        multiply(cursor, TimeEntry, entries, account)


def close(account: Account) -> int:
    with activate(account, actor=erasing.ERASER):
        lifecycle.close(Account.objects.get(pk=account.pk), timezone.now())
    return erasing.begin(Account.objects.get(pk=account.pk)).number


def floor_of(account: Account, dsn: str, *, checks_keys: bool) -> float:
    """Seconds that PostgreSQL takes for the same rows in one statement for each table; undone."""
    with psycopg.connect(dsn) as admin:
        admin.execute(f"SET session_replication_role = {'origin' if checks_keys else 'replica'}")
        begin = time.monotonic()
        for table in tables.in_order():
            admin.execute(f'DELETE FROM "{table.name}" WHERE account_id = %s', [account.pk])
        seconds = time.monotonic() - begin
        admin.rollback()
    return seconds


# ------------------------------------------------------------------------------- the eraser, in its own process


def work(number: int) -> None:
    """Erase, and say how long it took as a whole, in the longest statement and in the longest transaction."""
    without_processor()
    worst: dict[str, Any] = {"statement": 0.0, "words": "", "piece": 0.0}

    def watch(execute: Any, statement: Any, *rest: Any) -> Any:
        begin = time.monotonic()
        try:
            return execute(statement, *rest)
        finally:
            if (took := (time.monotonic() - begin) * 1000) > worst["statement"]:
                words = statement if isinstance(statement, str) else statement.as_string(connection.connection)
                worst.update(statement=took, words=" ".join(words.split())[:60].replace("|", "/"))

    print("at work", flush=True)
    begin, is_more = time.monotonic(), True
    with connection.execute_wrapper(watch):
        while is_more:
            start = time.monotonic()
            is_more = erasing.go_on(number, may_wait=False)
            worst["piece"] = max(worst["piece"], (time.monotonic() - start) * 1000)
    print(json.dumps(worst | {"seconds": time.monotonic() - begin}), flush=True)


def started(number: int, environ: dict[str, str]) -> subprocess.Popen[str]:
    """The eraser, at work."""
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM.format(number)]
    process = subprocess.Popen(  # noqa: S603  (our own program)
        command, cwd=database.PROJECT, env=environ, stdout=subprocess.PIPE, text=True
    )
    if process.stdout is None or process.stdout.readline() != "at work\n":
        raise AssertionError(f"The eraser ended with {process.wait()}.")
    return process


def erase(number: int, environ: dict[str, str]) -> dict[str, Any]:
    process = started(number, environ)
    said = process.communicate()[0]
    if process.returncode:
        raise AssertionError(f"The eraser ended with {process.returncode}.")
    found: dict[str, Any] = json.loads(said)
    return found


def erase_among_deaths(number: int, environ: dict[str, str], whole: float) -> int:
    """Killed at moments drawn from its share of the whole, then left alone. Returns how often it was in the midst."""
    deaths = 0
    for _ in range(KILLS):
        process = started(number, environ)
        time.sleep(random.uniform(0, 1.5 * whole / KILLS))  # noqa: S311  (no secret)
        process.send_signal(signal.SIGKILL)
        deaths += process.wait() == -signal.SIGKILL
        process.communicate()
    erase(number, environ)
    return deaths


# ------------------------------------------------------------------------------- the other firm


@contextmanager
def writing(account: Account) -> Iterator[list[float]]:
    """Somebody of the other firm adds contact after contact; how many milliseconds each took, its commit included."""
    took: list[float] = []
    is_over = threading.Event()

    def write() -> None:
        try:
            while not is_over.wait(0.02):
                begin = time.monotonic()
                with activate(account, actor=cast.SYSTEM):
                    Contact.objects.create(first_name="Mallory", last_name=str(len(took)))
                took.append((time.monotonic() - begin) * 1000)
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield took
    finally:
        is_over.set()
        thread.join()


def late(took: list[float]) -> float:
    """The 99th percentile; what nobody wrote was never quick."""
    return sorted(took)[int(len(took) * 0.99)] if took else float("inf")


def faults_of(firms: list[Account]) -> Iterator[str]:
    for firm in firms:
        deletion = AccountDeletion.objects.get(number=firm.pk)
        if not deletion.is_done:
            yield f"{firm.slug} stands at {deletion.stage}"
        if wrong := [table for table, rows in deletion.before.items() if deletion.gone.get(table) != rows]:
            yield f"{firm.slug}: counted otherwise in {', '.join(wrong)}"
        yield from (f"{firm.slug}: {found}" for found in verification.findings(firm.pk))


def faults_of_other(account: Account, written: int) -> Iterator[str]:
    with activate(account, actor=cast.SYSTEM):
        if (there := Contact.objects.count()) != written:
            yield f"the other firm has {there} of {written} contacts"
