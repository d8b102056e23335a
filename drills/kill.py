"""A worker killed with -9 at any moment of an import or a mailing loses nothing and doubles nothing."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from accounts.models import OutgoingMail
from demo import cast
from drills.evidence import Evidence
from drills.stage import stage
from tests import processes
from tests.kills.stage import (
    Nursery,
    Postman,
    faults_of_import,
    faults_of_mailing,
    letters,
    minutes_pass_for_jobs,
    minutes_pass_for_letters,
    seen,
    start_import,
    until,
    write_mailing,
)

TRIALS = 20
ROWS, BATCH = 3000, 250
LETTERS = 200
COLUMNS = ["work", "trial", "killed after", "stood at", "done then", "lost or doubled", "conversations repeated"]
REMARK = (
    f"An import has {ROWS} rows in pieces of {BATCH}, a mailing {LETTERS} letters. The moment of death is drawn from "
    "the time that the same work took undisturbed. A conversation with the mail server may be repeated, once a death, "
    "where it falls between the server's word and our commit: the letter then has the same Message-ID."
)


class Import:
    """A file of contacts on its way into an account of its own."""

    name = "import"

    def __init__(self) -> None:
        self.alice = cast.person("alice@acme.example")

    def begin(self) -> None:
        self.job = start_import(cast.acme(self.alice), ROWS)

    def is_done(self) -> bool:
        return not seen(self.job).is_at_work

    def place(self) -> str:
        return f"row {seen(self.job).rows_read}"

    def go_on(self) -> None:
        if not self.is_done():
            minutes_pass_for_jobs(self.job)

    def faults(self) -> list[str]:
        return faults_of_import(self.job, ROWS)

    def repeated(self) -> int:
        return 0


class Mailing:
    """Many letters written in one transaction."""

    name = "mailing"

    def __init__(self, postman: Postman) -> None:
        self.postman = postman

    def begin(self) -> None:
        OutgoingMail.objects.all().delete()
        self.postman.taken.clear()
        write_mailing(LETTERS)

    def is_done(self) -> bool:
        return letters()["sent"] == LETTERS

    def place(self) -> str:
        return f"letter {letters()['sent']}"

    def go_on(self) -> None:
        minutes_pass_for_letters()

    def faults(self) -> list[str]:
        return faults_of_mailing(self.postman, LETTERS) if self.is_done() else []

    def repeated(self) -> int:
        return sum(self.postman.taken.values()) - LETTERS


def run() -> Evidence:
    with stage() as name, processes.broker_of(name), Postman() as postman:
        environ = processes._environ(name) | {"EMAIL_URL": postman.url, "BATCH": str(BATCH)}
        with Nursery(environ) as nursery:
            rows = [row for work in (Import(), Mailing(postman)) for row in series(nursery, work)]
    return Evidence(COLUMNS, rows, all(row[5] == "nothing" and row[6] <= 1 for row in rows), [REMARK])


def series(nursery: Nursery, work: Import | Mailing) -> Iterator[list[object]]:
    """The same work undisturbed, to see how long it takes, then killed at moments drawn from that time."""
    whole = trial(nursery, work, None)[0]
    for number in range(1, TRIALS + 1):
        seconds, *found = trial(nursery, work, random.uniform(0, whole))  # noqa: S311  (no secret)
        yield [work.name, number, f"{seconds:.2f} of {whole:.2f} s", *found]


def trial(nursery: Nursery, work: Import | Mailing, patience: float | None) -> tuple[float, str, str, str, int]:
    """Seconds until the death, where it stood, whether it was done then, what is wrong in the end, what went twice."""
    worker = nursery.worker()
    work.begin()
    begin = time.monotonic()
    if patience is None:
        until(work.is_done, worker)
    else:
        time.sleep(patience)
    worker.kill()
    seconds = time.monotonic() - begin
    place, was_done, found = work.place(), work.is_done(), work.faults()
    worker = nursery.worker()
    work.go_on()
    until(work.is_done, worker)
    worker.kill()
    return (
        seconds,
        place,
        "yes" if was_done else "no",
        "; ".join([*found, *work.faults()]) or "nothing",
        work.repeated(),
    )
