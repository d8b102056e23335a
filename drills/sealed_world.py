"""A sealed log to try attacks on: a small account whose log has grown over several checkpoints.

Each attack is done by the owner of the database with the fence let down, in a transaction that is never committed.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.backends.signals import connection_created
from django.test import TestCase

import audit
from audit import keys
from audit.candor_verify import Anchor, Check, Key
from audit.checkpoints import make_checkpoint
from audit.memory import Memory
from audit.models import Checkpoint, Event, Link, Proof
from audit.reading import export_log
from config import guard
from demo import cast
from tenancy.context import activate
from tests import database

HOURS = 5
TABLES = ("audit_event", "audit_payload", "audit_link", "audit_proof")


@dataclass
class World:
    """Acme's log, attacked inside one transaction that is never committed."""

    account: Any
    chance: random.Random
    looking_away: Callable[[], AbstractContextManager[None]] = nullcontext
    kept: dict[str, Anchor] = field(default_factory=dict)
    key: Key | None = None

    def run(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """A statement of the attacker's; ``%(account)s`` is Acme."""
        with connection.cursor() as cursor, self.looking_away():
            cursor.execute(statement, {"account": self.account.pk, **values})
            return cursor.fetchall() if cursor.description else []

    @property
    def length(self) -> int:
        return Link.objects.count()

    @property
    def signed(self) -> int:
        return max(Proof.objects.values_list("length", flat=True))

    def some_number(self, most: int = 0) -> int:
        return self.chance.randint(2, most or self.length - 1)

    def event(self, number: int) -> Event:
        return Event.objects.get(pk=Link.objects.get(number=number).event_id)

    def some_event(self) -> Event:
        return self.event(self.some_number(self.signed - 1))


@contextmanager
def attacker(database_name: str) -> Iterator[None]:
    """Work as the owner of the database, which our own programs refuse to do."""
    connection_created.disconnect(dispatch_uid="refuse_strong_role")
    try:
        with database.connected_to(database_name, "owner"):
            yield
    finally:
        guard.install()


@contextmanager
def world(seed: int, looking_away: Callable[[], AbstractContextManager[None]] = nullcontext) -> Iterator[World]:
    """A log of some dozen events under five checkpoints, the last events unsigned; gone afterwards."""
    Memory.forget()  # of the log before, which was never committed
    with transaction.atomic():
        account = cast.acme(cast.person("alice@acme.example"))
        audit.seal(cast.globex(cast.person("mallory@globex.example")))
        made = World(account, random.Random(seed), looking_away)  # noqa: S311  (no secret)
        for hour in range(HOURS):
            _busy_hour(made, hour)
        with activate(account, actor=cast.SYSTEM):
            audit.record("account.changed", account, data={"note": "after the last checkpoint"})
        audit.seal(account)
        made.kept["the newest export"] = _kept(account)
        signing = keys.signing_key()
        made.key = signing.public if signing else None
        for table in TABLES:
            made.run(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        made.run("ALTER TABLE audit_payload DROP CONSTRAINT audit_payload_of_event")
        with activate(account, actor=cast.SYSTEM):
            if found_by_command(made, []) or found_by_file(made, []):
                raise AssertionError("the log is faulty before anybody touched it")
            yield made
        transaction.set_rollback(True)


def _busy_hour(made: World, hour: int) -> None:
    with activate(made.account, actor=cast.SYSTEM):
        for _ in range(made.chance.randint(2, 5)):
            audit.record("account.changed", made.account, data={"note": f"{made.chance.random()}", "hour": hour})
        if hour == 2:
            audit.erase(Event.objects.order_by("-id")[1])
    audit.seal(made.account)
    with TestCase.captureOnCommitCallbacks(execute=True):
        make_checkpoint(even_now=True)
    if hour == 1:
        made.kept["an export of an earlier hour"] = _kept(made.account)
        made.kept["a signed checkpoint of an earlier hour"] = Anchor(Checkpoint.objects.latest("number").note)


def _kept(account: Any) -> Anchor:
    return Anchor("".join(export_log(account.pk)), "the export you kept")


def found_by_command(it: World, anchors: list[Anchor]) -> bool:
    """What ``manage.py verify_audit`` and the page's button say."""
    return bool(audit.verify(it.account, anchors=anchors, every_signature=True).findings)


def found_by_file(it: World, anchors: list[Anchor]) -> bool:
    """What the single file says of an export, with its own arithmetic."""
    return bool(Check(anchors, [it.key] if it.key else []).read(map(json.loads, export_log(it.account.pk))).findings)
