"""Pitfall 1: PgBouncer in transaction mode with a pool of one; two accounts take turns on one session."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import psycopg
import pytest
from django.db import connection, connections

from config.env import env
from crm.models import Tag
from demo.cast import SYSTEM
from tenancy.context import activate
from tests import database

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
LOOK = "SELECT DISTINCT account_id FROM crm_tag"


@pytest.fixture
def pooled(committed, acme, globex, inside, worker_database):
    """The words of a connection through the pool, to a database where both accounts have a tag."""
    if PROGRAM is None:
        pytest.skip("pgbouncer is not installed (Debian package pgbouncer)")
    for account in (acme, globex):
        with inside(account):
            Tag.objects.create(name=f"of {account}")
    connections.close_all()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        process = start(Path(folder), port)
        try:
            yield {"host": "127.0.0.1", "port": port, "user": "candor_app", "dbname": worker_database}
        finally:
            connections.close_all()
            process.terminate()
            process.wait(10)


def start(folder, port):
    app = psycopg.conninfo.conninfo_to_dict(database.app_dsn("x"))
    host = app["host"]
    (folder / "users").write_text(f'"candor_app" "{app["password"]}"\n')
    (folder / "pool.ini").write_text(
        "[databases]\n"
        f"* = host={host} port={app.get('port', 5432)}\n"
        "[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = trust\nauth_file = {folder}/users\n"
        "pool_mode = transaction\ndefault_pool_size = 1\nmax_client_conn = 20\n"
        "ignore_startup_parameters = extra_float_digits,options\nserver_tls_sslmode = disable\n"
    )
    command = [PROGRAM, "-q", str(folder / "pool.ini")]
    if os.geteuid() == 0:  # it refuses to run as root; the server's own user may read its socket's folder
        owner = Path(host).stat().st_uid if host.startswith("/") else pwd.getpwnam("nobody").pw_uid
        for path in (folder, *folder.iterdir()):
            os.chown(path, owner, -1)
        command[1:1] = ["-u", pwd.getpwuid(owner).pw_name]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return process
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
    process.kill()
    pytest.fail(f"pgbouncer did not start: {process.stdout.read().decode()}")


def session(pooled):
    return psycopg.connect(**pooled, autocommit=True, prepare_threshold=None)


def accounts_seen(cursor):
    return {row[0] for row in cursor.execute(LOOK).fetchall()}


def test_a_setting_of_the_session_would_reach_the_next_client(pooled, acme):
    """1, the reason for SET LOCAL: this is what the session's scope does."""
    with session(pooled) as one, session(pooled) as other:
        one.execute("SELECT set_config('app.account_id', %s, false)", [str(acme.pk)])
        assert accounts_seen(other) == {acme.pk}


def test_two_accounts_take_turns_and_see_their_own(pooled, acme, globex):
    """1: also between the transactions, where nobody's rows are seen."""
    with session(pooled) as one, session(pooled) as other:
        backends = set()
        for client, account in ((one, acme), (other, globex), (other, acme), (one, globex)) * 3:
            with client.transaction():
                client.execute(f"SET LOCAL app.account_id = '{account.pk}'")
                assert accounts_seen(client) == {account.pk}
                backends.add(client.execute("SELECT pg_backend_pid()").fetchone())
            for either in (one, other):
                assert accounts_seen(either) == set()
        assert len(backends) == 1


def test_django_threads_of_two_accounts_share_one_session(pooled, acme, globex):
    """1: the door's way, ``activate``, with errors and rollbacks between, in two threads on one session."""
    wrong, backends, turns = [], set(), 15

    def work(account):
        try:
            for turn in range(turns):
                try:
                    with activate(account, actor=SYSTEM):
                        Tag.objects.create(name=f"{turn}")
                        wrong.extend(set(Tag.objects.values_list("account_id", flat=True)) - {account.pk})
                        with connection.cursor() as cursor:
                            cursor.execute("SELECT DISTINCT account_id FROM crm_tag")
                            wrong.extend({row[0] for row in cursor.fetchall()} - {account.pk})
                            cursor.execute("SELECT pg_backend_pid()")
                            backends.add(cursor.fetchone())
                        if turn % 3 == 0:
                            raise ZeroDivisionError
                except ZeroDivisionError:
                    pass
                with connection.cursor() as cursor:
                    cursor.execute("SELECT count(*) FROM crm_tag")
                    wrong.extend(["outside"] * cursor.fetchone()[0])
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    before = dict(connections.settings["default"])
    connections.settings["default"].update(
        HOST=pooled["host"], PORT=str(pooled["port"]), NAME=pooled["dbname"], USER="candor_app", OPTIONS={}
    )
    try:
        threads = [threading.Thread(target=work, args=[account]) for account in (acme, globex)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        connections.settings["default"].clear()
        connections.settings["default"].update(before)
    assert wrong == []
    assert len(backends) == 1


def test_the_server_asks_for_a_password_all_the_same(pooled):
    """The pool lets clients in without one, here on this machine alone; the server does not let the pool in so."""
    if not env.is_embedded:
        pytest.skip("the embedded server's rule")
    words = psycopg.conninfo.conninfo_to_dict(database.app_dsn(pooled["dbname"]))
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(**{**words, "password": "wrong"})
