"""Servers of their own for tests that start, stop, break and kill them."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from config import embedded
from config.env import child_environ

PROJECT = Path(__file__).resolve().parents[2]
DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A new data folder, removed afterwards with everything that runs on it."""
    with fresh_data_dir() as path:
        yield path


@contextlib.contextmanager
def fresh_data_dir(below: Path = Path("/var/tmp")) -> Iterator[Path]:
    """Where every user may pass, wherever the project lies."""
    path = Path(tempfile.mkdtemp(prefix="candor-test-", dir=below))
    path.chmod(0o711)
    try:
        yield path
    finally:
        with contextlib.suppress(embedded.Trouble):
            if server := embedded.find(path):
                server.stop()
        for place in elsewhere(path):
            shutil.rmtree(place, ignore_errors=True)
        shutil.rmtree(path, ignore_errors=True)


def elsewhere(data_dir: Path) -> list[Path]:
    """The folders that the server of this data folder has outside of it."""
    with contextlib.suppress(OSError, ValueError):
        note = json.loads((data_dir / "postgres.json").read_text())
        places = [(data_dir / note["folder"]).parent, Path(note["socket"])]
        return [place for place in places if not place.is_relative_to(data_dir)]
    return []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, "waited in vain"
        time.sleep(0.05)


def run(*command: object, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run one of our programs to its end, with some settings changed."""
    return subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=PROJECT,
        env=child_environ({"DATABASE_URL": "", "CELERY_BROKER_URL": "", **changes}),
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def own_server() -> Iterator[embedded.Server]:
    """A server whose roles and databases a test may turn upside down."""
    with fresh_data_dir() as path:
        server = embedded.start(path, fsync=False)
        yield server
        server.stop()


@pytest.fixture(scope="module")
def debian_dsn() -> Iterator[str]:
    """The superuser's address of a new cluster of Debian's PostgreSQL 15, reached by TCP."""
    if not (DEBIAN_15 / "initdb").exists():
        pytest.skip("Debian's PostgreSQL 15 is not installed (apt-get install postgresql-15)")
    user = embedded._as_user(embedded._server_user())
    port = free_port()
    with fresh_data_dir() as path:
        home = path / "server"
        home.mkdir(mode=0o700)
        (home / "password").write_text("secret of this test\n")
        if "user" in user:
            for place in (home, home / "password"):
                os.chown(place, user["user"], user["group"])
        cluster = home / "data"
        initdb = [DEBIAN_15 / "initdb", "-D", cluster, "-U", "root", "--auth=scram-sha-256"]
        subprocess.run([*initdb, f"--pwfile={home / 'password'}"], check=True, capture_output=True, **user)
        settings = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"]
        server = subprocess.Popen(
            [DEBIAN_15 / "postgres", "-D", cluster, *(part for line in settings for part in ("-c", line))],
            stderr=subprocess.DEVNULL,
            **user,
        )
        dsn = make_conninfo(host="127.0.0.1", port=port, user="root", password="secret of this test", dbname="postgres")
        try:
            wait_for(lambda: answers(dsn))
            yield dsn
        finally:
            server.send_signal(2)
            server.wait(20)


@pytest.fixture(params=["our own", "Debian 15"], scope="module")
def admin_dsn(request: pytest.FixtureRequest) -> str:
    """The administrator's address, of the newest server we bring and of the oldest we support."""
    if request.param == "our own":
        return request.getfixturevalue("own_server").admin_dsn()
    return request.getfixturevalue("debian_dsn")


def answers(dsn: str) -> bool:
    try:
        psycopg.connect(dsn, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
