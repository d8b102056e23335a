"""What the tests and the drill of killed workers share: real workers, a mail server that counts, and what must hold."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from django.db import connection, transaction
from django.db.models import Sum

from accounts import mail
from accounts.alarms import Alarm, ring
from accounts.models import Account, OutgoingMail
from audit.models import Event
from billing.models import MoneyIntent, Subscription, SubscriptionInvoice, WebhookEvent
from config.celery import app
from crm import search
from crm.imports.job import steps as people_steps
from crm.models import Company, Contact, ContactImport, SearchToken
from demo import cast
from tenancy.context import activate
from tests import database
from timetracking import summary
from timetracking.imports.job import steps as hours_steps
from timetracking.models import HoursImport, Project, TimeEntry, TimeEntryTag

COMPANIES = 50
QUIET = ("--without-gossip", "--without-mingle", "--loglevel=INFO", "--concurrency=1")


# ---------------------------------------------------------------------------------------- processes


@dataclass
class Process:
    """A worker or a scheduler, as the tests see it from outside."""

    number: int
    log: Path

    @property
    def is_alive(self) -> bool:
        try:
            os.kill(self.number, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        """kill -9, with all its children."""
        if self.is_alive:
            os.killpg(self.number, signal.SIGKILL)
        until(lambda: not self.is_alive, self)


class Nursery:
    """Starts workers and schedulers in a blink (``nursery.py``), and none outlives it."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.started: list[Process] = []
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.kills.nursery"],
            cwd=database.PROJECT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *trouble: object) -> None:
        self.kill_all()
        self.process.communicate(timeout=20)
        self.folder.cleanup()

    def worker(self, **environ: str) -> Process:
        """A worker on both queues, at work."""
        name = f"--hostname=test{len(self.started)}@candor"
        return self._start(" ready.", "worker", "--queues=default,long", name, *QUIET, **environ)

    def scheduler(self, *names: str) -> Process:
        """A scheduler that sends what ``config.celery.BEAT`` calls so, each second."""
        return self._start("beat: Starting", "beat", "--pidfile=", "--loglevel=INFO", EVERY_SECOND=",".join(names))

    def kill_all(self) -> None:
        for process in self.started:
            process.kill()
        self.started.clear()

    def _start(self, is_there: str, *words: str, **environ: str) -> Process:
        log = Path(self.folder.name, f"{time.monotonic_ns()}.log")
        self.process.stdin.write(json.dumps({"log": str(log), "environ": environ, "words": words}) + "\n")
        self.process.stdin.flush()
        process = Process(int(self.process.stdout.readline()), log)
        self.started.append(process)
        until(lambda: log.exists() and is_there in log.read_text(), process, must_live=True)
        return process


def until(condition: Callable[[], Any], *processes: Process, seconds: float = 60, must_live: bool = False) -> None:
    """Wait; raise with the last words of the processes when it does not come to pass."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end or (must_live and not all(process.is_alive for process in processes)):
            words = "\n".join(process.log.read_text()[-4000:] for process in processes if process.log.exists())
            raise AssertionError(f"It did not come to pass. They said:\n{words}")
        time.sleep(0.02)


# ---------------------------------------------------------------------------------------- letters


class Postman:
    """A mail server that counts what it has taken."""

    def __init__(self) -> None:
        self.taken: Counter[tuple[str, str]] = Counter()
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> Postman:
        self.controller.start()
        return self

    def __exit__(self, *trouble: object) -> None:
        self.controller.stop()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?tls=0"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        letter = message_from_bytes(envelope.content)
        self.taken[letter["To"], letter["Message-ID"]] += 1
        return "250 Taken"


def write_mailing(letters: int) -> None:
    """Many letters in one transaction, as an action writes them."""
    with transaction.atomic():
        for number in range(letters):
            words = {"email": f"m{number}@pell.example", "welcome_url": f"http://testserver/welcome/{number}/"}
            mail.write("welcome", f"m{number}@pell.example", **words)


def letters() -> Counter[str]:
    """How many letters are in which state."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, count(*) FROM accounts_outgoingmail GROUP BY state")
        return Counter(dict(cursor.fetchall()))


def minutes_pass_for_letters() -> None:
    """The next try is due, and the scheduler sends its message."""
    OutgoingMail.objects.filter(state="sending").update(next_try_at=mail.Now())
    app.send_task("accounts.send_waiting_mail")


def faults_of_mailing(postman: Postman, count: int) -> list[str]:
    """What is wrong after all is done; nothing, when each letter is at its reader's once by its Message-ID."""
    found = []
    ids = Counter(reader for reader, _ in postman.taken)
    if missing := count - len(ids):
        found.append(f"{missing} letters lost")
    if doubled := [reader for reader, number in ids.items() if number > 1]:
        found.append(f"{len(doubled)} readers with two letters")
    if letters() != Counter(sent=count):
        found.append(f"states {dict(letters())}")
    return found


# ---------------------------------------------------------------------------------------- imports


def start_import(account: Account, rows: int, extra: str = "") -> ContactImport:
    """Upload a file of so many people and press Import."""
    people = "".join(f"M{n},Groß{n},m{n}@x.example,Firma {n % COMPANIES}\n" for n in range(rows))
    return _started(people_steps, account, f"First name,Last name,E-mail,Company\n{people}{extra}")


def start_import_of_hours(account: Account, rows: int) -> HoursImport:
    """The same with hours of one person, on a project and under a tag that come into being."""
    email = account.memberships.first().user.email
    days = (date(2026, 1, 1) + timedelta(days=n % 300) for n in range(rows))
    hours = "".join(f"{day},{email},Tower,Note {n},crane,1:30\n" for n, day in enumerate(days))
    return _started(hours_steps, account, f"Date,Email,Project,Notes,Tags,Duration\n{hours}")


def _started(steps: Any, account: Account, text: str) -> Any:
    with activate(account, actor=cast.SYSTEM):
        job = steps.upload(io.BytesIO(text.encode()), name="file.csv", by=account.memberships.first())
        steps.start_run(job)
    return job


def seen(job: Any) -> Any:
    """The job as it is now."""
    with activate(job.account_id, actor=cast.SYSTEM):
        return type(job).objects.get(pk=job.pk)


def minutes_pass_for_jobs(job: Any) -> None:
    """The alarm of a silent job rings, the database having noticed that its worker is gone."""
    with activate(job.account_id, actor=cast.SYSTEM):
        type(job).objects.select_for_update().get(pk=job.pk)
    Alarm.objects.filter(account_id=job.account_id).update(rings_at=mail.Now())
    assert ring() == 1


def faults_of_import(job: Any, rows: int) -> list[str]:
    """What is wrong with what is stored; nothing, when everything up to some row is there once."""
    job = seen(job)
    there = job.rows_read if job.is_at_work else rows
    told = _facts_of_hours if isinstance(job, HoursImport) else _facts_of_people
    with activate(job.account_id, actor=cast.SYSTEM):
        facts = [*_facts(job, there), *told(job, there)]
        return [f"{name} {is_there}, not {must_be}" for name, is_there, must_be in facts if is_there != must_be]


def _facts(job: Any, there: int) -> list[tuple[str, object, object]]:
    """What holds of an import of any kind."""
    is_done = job.state == job.State.DONE
    return [
        ("state", job.state, "running" if job.is_at_work else "done"),
        ("rows read", job.rows_read, there),
        ("added", job.stored, there),
        ("rows", list(job.rows.order_by("row").values_list("row", flat=True)), list(range(2, there + 2))),
        ("alarms", Alarm.objects.filter(account_id=job.account_id).count(), int(not is_done)),
    ]


def _facts_of_hours(job: HoursImport, there: int) -> list[tuple[str, object, object]]:
    return [
        ("minutes", TimeEntry.objects.aggregate(sum=Sum("minutes"))["sum"] or 0, 90 * there),
        ("notes", TimeEntry.objects.values("note").distinct().count(), there),
        ("sums that differ", summary.differences(), []),
        ("projects", Project.objects.count(), 1),
        ("tags", TimeEntryTag.objects.filter(tag__name="crane").count(), there),
        ("events", Event.objects.filter(kind="hours.imported").count(), int(job.state == job.State.DONE)),
    ]


def _facts_of_people(job: ContactImport, there: int) -> list[tuple[str, object, object]]:
    return [
        ("contacts", Contact.objects.count(), there),
        ("addresses", Contact.objects.values("email_lower").distinct().count(), there),
        ("companies", Company.objects.count(), min(COMPANIES, there)),
        ("events", Event.objects.filter(kind="contacts.imported").count(), int(job.state == job.State.DONE)),
        ("search words", *_words_found_and_wanted()),
    ]


def _words_found_and_wanted() -> tuple[int, int]:
    """How many search words there are, and how many when everything is read anew."""

    def count() -> int:
        return SearchToken.objects.count()

    found = count()
    with transaction.atomic():
        SearchToken.objects.all().delete()
        for model in (Contact, Company):
            search.reindex(list(model.objects.all()))
        wanted = count()
        transaction.set_rollback(True)
    return found, wanted


# ---------------------------------------------------------------------------------------- what a firm pays us


def minutes_pass_for_billing(account: Account) -> None:
    """The next tries are due, the alarms of open steps ring, and the scheduler sends its message."""
    WebhookEvent.objects.filter(state="new").update(next_try_at=mail.Now())
    Alarm.objects.filter(account_id=account.pk).update(rings_at=mail.Now())
    ring()
    app.send_task("billing.sweep_inbox")


def billing_at_rest() -> bool:
    return not WebhookEvent.objects.filter(state="new").exists()


def faults_of_billing(firm: Any, *, payments: int, seats: int) -> list[str]:
    """What is wrong after all is done; nothing, when our books say what the processor's do, and each thing once."""
    [there] = firm.there()
    with activate(firm.account, actor=cast.SYSTEM):
        ours = Subscription.objects.get()
        facts = [
            ("seats there", there.seats, seats),
            ("seats here", ours.seats, seats),
            ("period", ours.period_end, there.period_end),
            ("paid invoices", SubscriptionInvoice.objects.filter(status="paid").count(), payments),
            ("payments told of", Event.objects.filter(kind="payment.received").count(), payments),
            ("open steps", MoneyIntent.objects.open().count(), 0),
            ("dead events", WebhookEvent.objects.filter(state="dead").count(), 0),
        ]
    return [f"{name} {is_there}, not {must_be}" for name, is_there, must_be in facts if is_there != must_be]
