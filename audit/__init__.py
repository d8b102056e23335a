"""What happened: append-only events of each account, by privilege of the database.

``record`` is the one way in. It is a single hand-written INSERT, because the app role may
insert the columns named here and no others: number, time and transaction come from PostgreSQL.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from tenancy.context import current_account_id, current_actor

_INSERT = """
    WITH event AS (
        INSERT INTO audit_event (account_id, kind, actor_kind, actor_id, record_type, record_id, commitment)
        VALUES (%s, %s, %s, %s, %s, %s, %s)
        RETURNING account_id, id, public_id
    ), payload AS (
        INSERT INTO audit_payload (account_id, event_id, salt, data)
        SELECT account_id, id, %s, %s::jsonb FROM event
    )
    SELECT public_id FROM event
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


def canonical(data: dict[str, Any]) -> str:
    """The one spelling of a payload that its commitment is made from."""
    return json.dumps(data, cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def commitment(salt: bytes, payload: str) -> bytes:
    """SHA-256 over salt and payload: proves a payload without holding it."""
    return hashlib.sha256(salt + payload.encode()).digest()
