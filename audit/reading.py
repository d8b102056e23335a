"""Reading a log as a whole: its export, line by line, and its verification, which reads the same lines.

Everything that a later line is checked against stands before it, and is read before it: the log may grow meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection

from audit import keys
from audit.candor_verify import EVENT_FIELDS, Anchor, Check, Key, Report, first_link, spelled
from audit.checkpoints import proof_now, spell_proof
from audit.models import Checkpoint, Head, Proof, PublicKey
from audit.sealing import EVENT_COLUMNS, spell_event, spell_time
from tenancy.context import Actor, activate

READER = Actor("job", None, "audit.verify")
FORMAT = 1
CHUNK = 2000

_SEALED = f"""
    SELECT l.number, l.hash, l.sealed_at, p.salt, p.data, {EVENT_COLUMNS}
    FROM audit_link l
    LEFT JOIN audit_event e ON e.account_id = l.account_id AND e.id = l.event_id
    LEFT JOIN audit_payload p ON p.account_id = l.account_id AND p.event_id = l.event_id
    WHERE l.account_id = %s ORDER BY l.number
"""  # noqa: S608  (our own columns)
_UNSEALED = f"""
    SELECT NULL, NULL, NULL, p.salt, p.data, {EVENT_COLUMNS}
    FROM audit_event e
    LEFT JOIN audit_payload p ON p.account_id = e.account_id AND p.event_id = e.id
    WHERE e.account_id = %s
      AND NOT EXISTS (SELECT 1 FROM audit_link l WHERE l.account_id = e.account_id AND l.event_id = e.id)
    ORDER BY e.id
"""  # noqa: S608  (our own columns)


def export_log(account_id: int) -> Iterator[str]:
    """The account's log as JSON lines, in constant memory. It is the file that ``candor_verify.py`` reads."""
    with activate(account_id, actor=READER):
        for line in lines(account_id):
            yield spelled(line) + "\n"


def verify(
    account_id: int,
    *,
    anchors: Iterable[Anchor] = (),
    trusted: Iterable[Key] = (),
    every_signature: bool = False,
    watch: Callable[[Iterator[Any]], Iterator[Any]] = iter,
) -> Report:
    """Check the account's log by the same lines. Trusts this machine's own key where none is given.

    ``watch`` passes the lines on, one by one, to somebody who counts them.
    """
    own = keys.signing_key()
    known = list(trusted) or ([own.public] if own else [])
    with activate(account_id, actor=READER):
        return Check(anchors, known, keys.is_signed).read(watch(lines(account_id, every_signature=every_signature)))


def lines(account_id: int, *, every_signature: bool = False) -> Iterator[dict[str, Any]]:
    """Everything that is needed to check the active account's log."""
    head = Head.objects.filter(account_id=account_id).first()
    log = str(head.log) if head else ""
    yield {"type": "log", "format": FORMAT, "log": log, "made_at": _now()}
    for row in PublicKey.objects.order_by("id"):
        yield {"type": "key", "key": row.key, "change": row.change, "listed_at": spell_time(row.listed_at)}
    newest, proof = proof_now(account_id)
    for checkpoint in Checkpoint.objects.filter(number__lte=newest).order_by("number").iterator():
        yield _checkpoint(checkpoint, signed=every_signature or checkpoint.number == newest)
    for kept in Proof.objects.filter(checkpoint__lt=newest).order_by("checkpoint").iterator():
        yield spell_proof(kept.checkpoint, kept.position, kept.length, kept.head, kept.path)
    if proof:
        yield proof
    number, last = 0, first_link(log).hex()
    for line in _events(_SEALED, account_id):
        number, last = line["number"], line["link"]
        yield line
    yield from _events(_UNSEALED, account_id)
    yield {"type": "end", "log": log, "number": number, "link": last}


def _checkpoint(row: Checkpoint, *, signed: bool) -> dict[str, Any]:
    line = {
        "type": "checkpoint",
        "number": row.number,
        "made_at": spell_time(row.made_at),
        "heads": row.heads,
        "root": bytes(row.root).hex(),
    }
    return {**line, "note": row.note} if signed else line


def _events(query: str, account_id: int) -> Iterator[dict[str, Any]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, [account_id])
        while rows := cursor.fetchmany(CHUNK):
            for number, hash_, sealed_at, salt, data, *columns in rows:
                gone = columns[0] is None  # the link is there, its event is not
                yield {
                    "type": "event",
                    "number": number,
                    "link": bytes(hash_).hex() if hash_ is not None else None,
                    "sealed_at": spell_time(sealed_at) if sealed_at else None,
                    **(dict.fromkeys(EVENT_FIELDS) if gone else spell_event(columns)),
                    "payload": None if salt is None else {"salt": bytes(salt).hex(), "data": json.loads(data)},
                }


def _now() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return spell_time(cursor.fetchone()[0])
