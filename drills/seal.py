"""Eight writers and two sealers at once: no fork, no gap, every committed event sealed exactly once.

Writers hold short and long transactions open and roll some back; one holds its events back until all others are
done. The sealers never stop meanwhile. In the end the log is verified.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, connections, transaction

import audit
from audit.models import Event, Link
from demo import cast
from drills.evidence import Evidence
from drills.stage import stage
from tenancy.context import activate

WRITERS, EVENTS, SEALERS = 8, 2000, 2


class Undone(Exception):
    """The writer changed its mind."""


@dataclass
class Storm:
    """What the writers committed, what they took back, and how long a record took while sealers were at work."""

    account: Any
    committed: list[UUID] = field(default_factory=list)
    undone: int = 0
    late: list[UUID] = field(default_factory=list)
    slowest: float = 0.0
    seals: int = 0
    seconds: float = 0.0


def storm(account: Any, writers: int = WRITERS, events: int = EVENTS) -> Storm:
    """Let writers and sealers loose on one account, then seal the rest."""
    found, all_written = Storm(account), threading.Event()
    begin = time.monotonic()
    with ThreadPoolExecutor(writers + SEALERS + 1) as pool:
        late = pool.submit(_alone, _late_writer, found, all_written)
        sealers = [pool.submit(_alone, _sealer, found, all_written, seed) for seed in range(SEALERS)]
        written = [pool.submit(_alone, _writer, found, events, seed) for seed in range(writers)]
        try:
            for each in written:
                each.result()
        finally:
            all_written.set()
        for each in [late, *sealers]:
            each.result()
    audit.seal(account)
    found.seconds = time.monotonic() - begin
    return found


def _alone(work: Callable[..., None], *words: Any) -> None:
    """Work in this thread, on a connection of its own."""
    try:
        work(*words)
    finally:
        connections.close_all()


def _writer(found: Storm, events: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  (no secret)
    mine: list[UUID] = []
    while len(mine) < events:
        new: list[UUID] = []
        try:
            with activate(found.account, actor=cast.SYSTEM):
                for _ in range(min(chance.randint(1, 20), events - len(mine))):
                    begin = time.monotonic()
                    new.append(audit.record("account.changed", data={"writer": seed, "number": len(mine) + len(new)}))
                    found.slowest = max(found.slowest, time.monotonic() - begin)
                if chance.random() < 0.05:
                    time.sleep(chance.random() / 2)  # a long transaction
                if chance.random() < 0.1:
                    raise Undone
        except Undone:
            found.undone += len(new)
        else:
            mine += new
    found.committed += mine


def _late_writer(found: Storm, all_written: threading.Event) -> None:
    """Its events are the first to be written and the last to be committed."""
    with activate(found.account, actor=cast.SYSTEM):
        found.late = [audit.record("account.changed", data={"late": number}) for number in range(10)]
        all_written.wait(600)
    found.committed += found.late


def _sealer(found: Storm, all_written: threading.Event, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  (no secret)
    while not all_written.is_set():
        found.seals += bool(audit.seal(found.account))
        time.sleep(chance.random() / 20)


def faults(found: Storm) -> list[str]:
    """What is wrong with the log after the storm, in words."""
    with activate(found.account, actor=cast.SYSTEM):
        numbers = list(Link.objects.order_by("number").values_list("number", flat=True))
        events = dict(Event.objects.values_list("id", "public_id"))
        sealed = [events.get(event) for event in Link.objects.order_by("number").values_list("event_id", flat=True)]
    committed = set(found.committed)
    ours = [each for each in sealed if each in committed]
    checks = {
        "numbers have gaps or forks": numbers != list(range(1, len(numbers) + 1)),
        "a committed event is not sealed, or twice": sorted(map(str, ours)) != sorted(map(str, found.committed)),
        "something else is sealed": len(sealed) != len(found.committed) + 1,  # and the account's opening
        "a late commit took an early number": sealed.index(found.late[0]) < len(sealed) // 2,
    }
    return [name for name, is_so in checks.items() if is_so] + audit.verify(found.account).findings


def run() -> Evidence:
    """8 writers × 2,000 events."""
    with stage(), TemporaryDirectory() as folder:
        settings.AUDIT_LOG_KEY_FILE = Path(folder) / "audit_log_key"
        with transaction.atomic():
            account = cast.acme(cast.person("alice@acme.example"))
        connection.close()
        found = storm(account)
        wrong = faults(found)
    rows: list[list[object]] = [
        ["events committed by 8 writers and a late one", len(found.committed)],
        ["events rolled back", found.undone],
        ["seals that found something, of two sealers", found.seals],
        ["seconds, all sealed", f"{found.seconds:.1f}"],
        ["slowest single record, ms", f"{found.slowest * 1000:.0f}"],
        ["faults", "; ".join(wrong) or "none"],
    ]
    return Evidence(["what", "count"], rows, not wrong)
