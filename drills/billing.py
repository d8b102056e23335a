"""A worker killed with -9 at any moment while payments arrive and people join: nothing is lost or doubled."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.core.management import call_command
from django.test import override_settings

from billing import actions, inbox, seats
from billing.models import MoneyIntent
from demo import cast
from drills.evidence import Evidence
from drills.stage import stage
from tenancy.queue import send
from tests import processes, processor
from tests.billing.conftest import Firm, person
from tests.kills.stage import Nursery, billing_at_rest, faults_of_billing, minutes_pass_for_billing, until

TRIALS = 20
COLUMNS = ["trial", "killed after", "open then", "lost or doubled"]
REMARK = (
    "Each time a month passes at the test processor, its word is handed over and somebody joins the firm, while a "
    "worker is there to act on both. The moment of death is drawn from the time that the same work took undisturbed."
)


class Months:
    """A firm that pays by the month, and one person more each time."""

    def __init__(self, sim: processor.Processor) -> None:
        self.sim, self.firm, self.months = sim, Firm(cast.acme(person("alice")), sim), 0
        self.firm.pay()
        self.firm.do(actions.let_grow_to, 500)

    def begin(self) -> None:
        self.months += 1
        self.sim.advance(days=31, hours=2)
        self.firm.joins("bob")
        for letter in self.sim.letters():
            inbox.take_in(letter["body"].encode(), letter["headers"]["Stripe-Signature"])
        send(seats.TASK, kwargs={"account_id": self.firm.account.pk})

    def is_done(self) -> bool:
        return billing_at_rest() and not self.open_steps() and self.firm.plan().seats == self.seats

    def open_steps(self) -> bool:
        return bool(self.firm.do(lambda: MoneyIntent.objects.open().exists()))

    @property
    def seats(self) -> int:
        return max(3, 1 + self.months)

    def go_on(self) -> None:
        minutes_pass_for_billing(self.firm.account)
        send(seats.TASK, kwargs={"account_id": self.firm.account.pk})

    def faults(self) -> list[str]:
        return faults_of_billing(self.firm, payments=1 + self.months, seats=self.seats)


def run() -> Evidence:
    with stage() as name, processes.broker_of(name), tempfile.TemporaryDirectory() as folder:
        sim = processor.Processor(Path(folder))
        sim.start()
        try:
            ours = {**processor.environ(), "STRIPE_WEBHOOK_SECRETS": [processor.SECRET], "STRIPE_LIVEMODE": False}
            with override_settings(**ours), Nursery(processes._environ(name)) as nursery:
                call_command("publish_prices")
                sim.tell("http://localhost:9/")
                sim.webhooks(held=True)
                rows = list(series(nursery, Months(sim)))
        finally:
            sim.stop()
    return Evidence(COLUMNS, rows, all(row[3] == "nothing" for row in rows), [REMARK])


def series(nursery: Nursery, work: Months) -> Iterator[list[object]]:
    """Once undisturbed, to see how long it takes, then killed at moments drawn from that time."""
    whole = trial(nursery, work, None)[0]
    for number in range(1, TRIALS + 1):
        seconds, *found = trial(nursery, work, random.uniform(0, whole))  # noqa: S311  (no secret)
        yield [number, f"{seconds:.2f} of {whole:.2f} s", *found]


def trial(nursery: Nursery, work: Months, patience: float | None) -> tuple[float, str, str]:
    """Seconds until the death, what was open then, and what is wrong when all is done."""
    worker = nursery.worker()
    work.begin()
    begin = time.monotonic()
    if patience is None:
        until(work.is_done, worker)
    else:
        time.sleep(patience)
    worker.kill()
    seconds = time.monotonic() - begin
    left = [name for name, there in (("word", not billing_at_rest()), ("a step", work.open_steps())) if there]
    worker = nursery.worker()
    work.go_on()
    until(work.is_done, worker)
    worker.kill()
    return seconds, " and ".join(left) or "nothing", "; ".join(work.faults()) or "nothing"
