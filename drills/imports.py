"""A hundred thousand contacts are imported and taken back within a minute each, in the memory of a short file.

A real worker does it, while somebody looks at a list of contacts on a real web server again and again. Beside the
times stand the seconds that worker and database computed, and what the machine was doing otherwise: times are those
of a quiet machine only where the load says so.
"""

from __future__ import annotations

import http.client
import io
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from accounts.actions import open_account
from accounts.models import Account, Membership, User
from crm.imports import job as jobs
from crm.imports import undoing
from crm.models import Contact, ContactImport
from demo import cast
from drills.evidence import Evidence
from drills.million import high_water
from drills.stage import stage
from tenancy.context import activate
from tests import database, processes

SHORT, LONG = 5_000, 100_000
OTHERS = 20_000  # contacts of another firm, as there are wherever Candor is not new
MOST_SECONDS = 60
MORE = 40  # MB that the long file may take beyond the short one
COLUMNS = ["rows", "step", "seconds", "CPU, s", "worker, MB", "list p50, ms", "list p95, ms", "load"]
FIRST = ("Anna", "Bernd", "Chloé", "Dmitri", "Elif", "Fatima", "Göran", "Hanna", "Ibrahim", "نعمة")
LAST = ("Müller", "Schmidt", "Özdemir", "Nguyen", "García", "Иванова", "Rossi", "Dubois", "Smith", "Kowalski")


def run() -> Evidence:
    """The same steps with a short file and with a long one, each in an account and a worker of its own."""
    rows: list[list[object]] = []
    with stage() as name, processes.broker_of(name), server(name) as address:
        with transaction.atomic():
            alice, mallory = cast.person("alice@acme.example"), cast.person("mallory@globex.example")
            firms = [(SHORT, alice, cast.acme(alice)), (LONG, mallory, cast.globex(mallory))]
            others = open_account(cast.person("bob@acme.example"), name="Initech", country="DE").account
        fill(name, others)
        for length, person, account in firms:
            rows += play(name, address, length, person, account)
    times = [float(str(row[2])) for row in rows if row[0] == f"{LONG:,}" and row[1] != "nothing"]
    short, long = (max(int(str(row[4])) for row in rows if row[0] == f"{length:,}") for length in (SHORT, LONG))
    holds = all(seconds < MOST_SECONDS for seconds in times) and long <= short + MORE
    return Evidence(COLUMNS, rows, holds)


def fill(name: str, account: Account) -> None:
    """Give PostgreSQL something to know its tables by; it looks by itself, but not within the first minute."""
    with activate(account, actor=cast.SYSTEM):
        job = jobs.upload(io.BytesIO(file_of(OTHERS)), name="people.csv", by=Membership.objects.get(account=account))
        jobs.start_run(job)
    while reread(account, job).is_at_work:
        with activate(account, actor=cast.SYSTEM):
            jobs.go_on(str(job.public_id))
    dsn = database.renamed(database.admin_dsn(), name)
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute("ANALYZE")


def play(name: str, address: str, length: int, person: User, account: Account) -> Iterator[list[object]]:
    """Look at the list on its own first; then check, import and undo, with somebody looking at it."""
    environ = processes._environ(name) | {"WORKER_QUEUE": "long"}
    command = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "-Q", "long", "-c", "1"]
    command += ["-n", f"long@{length}", "--without-gossip", "--without-mingle", "-l", "INFO"]
    with activate(account, actor=cast.SYSTEM):
        member = Membership.objects.get(account=account, user=person)
        job = jobs.upload(io.BytesIO(file_of(length)), name="people.csv", by=member)
    with ExitStack() as open_things:
        worker = open_things.enter_context(processes.running(command, environ))
        processes.until(lambda: " ready." in processes.said(worker), seconds=60, process=worker)
        steps: list[tuple[str, Any, str]] = [
            ("check", jobs.start_check, "checked"),
            ("import", jobs.start_run, "done"),
            ("undo", undoing.start, "undone"),
        ]
        with looking(address, account, person) as seen:
            time.sleep(3)
        yield row(length, "nothing", 0, 0, 0, seen)
        for step, start, end in steps:
            with looking(address, account, person) as seen:
                begin, used = time.monotonic(), cpu_of(worker.pid)
                with activate(account, actor=cast.SYSTEM):
                    start(job)
                while (job := reread(account, job)).is_at_work:
                    time.sleep(0.2)
                seconds = time.monotonic() - begin
            if job.state != end:
                raise AssertionError(f"{step} ended as {job.state}: {job.failure}")
            yield row(length, step, seconds, cpu_of(worker.pid) - used, memory_of(worker.pid), seen)
        with activate(account, actor=cast.SYSTEM):
            if Contact.objects.exists() or job.stored != length:
                raise AssertionError(f"{job.stored} of {length} were stored, and {Contact.objects.count()} stayed.")


def row(length: int, step: str, seconds: float, cpu: float, memory: int, seen: list[float]) -> list[object]:
    """One line of the table. Where nothing was seen in time, that is said by the highest number."""
    seen = sorted(seen) or [float("inf")]
    middle, late = seen[len(seen) // 2], seen[int(len(seen) * 0.95)]
    load = f"{os.getloadavg()[0]:.1f}"
    return [f"{length:,}", step, f"{seconds:.1f}", f"{cpu:.1f}", memory, f"{middle:.0f}", f"{late:.0f}", load]


def reread(account: Account, job: ContactImport) -> ContactImport:
    with activate(account, actor=cast.SYSTEM):
        return ContactImport.objects.get(pk=job.pk)


def memory_of(group: int) -> int:
    """The most that any process of the worker has held so far, in MB."""
    return max(high_water(each.number) for each in everybody() if each.session == group)


def cpu_of(group: int) -> float:
    """Seconds that the worker and the database's processes have computed: the same under any load, or nearly."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = int(cursor.fetchone()[0])
    running = everybody()
    server = next(each.parent for each in running if each.number == backend)
    return sum(each.used for each in running if each.session == group or server in (each.parent, each.number))


class Running(NamedTuple):
    """A process of this machine, and how many seconds it and its dead children computed."""

    number: int
    parent: int
    session: int
    used: float


def everybody() -> list[Running]:
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdecimal():
            with suppress(OSError):
                words = (path / "stat").read_text().rpartition(")")[2].split()
                ticks = sum(map(int, words[11:15]))
                used = ticks / os.sysconf("SC_CLK_TCK")
                found.append(Running(int(path.name), int(words[1]), int(words[3]), used))
    return found


def file_of(length: int) -> bytes:
    """People at companies of twenty, every third with a second number, in several scripts."""
    lines = ["First name,Last name,E-mail,Phone,Mobile,Company,Job title,Street,City,Postal code,Country,Tags,Note"]
    for number in range(length):
        first, last, firm = FIRST[number % 10], LAST[number // 10 % 10], number // 20
        second = f"+49 151 {20_000_000 + number}" if number % 3 == 0 else ""
        lines.append(
            f"{first},{last} {number},p{number}@firm{firm}.example,+49 30 {1_000_000 + number},{second},"
            f"Firm {firm} GmbH,Manager,Street {number},Berlin,10{number % 1000:03},Germany,"
            f'"Client, Berlin",Note {number}'
        )
    return "\n".join(lines).encode()


# ---------------------------------------------------------------------------------------- somebody at the pages


@contextmanager
def server(name: str) -> Iterator[str]:
    """A web server on the stage's database, as ``host:port``."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", "2", "tests.wsgi:application"]
    with processes.running(command, processes._environ(name) | {"PORT": str(port)}) as process:
        processes.until(lambda: processes._answers(f"http://localhost:{port}/healthz"), seconds=60, process=process)
        yield f"localhost:{port}"


@contextmanager
def looking(address: str, account: Account, person: User) -> Iterator[list[float]]:
    """Somebody who opens the list of contacts five times a second; how many milliseconds each answer took."""
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    cookie = f"{name}={client.cookies[name].value}"
    took: list[float] = []
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(0.2):
            begin = time.monotonic()
            visit = http.client.HTTPConnection(address, timeout=60)
            visit.request("GET", f"/a/{account.slug}/contacts/", headers={"Cookie": cookie})
            answer = visit.getresponse()
            answer.read()
            visit.close()
            if answer.status != 200:
                raise AssertionError(f"The list answered {answer.status}.")
            took.append((time.monotonic() - begin) * 1000)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield took
    finally:
        is_over.set()
        thread.join()
