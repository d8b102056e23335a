"""What happened: append-only events of each account, by privilege of the database.

``record`` is the one way in. It is a single hand-written INSERT, because the app role may
insert the columns named here and no others: number, time and transaction come from PostgreSQL.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from audit import sealing
from audit.candor_verify import EMPTIED, ERASED, Report, commitment, spelled
from tenancy.context import HasKey, current_account_id, current_actor

_INSERT = """
    WITH event AS (
        INSERT INTO audit_event (account_id, kind, actor_kind, actor_id, record_type, record_id, commitment)
        VALUES (%s, %s, %s, %s, %s, %s, %s)
        RETURNING account_id, id, public_id
    ), payload AS (
        INSERT INTO audit_payload (account_id, event_id, salt, data)
        SELECT account_id, id, %s, %s::jsonb FROM event
    ), unsealed AS (
        INSERT INTO audit_unsealed (account_id, event_id) SELECT account_id, id FROM event
    )
    SELECT public_id FROM event
"""


_CLOSE = """
    WITH event AS (
        INSERT INTO audit_event (account_id, kind, actor_kind, actor_id, record_type, record_id, commitment)
        VALUES (%s, %s, %s, %s, '', NULL, %s)
        RETURNING account_id, id
    )
    INSERT INTO audit_unsealed (account_id, event_id) SELECT account_id, id FROM event
"""

_EMPTY = """
    DELETE FROM audit_payload WHERE account_id = %s AND event_id = ANY(ARRAY(
        SELECT event_id FROM audit_payload WHERE account_id = %s ORDER BY event_id LIMIT %s
    ))
"""

_INSERT_ALL = """
    WITH given AS (
        SELECT * FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[], %s::text[])
            AS given (record_id, commitment, salt, data)
    ), event AS (
        INSERT INTO audit_event (account_id, kind, actor_kind, actor_id, record_type, record_id, commitment)
        SELECT %s, %s, %s, %s, %s, record_id, commitment FROM given
        RETURNING account_id, id, record_id
    ), payload AS (
        INSERT INTO audit_payload (account_id, event_id, salt, data)
        SELECT event.account_id, event.id, given.salt, given.data::jsonb FROM event JOIN given USING (record_id)
    )
    INSERT INTO audit_unsealed (account_id, event_id) SELECT account_id, id FROM event
"""


def record(kind: str, record: models.Model | None = None, *, data: dict[str, Any] | None = None) -> UUID:
    """Write one line into the active account's log: what happened, to which record, by whom. Returns its id.

    ``kind`` is ``noun.verb`` ("contact.changed"). ``data`` holds what a reader wants to see
    (``{"changes": {"phone": [old, new]}}``) and is erasable; the event keeps its salted hash.
    The actor comes from the context, so jobs have one too.
    """
    actor = current_actor()
    payload = canonical({"actor": actor.name, "record": str(record or ""), **(data or {})})
    salt = secrets.token_bytes(16)
    subject = (record._meta.label_lower, getattr(record, "public_id", None)) if record else ("", None)
    account = current_account_id()
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [account, kind, actor.kind, actor.id, *subject, commitment(salt, payload), salt, payload],
        )
        written: UUID = cursor.fetchone()[0]
    return written


def record_all(kind: str, records: Sequence[models.Model], *, data: dict[str, Any] | Sequence[dict[str, Any]]) -> None:
    """One line for each of these records, all of one model and each named once, in one statement.

    ``data`` is what happened to all of them, or a list: what happened to each.
    """
    if not records:
        return
    actor, salts = current_actor(), [secrets.token_bytes(16) for _ in records]
    said = [data] * len(records) if isinstance(data, dict) else data
    payloads = [
        canonical({"actor": actor.name, "record": str(each), **words})
        for each, words in zip(records, said, strict=True)
    ]
    commitments = [commitment(salt, payload) for salt, payload in zip(salts, payloads, strict=True)]
    ids: list[UUID] = [each.public_id for each in records]  # type: ignore[attr-defined]
    shared: list[Any] = [current_account_id(), kind, actor.kind, actor.id, records[0]._meta.label_lower]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_ALL, [ids, commitments, salts, payloads, *shared])


def canonical(data: dict[str, Any]) -> str:
    """The one spelling of a payload that its commitment is made from.

    What PostgreSQL gives back must be spelled the same, or nobody could check it: no floats (say them as text),
    and no keys but texts.
    """
    text = json.dumps(data, cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if spelled(json.loads(text, parse_float=_refuse_float, parse_constant=_refuse_float)) != text:
        raise TypeError(f"The keys of an event's words must be texts: {data!r}")
    return text


def _refuse_float(text: str) -> None:
    raise TypeError(f"An event's words hold the float {text}; a Decimal or a text can be proved, a float can't.")


def erase(event: models.Model) -> None:
    """Erase what an event says in words, and say so in the log: the event stays, and stays provable."""
    erase_all([event])


def erase_all(events: Sequence[models.Model]) -> int:
    """Erase what these events of the active account say in words, and say so once for each. Returns how many did."""
    account = current_account_id()
    with transaction.atomic(), connection.cursor() as cursor:
        numbers = [event.pk for event in events]
        cursor.execute(
            "DELETE FROM audit_payload WHERE account_id = %s AND event_id = ANY(%s) RETURNING event_id",
            [account, numbers],
        )
        gone = {number for (number,) in cursor.fetchall()}
        record_all(ERASED, [event for event in events if event.pk in gone], data={})
    return len(gone)


def close_log() -> None:
    """Write the last line of the active account's log: it says nothing in words, and nothing any more will.

    ``empty_log`` removes the words of the lines before it.
    """
    actor = current_actor()
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, [current_account_id(), EMPTIED, actor.kind, actor.id, commitment(b"", "")])


def empty_log(limit: int) -> int:
    """Erase the words of the active account's log, at most ``limit`` of them. Returns how many went."""
    account = current_account_id()
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY, [account, account, limit])
        return int(cursor.rowcount)


def export_log(account: HasKey | int) -> Iterator[str]:
    """The account's log as JSON lines, with all that is needed to verify it offline; in constant memory."""
    from audit import reading

    return reading.export_log(_number(account))


def verify(account: HasKey | int, **options: Any) -> Report:
    """Check the account's whole log: sentences on what was found, what is proved, and what can't be."""
    from audit import reading

    return reading.verify(_number(account), **options)


def seal(account: HasKey | int) -> int:
    """Seal what the account has committed, at once rather than within the minute. Returns how many events."""
    return sealing.seal(_number(account))


def _number(account: HasKey | int) -> int:
    return account if isinstance(account, int) else account.pk
