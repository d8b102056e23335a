"""The log's tables. They hold the account's number without a key to it: they outlive it.

Fenced: events, their words, the links that seal them, and the proofs that a checkpoint holds them. Outside the
fence, because the clock works on them for all accounts at once: what waits for its seal, each log's head, the
checkpoints and the public keys. Those hold numbers and hashes alone.
"""

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
            # Each way to narrow the log, in the order in which it is shown.
            models.Index(fields=["account_id", "written_at", "id"], name="audit_event_time"),
            models.Index(fields=["account_id", "kind", "written_at", "id"], name="audit_event_of_kind"),
            models.Index(fields=["account_id", "record_id", "written_at", "id"], name="audit_event_about"),
            models.Index(
                fields=["account_id", "actor_id", "written_at", "id"],
                condition=models.Q(actor_kind="member"),
                name="audit_event_by_member",
            ),
            models.Index(
                fields=["account_id", "actor_kind", "written_at", "id"],
                condition=~models.Q(actor_kind="member"),
                name="audit_event_by_others",
            ),
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


class Link(models.Model):
    """The seal of one event: its number, and the hash that ties it to the link before."""

    pk = models.CompositePrimaryKey("account_id", "number")
    account_id = models.BigIntegerField()
    number = models.BigIntegerField()
    event_id = models.BigIntegerField()
    hash = models.BinaryField()
    sealed_at = models.DateTimeField()

    objects = AccountManager()

    class Meta:
        base_manager_name = "objects"
        db_table = "audit_link"
        constraints = [models.UniqueConstraint(fields=["account_id", "event_id"], name="audit_link_seals_once")]

    def __str__(self) -> str:
        return str(self.number)


class Proof(models.Model):
    """That a checkpoint holds this log, as it stood then: the neighbours by which its head reaches the signed root."""

    pk = models.CompositePrimaryKey("account_id", "checkpoint")
    account_id = models.BigIntegerField()
    checkpoint = models.BigIntegerField()
    position = models.BigIntegerField()
    length = models.BigIntegerField()
    head = models.BinaryField()
    path = models.BinaryField()  # hashes of 32 bytes, one after the other

    objects = AccountManager()

    class Meta:
        base_manager_name = "objects"
        db_table = "audit_proof"

    def __str__(self) -> str:
        return f"{self.length} in checkpoint {self.checkpoint}"


class Unsealed(models.Model):
    """An event that waits for its seal. Written with the event, gone with the seal: whose is not here is done."""

    pk = models.CompositePrimaryKey("account_id", "event_id")
    account_id = models.BigIntegerField()
    event_id = models.BigIntegerField()

    class Meta:
        db_table = "audit_unsealed"

    def __str__(self) -> str:
        return str(self.event_id)


class Head(models.Model):
    """Where an account's log stands, and where it stood when it was last signed. ``log`` is its name to strangers."""

    account_id = models.BigIntegerField(primary_key=True)
    log = models.UUIDField()
    length = models.BigIntegerField()
    hash = models.BinaryField()
    signed_length = models.BigIntegerField(default=0)
    signed_hash = models.BinaryField(default=bytes)

    class Meta:
        db_table = "audit_head"

    def __str__(self) -> str:
        return f"{self.log} {self.length}"


class Checkpoint(models.Model):
    """All heads of one moment under one signature, together with all checkpoints before."""

    number = models.BigIntegerField(primary_key=True)
    made_at = models.DateTimeField()
    heads = models.BigIntegerField()
    root = models.BinaryField()
    note = models.TextField()

    class Meta:
        db_table = "audit_checkpoint"

    def __str__(self) -> str:
        return str(self.number)


class PublicKey(models.Model):
    """A key that signs checkpoints, or did; ``change`` is signed by it and by the one before it."""

    id = models.BigAutoField(primary_key=True)
    key = models.TextField()
    change = models.TextField(blank=True)
    listed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "audit_key"

    def __str__(self) -> str:
        return self.key
