"""The log: events name people by number only; what they say in words is erasable."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from audit.models import Event, Payload
from datamap import Erasure, Keep, Reason, Retention, Subject, describe


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
    },
    not_personal=frozenset({"account_id", "commitment", "transaction"}),
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
