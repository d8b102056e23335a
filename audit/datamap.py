"""The log: events name people by number only; what they say in words is erasable."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from audit.models import Checkpoint, Event, Head, Link, Payload, Proof, PublicKey, Unsealed
from datamap import Column, Erasure, Keep, Reason, Retention, Subject, describe


def events_of(member: Any) -> QuerySet[Event]:
    rows: QuerySet[Event] = Event.objects.filter(actor_kind="member", actor_id=member.pk)
    return rows


def events_about(record: Any) -> QuerySet[Event]:
    rows: QuerySet[Event] = Event.objects.filter(record_id=record.public_id)
    return rows


describe(
    Event,
    purpose="Showing the account who did what and when, in a way that can be proven",
    retention=Retention.LIFE_OF_LOG,
    fields={
        "kind": "activity",
        "actor_kind": "activity",
        "actor_id": "activity",
        "record_type": "activity",
        "record_id": "activity",
        "written_at": "activity",
        "transaction": Column("technical", export="By which the seal knows what is committed; a number of our own."),
    },
    not_personal=frozenset({"account_id", "commitment"}),
    rows_for=events_of,
    also={Subject.CONTACT: events_about},
    erase=Keep(Reason.SECURITY, "The log stays provable; with its payload erased, an event names nobody."),
)

describe(
    Payload,
    purpose="Showing the account who did what and when, in words",
    fields={"data": "free text"},
    not_personal=frozenset({"account_id", "event_id", "salt"}),
    rows_for=lambda member: Payload.objects.filter(event_id__in=events_of(member).values("id")),
    also={Subject.CONTACT: lambda contact: Payload.objects.filter(event_id__in=events_about(contact).values("id"))},
    erase=Erasure.DELETE_ROW,
)

# What seals the log: numbers, times and hashes, from which nobody can be read.
describe(Link, not_personal=frozenset({"account_id", "number", "event_id", "hash", "sealed_at"}))
describe(Proof, not_personal=frozenset({"account_id", "checkpoint", "position", "length", "head", "path"}))
describe(
    Unsealed,
    not_personal=frozenset({"account_id", "event_id"}),
    exported="What waits for its seal; an archive's log is sealed when it is written.",
)
describe(Head, not_personal=frozenset({"account_id", "log", "length", "hash", "signed_length", "signed_hash"}))
describe(
    Checkpoint,
    fields={"note": Column("technical", export="Published: it signs the logs of all accounts.")},
    not_personal=frozenset({"number", "made_at", "heads", "root"}),
)
describe(
    PublicKey,
    fields={
        "key": Column("technical", export="Published: it checks our signature."),
        "change": Column("technical", export="Published: one key vouches for the next."),
    },
    not_personal=frozenset({"listed_at"}),
)
