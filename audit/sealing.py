"""Sealing by set: every committed event that waits gets its number and its link. Writers never wait for it.

``record`` leaves a row in audit_unsealed beside each event, so what waits is exactly what stands there: a late
commit is found by the next seal, a rolled back event by none. The row of audit_head is the lock: one sealer at a
time extends a log.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from audit.candor_verify import first_link, link
from tenancy.context import Actor, activate
from tenancy.queue import send

SEALER = Actor("job", None, "audit.seal")
BATCH = 1000
SECONDS_BETWEEN_SEALS = 20

_HEAD = "SELECT length, hash, clock_timestamp() FROM audit_head WHERE account_id = %s FOR UPDATE"
_NEW_HEAD = "INSERT INTO audit_head (account_id, log, length, hash, signed_length, signed_hash) \
    VALUES (%s, %s, 0, %s, 0, '') ON CONFLICT DO NOTHING"

EVENT_COLUMNS = """
    e.public_id, e.kind, e.actor_kind, e.actor_id, e.record_type, e.record_id, e.commitment, e.written_at
"""
_WAITING = f"""
    SELECT e.id, {EVENT_COLUMNS}
    FROM audit_unsealed u JOIN audit_event e ON e.account_id = u.account_id AND e.id = u.event_id
    WHERE u.account_id = %(account)s AND e.account_id = %(account)s
    ORDER BY u.event_id LIMIT %(limit)s
"""  # noqa: S608  (our own columns)

_SEAL = """
    WITH links AS (
        INSERT INTO audit_link (account_id, number, event_id, hash, sealed_at)
        SELECT %(account)s, number, event_id, hash, %(now)s
        FROM unnest(%(numbers)s::bigint[], %(events)s::bigint[], %(links)s::bytea[]) AS new (number, event_id, hash)
    ), done AS (
        DELETE FROM audit_unsealed WHERE account_id = %(account)s AND event_id = ANY(%(events)s)
    )
    UPDATE audit_head SET length = %(length)s, hash = %(hash)s WHERE account_id = %(account)s
"""


def seal(account_id: int) -> int:
    """Seal what the account has committed, now; returns how many events. Harmless at any time, twice at once, too.

    Each batch is a transaction of its own, unless one is open already: then the head stays locked until it ends.
    """
    sealed = 0
    while True:
        with activate(account_id, actor=SEALER):
            batch = seal_batch(account_id)
        sealed += batch
        if batch < BATCH:
            return sealed


def seal_batch(account_id: int) -> int:
    """Seal the oldest that wait, at most a batch of them, in the active account; returns how many."""
    with connection.cursor() as cursor:
        number, before, now = _lock_head(cursor, account_id)
        cursor.execute(_WAITING, {"account": account_id, "limit": BATCH})
        events = cursor.fetchall()
        if not events:
            return 0
        links: list[bytes] = []
        for offset, (_, *columns) in enumerate(events, 1):
            before = link(number + offset, before, spell_event(columns), spell_time(now))
            links.append(before)
        cursor.execute(
            _SEAL,
            {
                "account": account_id,
                "now": now,
                "numbers": list(range(number + 1, number + 1 + len(events))),
                "events": [event[0] for event in events],
                "links": links,
                "length": number + len(events),
                "hash": before,
            },
        )
    return len(events)


def _lock_head(cursor: Any, account_id: int) -> tuple[int, bytes, datetime]:
    """Number and hash of the last link, and the time; nobody else extends this log until we are done."""
    cursor.execute(_HEAD, [account_id])
    row = cursor.fetchone()
    if row is None:
        log = uuid.uuid4()
        cursor.execute(_NEW_HEAD, [account_id, log, first_link(str(log))])
        cursor.execute(_HEAD, [account_id])
        row = cursor.fetchone()
    return row[0], bytes(row[1]), row[2]


def spell_event(columns: Any) -> dict[str, Any]:
    """An event as its link is made from it and as an export shows it."""
    public_id, kind, actor_kind, actor_id, record_type, record_id, commitment, written_at = columns
    return {
        "id": str(public_id),
        "kind": kind,
        "actor_kind": actor_kind,
        "actor_id": actor_id,
        "record_type": record_type,
        "record_id": str(record_id) if record_id else None,
        "commitment": bytes(commitment).hex(),
        "written_at": spell_time(written_at),
    }


def spell_time(moment: datetime) -> str:
    """2026-11-22T08:05:00.000000Z"""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def wake_sealers() -> int:
    """Send one task for each account in which something waits; a message that comes too late is dropped."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT account_id FROM audit_unsealed")
        accounts = [account for (account,) in cursor.fetchall()]
    for account in accounts:
        send("audit.seal", kwargs={"account_id": account}, expires=SECONDS_BETWEEN_SEALS)
    return len(accounts)
