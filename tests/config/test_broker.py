"""Messages reach a real worker, and outlive one that is killed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery

from config import embedded, roles
from config.celery import LONG, QUEUES, app, broker
from config.env import child_environ, env, read
from tests.config.conftest import PROJECT, free_port, fresh_data_dir, run, wait_for

ROUTES = {"errands.note_at_length": {"queue": "long"}}


class Post:
    """An installation's broker: sends as the web server would, and starts workers."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.settings = settings
        self.workers: list[subprocess.Popen[bytes]] = []
        self.sender = Celery("sender", set_as_current=False)
        self.sender.conf.update(
            **broker(read(self.settings), "default"), task_default_queue="default", task_routes=ROUTES
        )

    def send(self, task: str, *arguments: object) -> None:
        with self.sender.connection_for_write() as connection:
            self.sender.send_task(task, [str(part) for part in arguments], connection=connection)

    def worker(self, queue: str = "default") -> subprocess.Popen[bytes]:
        options = ["--concurrency=1", f"--queues={queue}", "--without-gossip", "--without-mingle"]
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "--app=tests.config.errands", "worker", "--loglevel=INFO", *options],
            cwd=PROJECT,
            env=child_environ({**self.settings, "WORKER_QUEUE": queue}),
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "worker.log").open("ab"),
            start_new_session=True,
        )
        self.workers.append(process)
        return process

    def written(self, name: str = "page") -> list[str]:
        page = self.folder / name
        return page.read_text().splitlines() if page.exists() else []

    def close(self) -> None:
        for process in self.workers:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of a worker with all its children, as when a machine loses power."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def queues() -> Iterator[dict[str, str]]:
    """An installation with queues in its own embedded PostgreSQL."""
    with fresh_data_dir() as data_dir:
        settings = {"CANDOR_DATA": str(data_dir), "DATABASE_URL": "", "CELERY_BROKER_URL": ""}
        installation = read(settings)
        server = embedded.start(data_dir, fsync=False)
        roles.prepare_database(server.admin_dsn(), "candor", installation.role_password)
        roles.prepare_broker(server.admin_dsn(), "candor_broker", installation.role_password("candor_broker"))
        yield settings
        server.stop()


@pytest.fixture(scope="module")
def redis() -> Iterator[dict[str, str]]:
    """An installation with a Redis server of its own."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed (apt-get install redis-server)")
    port = free_port()
    with fresh_data_dir() as data_dir:
        options = ["--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", data_dir]
        server = subprocess.Popen([program, *map(str, options)], stdout=subprocess.DEVNULL)
        wait_for(lambda: _listens(port))
        yield {"CANDOR_DATA": str(data_dir), "DATABASE_URL": "", "CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/0"}
        server.terminate()
        server.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(params=["queues", "redis"])
def post(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Post]:
    post = Post(tmp_path, **request.getfixturevalue(request.param))
    yield post
    post.close()


def test_a_message_reaches_the_worker_of_its_queue(post):
    post.worker("default")
    post.send("errands.note_at_length", post.folder / "long page")
    post.send("errands.note", post.folder / "page", "hello")
    wait_for(lambda: post.written() == ["hello"])
    assert post.written("long page") == []
    post.worker("long")
    wait_for(lambda: post.written("long page") == ["at length"])


def test_a_killed_workers_message_goes_to_the_next(post):
    first = post.worker()
    post.send("errands.note_slowly", post.folder / "page")
    wait_for(post.written)
    kill(first)
    post.worker()
    wait_for(lambda: post.written()[-1] == "done", 40)
    begun = [line for line in post.written() if line.startswith("begun")]
    assert len(set(begun)) == 2


def test_a_killed_child_of_a_worker_gives_its_message_back(post):
    post.worker()
    post.send("errands.note_slowly", post.folder / "page")
    wait_for(post.written)
    os.kill(int(post.written()[0].split()[1]), signal.SIGKILL)
    wait_for(lambda: post.written()[-1] == "done", 40)


def test_a_finished_message_does_not_come_again(queues, tmp_path):
    post = Post(tmp_path, **queues)
    try:
        post.worker()
        post.send("errands.note", tmp_path / "page", "once")
        wait_for(post.written)
        time.sleep(4)  # longer than the patience with a lost worker
        assert post.written() == ["once"]
    finally:
        post.close()


def test_a_message_waits_for_a_worker_and_wakes_it_at_once(queues, tmp_path):
    post = Post(tmp_path, **queues)
    try:
        post.send("errands.note", tmp_path / "page", "waited")
        post.worker()
        wait_for(post.written)
        sent_at = time.monotonic()
        post.send("errands.note", tmp_path / "page", "woke")
        wait_for(lambda: post.written() == ["waited", "woke"])
        assert time.monotonic() - sent_at < 5
    finally:
        post.close()


@pytest.mark.parametrize("queue", QUEUES)
def test_no_message_comes_back_while_its_task_may_still_run(queue):
    limits = QUEUES[queue]
    assert limits.redelivered_after_minutes > limits.minutes
    options = broker(env, queue)["broker_transport_options"]
    assert options["visibility_timeout"] == limits.redelivered_after_minutes * 60


def test_the_worker_of_long_jobs_has_more_patience():
    program = "from config.celery import app; print(app.conf.task_time_limit)"
    assert [run("-c", program, WORKER_QUEUE=queue).stdout.strip() for queue in QUEUES] == ["600", "2400"]


def test_queues_are_the_same_where_they_are_made_and_where_they_are_used():
    assert tuple(QUEUES) == roles.QUEUES


def test_nothing_is_lost_or_looked_at_by_default():
    conf = app.conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.task_ignore_result
    assert conf.result_backend is None
    assert not conf.worker_enable_remote_control
    assert conf.accept_content == ["json"]
    assert not conf.task_always_eager


def test_long_jobs_are_tasks_that_exist():
    app.loader.import_default_modules()
    assert set(LONG) <= set(app.tasks)
