"""`bin/start`, really: everything comes up, survives what it can, and leaves nothing behind."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from config import embedded, launch, substrings
from config.env import child_environ, read
from config.trouble import Trouble
from tests.config.conftest import PROJECT, free_port, fresh_data_dir, run, wait_for


class Running:
    """One `bin/start` (after its set-up), and what it printed."""

    def __init__(self, data_dir: Path, *options: str) -> None:
        self.data_dir, self.port = data_dir, free_port()
        self.environ = {
            "CANDOR_DATA": str(data_dir),
            "PORT": str(self.port),
            "DATABASE_URL": "",
            "CELERY_BROKER_URL": "",
        }
        self.output = data_dir / "output"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.launch", *options],
            cwd=PROJECT,
            env=child_environ(self.environ),
            stdout=self.output.open("wb"),
            stderr=subprocess.STDOUT,
        )

    def said(self) -> list[str]:
        return self.output.read_text().splitlines()

    def wait_until_ready(self) -> None:
        wait_for(lambda: self.process.poll() is not None or any("is ready" in line for line in self.said()), 400)
        assert self.process.poll() is None, self.said()

    def status(self, path: str, host: str = "127.0.0.1") -> int:
        connection = http.client.HTTPConnection(host, self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": "localhost"})
            return connection.getresponse().status
        finally:
            connection.close()

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, word: str) -> psutil.Process:
        return next(
            child
            for child in psutil.Process(self.process.pid).children()
            if any(word in part for part in child.cmdline())
        )

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(60)


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with fresh_data_dir() as data_dir:
        candor = Running(data_dir, "--empty")
        try:
            candor.wait_until_ready()
            yield candor
        finally:
            if candor.process.poll() is None:
                candor.end()


def test_it_ends_with_the_address_and_answers_there(running):
    lines = running.said()
    password = read(running.environ).demo_password
    assert f"Demo password: {password}" in lines
    assert lines[-1] == f"Candor is ready at http://localhost:{running.port}/"
    assert running.status("/healthz") == 200
    assert running.status("/readyz", host="localhost") == 200


def test_nobody_listens_beyond_this_machine(running):
    env = read(running.environ)
    expected = {("127.0.0.1", port) for port in (env.port, env.mail_log_port, env.stripe.simulator_port)}
    wait_for(lambda: expected <= listening(running))
    assert listening(running) == expected


def listening(running: Any) -> set[Any]:
    connections = [found for child in running.family() for found in connections_of(child)]
    return {found.laddr for found in connections if found.status == psutil.CONN_LISTEN}


def connections_of(child: psutil.Process) -> list[Any]:
    """Those of a process; none where it has ended since it was listed, as the database's own often do."""
    try:
        return child.net_connections("inet")
    except psutil.NoSuchProcess:
        return []


def test_children_know_no_administrator(running):
    for child in running.family():
        if "celery" in " ".join(child.cmdline()) or "granian" in " ".join(child.cmdline()):
            environ = child.environ()
            assert environ.get("CANDOR_DATABASE_ROLE") == "app"
            assert not environ.get("DATABASE_OWNER_URL")


def test_search_may_look_inside_of_words(running):
    with psycopg.connect(embedded.find(running.data_dir).admin_dsn("candor")) as connection:
        assert substrings.missing(connection) == []
    said = run("manage.py", "allow_substring_search", **running.environ)
    assert (said.returncode, said.stdout) == (0, "Search finds parts of words already; nothing to do.\n")


def test_a_second_start_on_the_same_folder_is_refused(running):
    second = run("-m", "config.launch", **{**running.environ, "PORT": str(free_port())})
    assert second.returncode == 2
    assert f"already running on the data folder {running.data_dir}" in second.stderr
    assert "Traceback" not in second.stderr
    assert running.status("/healthz") == 200


def test_killed_workers_and_a_killed_scheduler_come_back_and_go_on(running):
    names = {"The worker": "--queues=default", "The worker for long jobs": "--queues=long", "The scheduler": "beat"}
    before = {name: running.child(word).pid for name, word in names.items()}
    for number in before.values():
        os.kill(number, signal.SIGKILL)
    for name, word in names.items():
        wait_for(lambda name=name: any(line.startswith(f"{name} has stopped by itself") for line in running.said()))
        wait_for(lambda name=name, word=word: _child_pid(running, word) not in (None, before[name]))
    assert running.process.poll() is None
    a_letter_goes_out(running)


def test_a_killed_database_comes_back_and_everybody_finds_it(running):
    os.kill(embedded.find(running.data_dir).pid, signal.SIGKILL)
    wait_for(lambda: any("database has stopped by itself" in line for line in running.said()))
    wait_for(lambda: running.status("/readyz") == 200, 40)
    a_letter_goes_out(running)


def a_letter_goes_out(running: Running) -> None:
    """The worker and its broker do their work again."""
    folder = running.data_dir / "mail"
    before = len(list(folder.glob("*.eml")))
    program = (
        "from accounts import mail; mail.write('unknown_account', 'una@nowhere.example', email='una@nowhere.example')"
    )
    told = run("manage.py", "shell", "--no-imports", "-c", program, **running.environ)
    assert told.returncode == 0, told.stderr
    wait_for(lambda: len(list(folder.glob("*.eml"))) == before + 1, 90)


def test_what_ends_again_and_again_is_started_after_longer_and_longer_pauses(tmp_path, monkeypatch, capsys):
    now = [1000.0]
    monkeypatch.setattr(launch.time, "monotonic", lambda: now[0])
    child = launch.Child("worker", [sys.executable, "-S", "-c", ""], dict(os.environ), tmp_path / "log")
    child.start()
    for _ in range(7):
        child.process.wait()
        child.look_after()
        now[0] = child.again_at
        child.look_after()
    pauses = [int(line.split(" s (")[0].rsplit(" ", 1)[1]) for line in capsys.readouterr().out.splitlines()]
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    now[0] += 61  # it lived for a minute: the next end is not one of a row
    child.process.wait()
    child.look_after()
    assert "again in 1 s" in capsys.readouterr().out


def test_sigterm_stops_every_process_and_a_new_start_keeps_the_data(running):
    family = running.family()
    assert len(family) > 6
    assert running.end() == 0
    assert running.said()[-1] == "Candor has stopped."
    assert [process for process in family if process.is_running() and process.status() != "zombie"] == []
    assert embedded.find(running.data_dir) is None
    (running.data_dir / "files/kept").touch()
    again = Running(running.data_dir)
    again.wait_until_ready()
    try:
        assert (running.data_dir / "files/kept").exists()
    finally:
        assert again.end(signal.SIGINT) == 0


def test_killed_itself_it_leaves_no_worker_behind(running):
    if running.process.poll() is None:
        running.end()
    candor = Running(running.data_dir)
    candor.wait_until_ready()
    family = [process for process in candor.family() if "postgres" not in process.name()]
    candor.end(signal.SIGKILL)
    wait_for(lambda: not [process for process in family if process.is_running() and process.status() != "zombie"], 40)


def test_an_occupied_port_gets_a_sentence(data_dir):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        told = run("-m", "config.launch", CANDOR_DATA=str(data_dir), PORT=str(port))
    assert told.returncode == 2
    assert f"Port {port} is taken by another program." in told.stderr
    assert "Traceback" not in told.stderr
    assert not (data_dir / "postgres").exists()


def test_a_full_disk_gets_a_sentence(data_dir, monkeypatch):
    monkeypatch.setattr(launch, "LEAST_FREE_BYTES", 10**18)
    with pytest.raises(Trouble, match=r"is full: \d+ MB are free; Candor needs"):
        launch.check_room(data_dir)


def test_a_data_folder_that_is_a_file_gets_a_sentence(data_dir):
    (data_dir / "file").write_text("")
    told = run("-m", "config.launch", CANDOR_DATA=str(data_dir / "file"))
    assert told.returncode == 2
    assert "cannot be used" in told.stderr
    assert "Traceback" not in told.stderr


def test_commands_say_that_nothing_runs(data_dir):
    told = run("manage.py", "showmigrations", CANDOR_DATA=str(data_dir))
    assert told.returncode == 2
    assert told.stderr.strip() == "Candor is not running, and its database neither; run bin/start first."


def _child_pid(running: Running, word: str) -> int | None:
    try:
        return running.child(word).pid
    except (StopIteration, psutil.NoSuchProcess):
        return None
