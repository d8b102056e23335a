"""A backup from before an erasure is put back: nobody is served, it is erased again, and its files are noise."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

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
from accounts.models import Account, StoredFile
from audit.keys import NoKey
from config import backups, guard, roles
from config.env import env
from config.trouble import Trouble
from crm.models import Contact
from privacy.deletion import erasing, keyring, ledger, replay
from tests import database

MARK = b"Zanzibarcanary"


def installation(name, folder):
    """This installation's settings, for another database and another folder."""
    urls = {role: make_conninfo(make_conninfo("", **env.conninfo(role)), dbname=name) for role in ("loader", "owner")}
    files = type("Here", (type(env),), {"files_dir": property(lambda self: folder)})
    here = replace(env, database_urls=urls)
    beside = {"backup_keys": settings.BACKUP_KEYS, "deletion_ledger": settings.DELETION_LEDGER}
    return files(**{field: getattr(here, field) for field in here.__dataclass_fields__} | beside)


@pytest.fixture
def empty_database():
    name = f"{connection.settings_dict['NAME']}_restored"
    roles.prepare_database(database.admin_dsn(), name, env.role_password)
    yield name
    database.drop(name)


def without_a_key(facts):
    raise NoKey("There is no key.")


def test_a_restored_backup_serves_nobody_before_the_deletions_ran_again(
    committed, acme, globex, inside, outside, settings, worker_database, empty_database, recorder, capsys, monkeypatch
):
    for firm in (acme, globex):
        with inside(firm):
            Contact.objects.create(first_name=MARK.decode(), last_name=firm.name)
            store([MARK * 50], purpose=Purpose("notes", made_as="text/plain"), name="a.txt")
    file = outside / "candor.backup"
    backups.backup(file, installation(worker_database, outside))
    assert MARK not in file.read_bytes() and set(keyring.keys()) == {str(acme.public_id), str(globex.public_id)}
    with inside(acme):
        lifecycle.close(Account.objects.get(pk=acme.pk), timezone.now())
    assert erasing.finish(acme.pk).is_done
    assert set(keyring.keys()) == {str(globex.public_id)} and replay.what_is_in_the_way() == []
    with pytest.raises(Trouble, match="not empty"):
        backups.restore(file, installation(worker_database, outside / "elsewhere"))

    there = outside / "restored"
    for beside in (settings.BACKUP_KEYS, settings.DELETION_LEDGER):
        aside = beside.rename(beside.with_suffix(".aside"))
        with pytest.raises(Trouble, match="no backup has it"):
            backups.restore(file, installation(empty_database, there))
        aside.rename(beside)
    backups.restore(file, installation(empty_database, there))
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": there}},
    }
    with database.connected_to(empty_database, "app"):
        assert "older than 1 of the deletions" in replay.what_is_in_the_way()[0]
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
        assert "Erased account" in capsys.readouterr().out
        assert list(Account.objects.filter(slug__in=["acme", "globex"]).values_list("slug", flat=True)) == ["globex"]
        assert replay.what_is_in_the_way() == []
        guard.refuse_before_replay(connection)
        with inside(globex):
            assert Contact.objects.count() == 1


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
