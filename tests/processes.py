"""Real processes beside a test: the web server, workers and a browser, on the worker's own database.

``server`` and ``celery_worker`` need ``committed`` data, so they ask for it.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from kombu import pools
from playwright.sync_api import Browser, Page, expect, sync_playwright

from config import roles
from config.celery import app, broker
from config.env import child_environ, env
from tests import database

PATIENCE = 20_000  # milliseconds: nothing is slow on purpose, but machines are busy
expect.set_options(timeout=PATIENCE)

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-gpu",
    "--no-first-run",
]


def _environ(name: str) -> dict[str, str]:
    from tests import processor

    changes = {"DATABASE_URL": database.app_dsn(name), "DEBUG": "1", "CANDOR_DATABASE_ROLE": "app"}
    return child_environ({**changes, **processor.environ()})


@contextmanager
def running(command: list[str], environ: dict[str, str], *, patience: float = 20) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own, ended with all its children: killed where it has not gone in ``patience``."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, cwd=database.PROJECT, env=environ, stdout=log, stderr=log, start_new_session=True
        )
        process.log = log  # type: ignore[attr-defined]
        try:
            yield process
        finally:
            for name, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 10)):
                if process.poll() is None and seconds:
                    os.killpg(process.pid, name)
                    try:
                        process.wait(seconds)
                    except subprocess.TimeoutExpired:
                        continue


def said(process: subprocess.Popen[bytes]) -> str:
    """What a process wrote so far, for the message of a failed test."""
    log = process.log  # type: ignore[attr-defined]
    log.seek(0)
    return log.read().decode(errors="replace")


def until(condition: Callable[[], bool], *, seconds: float, process: subprocess.Popen[bytes]) -> None:
    """Wait for a condition; fail with the process's own words when it does not come."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    pytest.fail(f"{' '.join(process.args[:6])} did not get there:\n{said(process)[-4000:]}")  # type: ignore[index]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310  (our own address)
            return response.status == 200
    except OSError:
        return False


@pytest.fixture(scope="session")
def _server_started(
    worker_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1", "--blocking-threads", "2", "tests.wsgi:application"]
    # What it erases is gone with the test's database, and would keep later servers out of theirs.
    ledger = str(tmp_path_factory.mktemp("server") / "ledger.jsonl")
    environ = {**_environ(worker_database), "PORT": str(port), "DELETION_LEDGER": ledger}
    with running(command, environ) as process:
        url = f"http://localhost:{port}"
        until(lambda: _answers(f"{url}/healthz"), seconds=90, process=process)
        yield url, process


@pytest.fixture(scope="session")
def _server_process(_server_started: tuple[str, subprocess.Popen[bytes]]) -> str:
    return _server_started[0]


@pytest.fixture
def server_log(_server_started: tuple[str, subprocess.Popen[bytes]]) -> Callable[[], str]:
    """``server_log()`` is all that the web server has said so far."""
    return lambda: said(_server_started[1])


@pytest.fixture
def server(committed: None, _server_process: str, broker_database: None) -> str:
    """The address of a real web server on the test's database: ``http://localhost:12345``."""
    return _server_process


@pytest.fixture(scope="session")
def _broker_database(worker_database: str) -> Iterator[None]:
    with broker_of(worker_database):
        yield


@pytest.fixture
def broker_database(_broker_database: None) -> None:
    """The message queues of this worker's database, empty; what a test enqueues goes there too."""
    empty_the_broker()


@contextmanager
def broker_of(database_name: str) -> Iterator[None]:
    """Message queues beside a database, used by this process until the end."""
    name = f"{database_name}_broker"
    roles.prepare_broker(database.admin_dsn(), name, env.role_password("candor_broker"))
    before = dict(app.conf.broker_transport_options)
    options = broker(env, "default")
    if "conn_string" in options["broker_transport_options"]:
        dsn = options["broker_transport_options"]["conn_string"]
        options["broker_transport_options"]["conn_string"] = database.renamed(dsn, name)
    use_broker(options["broker_url"], options["broker_transport_options"])
    try:
        yield
    finally:
        use_broker("memory://", before)
        database.drop(name)


def empty_the_broker() -> None:
    """Every message is gone, those under way included."""
    if app.conf.broker_url.startswith("redis"):
        with app.connection_for_write() as broker:
            broker.default_channel.client.flushall()
        return
    with psycopg.connect(app.conf.broker_transport_options["conn_string"]) as broker:
        broker.execute("TRUNCATE pgmq.q_default, pgmq.q_long")


@contextmanager
def redis_server() -> Iterator[str]:
    """The address of a Redis server that ends with this; the test is skipped where there is none."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed; bin/test installs it where it may.")
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
        probe.close()
        words = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        with running(words, {}) as server:
            until(lambda: "Ready to accept" in said(server), seconds=60, process=server)
            yield f"redis://127.0.0.1:{port}/0"


def use_broker(url: str, options: dict[str, object]) -> None:
    app.conf.update(broker_url=url, broker_transport_options=options)
    pools.reset()  # they are kept by address: a closed one would be found again
    app._pool = None
    app.amqp._producer_pool = None


@pytest.fixture
def celery_worker(committed: None, broker_database: None, worker_database: str) -> Iterator[Callable]:
    """``celery_worker("long")`` starts a real worker process on a queue and returns it, ready."""
    started: list[contextmanager] = []

    def start(queue: str = "default") -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "-Q", queue, "-c", "1"]
        command += ["-n", f"{queue}@test", "--without-gossip", "--without-mingle", "-l", "INFO"]
        # Its database and its messages go with the test: nobody waits for what it has in hand.
        context = running(command, {**_environ(worker_database), "WORKER_QUEUE": queue}, patience=0)
        process = context.__enter__()
        started.append(context)
        until(lambda: " ready." in said(process), seconds=90, process=process)
        return process

    yield start
    for context in started:
        context.__exit__(None, None, None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One headless Chromium for all tests of this worker."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.skip("Chromium is not installed; bin/test installs it where it may.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def another_chromium(chromium: Browser) -> Iterator[Browser]:
    """A second browser beside the first: a process of its own, that shares nothing with it."""
    program = next(filter(None, map(shutil.which, CHROMIUM)))
    browser = chromium.browser_type.launch(executable_path=program, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """``open_page(width=360, dark=True, scripts=False)`` opens a browser window of its own: fresh cookies.

    A page fails its test when the console shows an error or the Content-Security-Policy refuses something.
    """
    contexts, troubles = [], []

    def open_one(
        *,
        width: int = 1280,
        height: int = 800,
        dark: bool = False,
        scripts: bool = True,
        browser: Browser = chromium,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if _is_trouble(said) else None)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not troubles, f"The browser complained: {troubles}"


# An answer of 400 or above is logged as an error although the test may well have asked for it.
EXPECTED = (
    "Failed to load resource",
    "Response Status Error Code",
    "htmx:sendError",
    "htmx:sendAbort",
    "htmx:afterRequest",
)


def _is_trouble(said) -> bool:  # type: ignore[no-untyped-def]
    return said.type == "error" and not any(words in said.text for words in EXPECTED)


AXE = Path(database.PROJECT, "node_modules/axe-core/axe.min.js")


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """``axe(page)`` asserts that the page, once it has its styles, has no WCAG 2.2 A/AA violation."""

    def check(page: Page) -> None:
        page.wait_for_load_state()
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE.read_text())
        rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
        found = page.evaluate("rules => axe.run(document, rules)", rules)["violations"]
        shown = [(rule["id"], rule["help"], [node["html"][:160] for node in rule["nodes"]]) for rule in found]
        assert not shown, f"{page.url}: {shown}"

    return check


@pytest.fixture
def sign_in() -> Callable[..., None]:
    """``sign_in(page, server, alice)`` puts a session cookie into the browser, without the sign-in page."""
    from django.conf import settings
    from django.test import Client

    def put(page: Page, server: str, user: object) -> None:
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": server}])

    return put


@pytest.fixture
def shared_files(settings) -> None:  # type: ignore[no-untyped-def]
    """Files lie where the processes of this test look for them, too."""
    default = {**settings.STORAGES["default"], "OPTIONS": {"location": env.files_dir}}
    settings.STORAGES = {**settings.STORAGES, "default": default}
