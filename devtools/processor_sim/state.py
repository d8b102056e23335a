"""What the simulator remembers: objects, keys, faults and deliveries in one SQLite file, and what time it is there."""

from __future__ import annotations

import json
import secrets
import sqlite3
import string
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devtools.processor_sim.contract import Json, api_version, complete

TABLES = """
CREATE TABLE IF NOT EXISTS objects
    (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, customer TEXT, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_by_customer ON objects (kind, customer);
CREATE TABLE IF NOT EXISTS hidden (id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS keys
    (key TEXT PRIMARY KEY, asked TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS faults (seq INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries
    (seq INTEGER PRIMARY KEY, event TEXT NOT NULL, endpoint TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting',
     attempts INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL DEFAULT 0, status INTEGER);
CREATE TABLE IF NOT EXISTS requests
    (seq INTEGER PRIMARY KEY, method TEXT NOT NULL, path TEXT NOT NULL, key TEXT, status INTEGER NOT NULL);
"""
PREFIXES = {
    "charge": "ch",
    "credit_note": "cn",
    "customer": "cus",
    "event": "evt",
    "invoice": "in",
    "invoice_payment": "inpay",
    "invoiceitem": "ii",
    "line_item": "il",
    "payment_intent": "pi",
    "payment_method": "pm",
    "price": "price",
    "product": "prod",
    "refund": "re",
    "request": "req",
    "setup_intent": "seti",
    "subscription": "sub",
    "subscription_item": "si",
    "tax_id": "txi",
    "webhook_endpoint": "we",
}
LETTERS = string.ascii_letters + string.digits


class Problem(Exception):
    """An answer that is an error, as the processor words it."""

    def __init__(self, status: int, kind: str, message: str, **more: object) -> None:
        super().__init__(message)
        self.status = status
        self.commits = kind == "card_error"  # a decline has left its traces; any other refusal has done nothing
        self.body: Json = {"error": {"type": kind, "message": message, **{k: v for k, v in more.items() if v}}}


def invalid(message: str, param: str | None = None, code: str | None = None, status: int = 400) -> Problem:
    return Problem(status, "invalid_request_error", message, param=param, code=code)


def new_id(kind: str, length: int = 16) -> str:
    return f"{PREFIXES[kind]}_{random_word(length)}"


def random_word(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


class State:
    """The file, and the lock that makes one request after the other."""

    def __init__(self, file: Path, url: str) -> None:
        self.url = url  # our own address, for links in answers
        self.lock = threading.RLock()
        self.db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self.db.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; {TABLES}")
        self.request: Json = {"id": None, "idempotency_key": None}
        self._moment: int | None = None  # while the clock is being advanced

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; the lock is held until it is done."""
        with self.lock:
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.db.execute("ROLLBACK")
                raise
            self.db.execute("COMMIT")

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Do something, look at it, and have it undone."""
        self.db.execute("SAVEPOINT rehearsal")
        try:
            yield
        finally:
            self.db.execute("ROLLBACK TO rehearsal")
            self.db.execute("RELEASE rehearsal")

    # time

    @property
    def now(self) -> int:
        if self._moment is not None:
            return self._moment
        clock = self.hidden("clock") or {"offset": 0}
        return int(clock["at"]) if "at" in clock else int(time.time()) + int(clock["offset"])

    def set_clock(self, at: int, *, stopped: bool) -> None:
        self.hide("clock", {"at": at} if stopped else {"offset": at - int(time.time())})

    @contextmanager
    def moment(self, at: int) -> Iterator[None]:
        before, self._moment = self._moment, at
        try:
            yield
        finally:
            self._moment = before

    # objects

    def find(self, id: str, kind: str | None = None) -> Json | None:
        row = self.db.execute("SELECT kind, body FROM objects WHERE id = ?", (id,)).fetchone()
        if row is None or (kind and row[0] != kind):
            return None
        found: Json = json.loads(row[1])
        return found

    def get(self, kind: str, id: str, param: str = "id") -> Json:
        """The object, or the processor's 404. What was deleted is gone, but for customers, who leave a mark."""
        found = self.find(id, kind)
        if found is None or (found.get("deleted") and param != "mark"):
            raise invalid(f"No such {kind}: '{id}'", param, "resource_missing", 404 if param in ("id", "mark") else 400)
        return found

    def all(self, kind: str, customer: str | None = None) -> list[Json]:
        """Oldest first."""
        sql, values = "SELECT body FROM objects WHERE kind = ?", [kind]
        if customer is not None:
            sql, values = f"{sql} AND customer = ?", [kind, customer]
        return [json.loads(row[0]) for row in self.db.execute(f"{sql} ORDER BY seq", values)]

    def where(self, kind: str, customer: str | None = None, **fields: object) -> list[Json]:
        return [each for each in self.all(kind, customer) if all(each.get(k) == v for k, v in fields.items())]

    def put(self, thing: Json) -> Json:
        """Store an object, new or changed."""
        kind = thing["object"]
        self.db.execute(
            "INSERT INTO objects (id, kind, customer, body) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET body = excluded.body, customer = excluded.customer",
            (thing["id"], kind, thing.get("customer"), json.dumps(thing)),
        )
        return thing

    def make(self, kind: str, **fields: object) -> Json:
        """A new object with what every object has."""
        basis: Json = {"id": new_id(kind), "object": kind, "created": self.now}
        if kind != "refund":  # alone it does not say so
            basis["livemode"] = False
        return self.put({**basis, **fields})

    def remove(self, id: str) -> None:
        self.db.execute("DELETE FROM objects WHERE id = ?", (id,))

    def hidden(self, id: str) -> Json | None:
        """What we know and never answer: how a card behaves, the secret of an endpoint."""
        row = self.db.execute("SELECT body FROM hidden WHERE id = ?", (id,)).fetchone()
        return json.loads(row[0]) if row else None

    def hide(self, id: str, body: Json) -> None:
        self.db.execute("INSERT OR REPLACE INTO hidden VALUES (?, ?)", (id, json.dumps(body)))

    # what happened

    def emit(self, type: str, thing: Json, before: Json | None = None) -> None:
        """Write an event, and one delivery for each endpoint that wants it."""
        data: Json = {"object": complete(thing)}
        if before is not None:
            data["previous_attributes"] = {k: before.get(k) for k in thing if thing.get(k) != before.get(k)}
        event = self.make(
            "event", api_version=api_version(), data=data, type=type, request=self.request, pending_webhooks=0
        )
        for endpoint in self.all("webhook_endpoint"):
            if endpoint["status"] == "enabled" and {"*", type} & set(endpoint["enabled_events"]):
                self.db.execute("INSERT INTO deliveries (event, endpoint) VALUES (?, ?)", (event["id"], endpoint["id"]))

    def change(self, thing: Json, type: str | None, **fields: object) -> Json:
        """Change an object; tell of it, if something is different."""
        before = dict(thing)
        thing.update(fields)
        self.put(thing)
        if type and thing != before:
            self.emit(type, thing, before)
        return thing

    def tell(self, url: str, secret: str) -> Json:
        """One endpoint for everything, with a secret that both sides know; its former addresses are forgotten."""
        with self.transaction():
            for each in self.where("webhook_endpoint", description="told"):
                self.remove(each["id"])
            endpoint = self.make(
                "webhook_endpoint",
                api_version=api_version(),
                description="told",
                enabled_events=["*"],
                metadata={},
                status="enabled",
                url=url,
            )
            self.hide(endpoint["id"], {"secret": secret})
            return endpoint
