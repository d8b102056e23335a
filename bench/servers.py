"""The processes that are measured: one database server, and web servers as they run in production."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config import embedded
from config.trouble import Trouble

PROJECT = Path(__file__).resolve().parent.parent
HOST = "bench.candor.example"
PROXIED = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}
COUNTING = {"shared_preload_libraries": "pg_stat_statements", "shared_buffers": "512MB"}
WORKERS, THREADS = 2, 2


@dataclass(frozen=True)
class Web:
    """A running web server: where it answers, and the process that its workers belong to."""

    port: int
    pid: int
    seconds_to_answer: float


@contextmanager
def database(data_dir: Path) -> Iterator[embedded.Server]:
    """The database server of the benchmark's own data folder, counting statements."""
    server = embedded.start(data_dir, settings=COUNTING)
    try:
        yield server
    finally:
        if server.is_ours:
            server.stop()


@contextmanager
def web(
    application: str, environ: Mapping[str, str], path: str, *, workers: int = WORKERS,
    headers: Mapping[str, str] = PROXIED,
) -> Iterator[Web]:  # fmt: skip
    """Serve an application as production does, from its first good answer on ``path`` to the end of the block."""
    port = _free_port()
    command = [sys.executable, "-m", "granian", "--interface=wsgi", "--host=127.0.0.1", f"--port={port}"]
    command += [f"--workers={workers}", f"--blocking-threads={THREADS}", "--no-ws", application]
    log_path = Path(environ["CANDOR_DATA"]) / "web.log"
    started = time.perf_counter()
    with open(log_path, "wb") as log:
        process = subprocess.Popen(  # noqa: S603
            command, cwd=PROJECT, env=dict(environ), stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait(process, port, path, headers, log_path)
        yield Web(port, process.pid, time.perf_counter() - started)
    finally:
        _end(process)


def _wait(process: subprocess.Popen[bytes], port: int, path: str, headers: Mapping[str, str], log: Path) -> None:
    give_up_at, answer = time.monotonic() + 60, 0
    while answer != 200:
        if process.poll() is not None or time.monotonic() > give_up_at:
            raise Trouble(f"{' '.join(map(str, process.args))} gave no good answer ({answer}):\n{log.read_text()}")
        time.sleep(0.01)
        answer = _status(port, path, headers)


def _status(port: int, path: str, headers: Mapping[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers=dict(headers))
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    for how, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
        if process.poll() is None:
            os.killpg(process.pid, how)
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                continue


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
