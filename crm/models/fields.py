"""Fields that a firm adds to its contacts, companies and deals, and the keys by which their values are found."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from accounts.jobs import Job
from audit.words import OWN
from crm.models.field_kinds import KINDS, Choices, Json, Kind
from lib.text import fold
from tenancy.context import memory
from tenancy.fields import AccountField
from tenancy.models import AccountForeignKey, AccountManager, AccountQuerySet, VersionedModel

NOUNS = [("contact", "Contacts"), ("company", "Companies"), ("deal", "Deals")]


class CustomFieldQuerySet(AccountQuerySet):
    """Fields, archived or not."""

    def live(self) -> Self:
        return self.filter(archived_at__isnull=True)


class CustomField(VersionedModel):
    """A field of the firm's own. Records keep its value in ``custom`` under its key, which never changes."""

    noun = models.CharField(max_length=7, choices=NOUNS, editable=False)  # the kind of record that has it
    key = models.CharField(max_length=50, editable=False)
    label = models.CharField("name", max_length=100)
    label_key = models.TextField(editable=False, db_collation="C")
    kind = models.CharField(max_length=9, choices=[(kind.name, kind.label) for kind in KINDS.values()])
    hint = models.CharField(max_length=200, blank=True)
    choices: models.JSONField[Choices, Choices] = models.JSONField(default=list, blank=True, editable=False)
    currency = models.CharField(max_length=3, blank=True)
    is_required = models.BooleanField(default=False)
    is_personal = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AccountManager.from_queryset(CustomFieldQuerySet)()

    class Meta(VersionedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account", "noun", "key"], name="customfield_key_once"),
            models.UniqueConstraint(
                fields=["account", "noun", "label_key"],
                name="customfield_once",
                violation_error_message="There is a field of this name already; it may be archived.",
            ),
            models.CheckConstraint(
                condition=~Q(label=""), name="customfield_has_a_name", violation_error_message="A field needs a name."
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.label_key = fold(self.label)
        super().save(*args, **kwargs)
        memory().pop(CustomField, None)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        memory().pop(CustomField, None)
        return super().delete(*args, **kwargs)

    @property
    def of_kind(self) -> Kind:
        return KINDS[self.kind](self)

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def name_in_forms(self) -> str:
        return f"custom_{self.key}"

    @property
    def name_in_log(self) -> str:
        """How a change of its value is told: by the name that the field had then."""
        return f"{OWN}{self.label}"

    def parse(self, text: str) -> Json:
        return self.of_kind.parse(text)

    def accept(self, given: Json) -> Json:
        return self.of_kind.accept(given)

    def show(self, value: Json) -> str:
        return self.of_kind.show(value)

    def plain(self, value: Json) -> str:
        return self.of_kind.plain(value)

    def told(self, value: Json) -> Json:
        return self.of_kind.told(value)


class FieldRemoval(Job):
    """An archived field with many values on its way out. It goes along with its field."""

    task = "crm.go_on_removing_field"

    class State(models.TextChoices):
        """How far it came."""

        RUNNING = "running", "Being deleted"
        FAILED = "failed", "Stopped"

    field = AccountForeignKey(CustomField, on_delete=models.PROTECT, related_name="removals")
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)

    belongs_to = None  # a matter of the account, not of who asked

    class Meta(Job.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "field"], name="fieldremoval_once")]

    def __str__(self) -> str:
        return f"the deletion of {self.field_id}"


class CustomKey(models.Model):
    """What a record is found and sorted by in one field. Derived from the record's ``custom``, like its words.

    Comparing text is leakproof, so PostgreSQL uses this table's key under the row policy, which it does not do
    for JSON or numbers.
    """

    pk = models.CompositePrimaryKey("account_id", "field_id", "sort_key", "record_id")
    account = AccountField()
    field = AccountForeignKey(CustomField, on_delete=models.PROTECT, related_name="keys")
    sort_key = models.TextField(db_collation="C")
    record_id = models.BigIntegerField()

    objects = AccountManager()

    class Meta:
        base_manager_name = "objects"
        indexes = [models.Index(fields=["account", "record_id", "field"], name="customkey_by_record")]

    def __str__(self) -> str:
        return self.sort_key
