"""`bin/start`: everything running, in one terminal, until it is stopped.

Prepares the database, then keeps the web server, two workers, the scheduler, the mail listener and, where no real one
is set, the test card processor alive. `bin/start` itself has made sure before that the packages are there.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from config import embedded, roles, substrings
from config.trouble import Trouble, give_up

if TYPE_CHECKING:
    from config.env import Env

PROJECT = Path(__file__).resolve().parent.parent
LEAST_FREE_BYTES = 100 * 1024 * 1024
LARGEST_LOG_BYTES = 10 * 1024 * 1024
LONGEST_PAUSE = 30
PATIENCE_AT_STOP = ((signal.SIGTERM, 10), (signal.SIGQUIT, 5), (signal.SIGKILL, 5))


class Stopped(Exception):
    """Somebody asked us to stop."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/start", description="Start Candor and everything it needs.")
    parser.add_argument("--empty", action="store_true", help="start without demo accounts")
    arguments = parser.parse_args()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _stop)
    try:
        from config.env import child_environ, env

        Launch(env, child_environ, with_demo=not arguments.empty).run()
    except Stopped:
        say("Candor has stopped.")
    except OSError as error:
        raise _explain(error) from error


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


class Launch:
    """One run of everything, from the first check to the last process stopped."""

    def __init__(self, env: Env, child_environ, *, with_demo: bool) -> None:  # type: ignore[no-untyped-def]
        self.env = env
        self.child_environ = child_environ
        self.with_demo = with_demo
        self.server: embedded.Server | None = None
        self.children: list[Child] = []

    def run(self) -> None:
        with only_one(self.env.data_dir):
            check_room(self.env.data_dir)
            check_port(self.env.port)
            if self.env.mail_log_port:
                check_port(self.env.mail_log_port, name="MAIL_LOG_PORT")
            if self.env.stripe.simulator_port:
                check_port(self.env.stripe.simulator_port, name="PROCESSOR_SIM_PORT")
            for folder in (self.env.files_dir, self.env.mail_dir, self.env.log_dir):
                folder.mkdir(mode=0o700, exist_ok=True)
            try:
                self.prepare()
                self.start_children()
                self.wait_until_ready()
                self.offer_plans()
                self.announce()
                self.keep_alive()
            finally:
                self.stop()

    def prepare(self) -> None:
        """Bring the database to where the code is, and the demo accounts in on the first run."""
        self.prepare_database()
        say("Bringing the tables up to date …")
        self.manage("migrate", "--no-input", "--verbosity=0", role="owner")
        if self.server:
            substrings.allow(self.server.admin_dsn(self.env.conninfo("app")["dbname"]))
        self.manage("replay_deletions", "--check", role="app")
        if not self.env.debug:
            say("Collecting static files …")
            self.manage("collectstatic", "--no-input", "--verbosity=0", role="app")
        self.seed()

    def prepare_database(self) -> None:
        if self.env.database_url is None:
            say("Starting the database …")
            self.server = embedded.start(self.env.data_dir)
            admin_dsn = self.server.admin_dsn()
        elif self.env.is_app_only:
            return
        elif may_prepare := roles.administrator(self.env.database_url):
            admin_dsn = may_prepare
        else:
            raise Trouble(
                "The user of DATABASE_URL is neither candor_app nor allowed to create roles. "
                "Give the address of a user with CREATEROLE and CREATEDB, or candor_app's own."
            )
        roles.prepare_database(admin_dsn, self.env.conninfo("app")["dbname"], self.env.role_password)
        if self.env.broker_url is None:
            broker = self.env.conninfo("broker")
            roles.prepare_broker(admin_dsn, broker["dbname"], broker["password"])

    def seed(self) -> None:
        done = self.env.data_dir / "first_run"
        if done.exists() or not self.env.debug:
            return
        if self.with_demo:
            if not any(PROJECT.glob("*/management/commands/seed_demo.py")):
                say("There are no demo accounts in this version yet; sign up at /trial/.")
                return
            say("Making the demo accounts …")
            self.manage("seed_demo", role="app")
        done.touch()

    def manage(self, command: str, *arguments: str, role: str) -> None:
        finished = subprocess.run(  # noqa: S603
            [sys.executable, PROJECT / "manage.py", command, *arguments],
            cwd=PROJECT,
            env=self.environ_for(role),
            start_new_session=True,
        )
        if finished.returncode:
            raise Trouble(f"manage.py {command} failed (see above); Candor has not started.")

    def environ_for(self, role: str, **more: str) -> dict[str, str]:
        """A child sees the database as its own role, never as the administrator."""
        changes = {"CANDOR_DATABASE_ROLE": role, **more}
        if self.env.database_url is not None:
            changes |= {"DATABASE_URL": self.env.dsn("app"), "DATABASE_OWNER_URL": ""}
            if role == "owner":
                changes["DATABASE_OWNER_URL"] = self.env.dsn("owner")
        return self.child_environ(changes)

    def start_children(self) -> None:
        say("Starting the web server, the workers and the scheduler …")
        log = self.env.log_dir
        celery = [sys.executable, _program("celery"), "--app=config.celery"]
        worker = [*celery, "worker", "--loglevel=INFO", "--without-gossip", "--without-mingle"]
        self.children = [
            Child(
                "worker",
                [*worker, "--queues=default", "--concurrency=2", "--hostname=default@candor"],
                self.environ_for("app", WORKER_QUEUE="default"),
                log / "worker.log",
            ),
            Child(
                "worker for long jobs",
                [*worker, "--queues=long", "--concurrency=1", "--hostname=long@candor"],
                self.environ_for("app", WORKER_QUEUE="long"),
                log / "worker-long.log",
            ),
            Child(
                "scheduler",
                [*celery, "beat", "--loglevel=INFO", "--pidfile="],
                self.environ_for("app"),
                log / "scheduler.log",
            ),
            Child(
                "web server",
                [
                    sys.executable,
                    _program("granian"),
                    "--interface=wsgi",
                    "--host=127.0.0.1",
                    f"--port={self.env.port}",
                    "--workers=1",
                    "--blocking-threads=4",
                    "--no-ws",
                    "config.wsgi:application",
                ],
                self.environ_for("app"),
                log / "web.log",
                is_vital=True,
            ),
        ]
        if self.env.mail_log_port:
            manage = [sys.executable, str(PROJECT / "manage.py")]
            listen = Child("mail listener", [*manage, "listen_for_mail"], self.environ_for("app"), log / "mail.log")
            self.children.insert(0, listen)
        if self.env.stripe.simulator_port:
            self.children.insert(0, self.test_processor())
        for child in self.children:
            child.start()

    def test_processor(self) -> Child:
        """A card processor without money, for installations that know no real one."""
        stripe = self.env.stripe
        command = [sys.executable, "-m", "devtools.processor_sim", f"--port={stripe.simulator_port}"]
        command += [f"--file={self.env.data_dir / 'processor.sqlite3'}"]
        command += [f"--webhook-url={self.env.site_url}/webhooks/processor/{stripe.webhook_endpoint}/"]
        environ = self.environ_for("app", PROCESSOR_SIM_WEBHOOK_SECRET=stripe.webhook_secrets[0])
        return Child("test processor", command, environ, self.env.log_dir / "processor.log")

    def wait_until_ready(self) -> None:
        give_up_at = time.monotonic() + 60
        for path in ("/healthz", "/readyz"):
            while (status := self.ask(path)) not in (200, 404):
                for child in self.children:
                    if child.has_ended():
                        raise Trouble(f"The {child.name} stopped at once. {child.last_words()}")
                if time.monotonic() > give_up_at:
                    raise Trouble(
                        f"Candor did not get ready within a minute ({path} answers {status or 'nothing'}). "
                        f"The folder {self.env.log_dir} says more."
                    )
                time.sleep(0.1)

    def offer_plans(self) -> None:
        """A new test processor knows none of our prices yet."""
        done = self.env.data_dir / "processor_has_prices"
        if self.env.stripe.simulator_port and not done.exists():
            say("Offering the plans at the test processor …")
            self.manage("publish_prices", role="app")
            done.touch()

    def ask(self, path: str) -> int | None:
        """The status of one of our own pages, asked as the proxy in front of us would."""
        headers = {
            "Host": self.env.allowed_hosts[0].lstrip(".*") or "localhost",
            "X-Forwarded-Proto": "https",
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.env.port, timeout=10)
        try:
            connection.request("GET", path, headers=headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def announce(self) -> None:
        say(f"What the processes say lies in {self.env.log_dir}; Ctrl-C stops everything.")
        if self.env.debug:
            say(f"Demo password: {self.env.demo_password}")
        say(f"Candor is ready at http://localhost:{self.env.port}/")

    def keep_alive(self) -> None:
        """Until somebody says stop: bring back what ends, and give up where that does not help."""
        while True:
            time.sleep(0.2)
            if self.server and not self.server.is_running():
                say("The database has stopped by itself; starting it again.")
                self.server = embedded.start(self.env.data_dir)
            for child in self.children:
                child.look_after()

    def stop(self) -> None:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        if any(child.process for child in self.children):
            say("Stopping …")
        stop_all(self.children)
        if self.server:
            self.server.stop()


@dataclass
class Child:
    """A process of ours that is meant to live as long as we do."""

    name: str
    command: list[str]
    environ: dict[str, str] = field(repr=False)
    log: Path
    is_vital: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    again_at: float | None = None

    def start(self) -> None:
        with _log_file(self.log) as log:
            self.process = subprocess.Popen(  # noqa: S603
                self.command,
                cwd=PROJECT,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self.started_at = time.monotonic()
        self.again_at = None

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def look_after(self) -> None:
        """Start it again after a pause that doubles with every failure in a row."""
        now = time.monotonic()
        if self.again_at is not None:
            if now >= self.again_at:
                self.start()
        elif self.has_ended():
            self.failures = self.failures + 1 if now - self.started_at < 60 else 1
            if self.is_vital and self.failures >= 3:
                raise Trouble(f"The {self.name} stopped three times in a row. {self.last_words()}")
            pause = min(2 ** (self.failures - 1), LONGEST_PAUSE)
            say(f"The {self.name} has stopped by itself; starting it again in {pause} s ({self.log}).")
            self.signal(signal.SIGKILL)
            self.again_at = now + pause

    def signal(self, number: signal.Signals) -> None:
        """Signal the process; a kill reaches its own children too."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if number == signal.SIGKILL:
                os.killpg(self.process.pid, number)
            elif not self.has_ended():
                self.process.send_signal(number)

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-15:]
        return f"Its last words ({self.log}):\n" + "\n".join(f"  {line}" for line in lines)


def stop_all(children: list[Child]) -> None:
    """Ask all at once, then with less and less patience; leave nothing of theirs behind."""
    for how, seconds in PATIENCE_AT_STOP:
        for child in children:
            child.signal(how)
        give_up_at = time.monotonic() + seconds
        while any(child.process and not child.has_ended() for child in children):
            if time.monotonic() > give_up_at:
                break
            time.sleep(0.05)
        else:
            break
    for child in children:
        child.signal(signal.SIGKILL)


@contextlib.contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Hold the data folder for ourselves, or say who has it."""
    embedded.make_data_dir(data_dir)
    with open(data_dir / "start.lock", "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Trouble(
                f"Candor is already running on the data folder {data_dir} (process {lock.read().strip()}). "
                "Stop that one first, or name another folder in CANDOR_DATA and another port in PORT."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def check_room(data_dir: Path) -> None:
    free = shutil.disk_usage(data_dir).free
    if free < LEAST_FREE_BYTES:
        raise Trouble(
            f"The disk that holds {data_dir} is full: {free // 1024**2} MB are free; Candor needs at least "
            f"{LEAST_FREE_BYTES // 1024**2} MB. Free some space, or name another folder in CANDOR_DATA."
        )


def check_port(port: int, name: str = "PORT") -> None:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except PermissionError:
            raise Trouble(f"This user may not open port {port}. Choose one above 1023: {name}=8000 bin/start") from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise Trouble(
                f"Port {port} is taken by another program. Stop that one, or choose another port: "
                f"{name}={port + 1 if port < 65535 else 8000} bin/start"
            ) from None


def _stop(number: int, frame: object) -> None:
    raise Stopped


def _program(name: str) -> str:
    """A program of our virtual environment."""
    return str(Path(sys.executable).with_name(name))


def _log_file(path: Path) -> IO[bytes]:
    """Open a log to add to; a long one makes room first."""
    if path.exists() and path.stat().st_size > LARGEST_LOG_BYTES:
        path.rename(path.with_suffix(".old.log"))
    return open(path, "ab")


def _die_with_parent() -> None:
    """On Linux a child is told to stop when we are killed without a chance to say so."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _explain(error: OSError) -> Trouble:
    if error.errno == errno.ENOSPC:
        return Trouble("The disk is full. Free some space and start again.")
    return Trouble(
        f"Candor cannot work here: {error.filename or 'the system'} says: {error.strerror or error}. "
        "Make the data folder readable and writable for this user, or name another one in CANDOR_DATA."
    )


if __name__ == "__main__":
    try:
        main()
    except Trouble as trouble:
        give_up(trouble)
