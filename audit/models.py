"""The log's two tables. They hold the account's number without a key to it: they outlive it."""

from __future__ import annotations

import uuid

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.expressions import Func
from django.db.models.functions import Now

from tenancy.models import AccountManager


class ClockTimestamp(Now):
    """The time of the statement, not of the transaction's start."""

    template = "clock_timestamp()"

    def as_postgresql(self, compiler, connection, **extra):  # type: ignore[no-untyped-def]
        return self.as_sql(compiler, connection, **extra)


class CurrentTransaction(Func):
    """The number of the writing transaction, for sealing by set."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()
    arity = 0


class Event(models.Model):
    """One thing that happened in one account. Written once, never changed."""

    account_id = models.BigIntegerField()
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), editable=False)
    kind = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    record_type = models.CharField(max_length=60, blank=True)
    record_id = models.UUIDField(null=True)
    commitment = models.BinaryField()
    written_at = models.DateTimeField(db_default=ClockTimestamp())
    transaction = models.BigIntegerField(db_default=CurrentTransaction())

    objects = AccountManager()

    class Meta:
        base_manager_name = "objects"
        db_table = "audit_event"
        indexes = [
            models.Index(fields=["account_id", "record_id", "id"], name="audit_event_record"),
            models.Index(fields=["account_id", "kind", "id"], name="audit_event_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class Payload(models.Model):
    """What an event says in words. May be erased; the event's commitment remains."""

    account_id = models.BigIntegerField()
    event_id = models.BigIntegerField(primary_key=True)
    salt = models.BinaryField()
    data = models.JSONField()

    objects = AccountManager()

    class Meta:
        base_manager_name = "objects"
        db_table = "audit_payload"

    def __str__(self) -> str:
        return str(self.event_id)
