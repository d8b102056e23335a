"""Work on many records at once: bulk edits, with what stood there before, and exports."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.utils import timezone

from accounts.files.stored import StoredFile
from accounts.jobs import Job
from accounts.models import Membership
from accounts.permissions import within_reach
from crm.models.views import LISTS
from tenancy.models import AccountForeignKey, AccountManager, AccountModel, AccountQuerySet

UNDO_FOR = timedelta(days=30)


class BulkEditQuerySet(AccountQuerySet):
    """Bulk edits as members see them."""

    def visible_to(self, membership: Membership) -> Self:
        """Everybody's, or only the member's own."""
        return within_reach(self, membership, "contact.edit")


class BulkEdit(Job):
    """One change of many records: which, what became of them, and how far it came."""

    task = "crm.go_on_editing"

    class State(models.TextChoices):
        """Where it stands; it is a worker's while it runs and while it is taken back."""

        RUNNING = "running", "Under way"
        DONE = "done", "Done"
        UNDOING = "undoing", "Being taken back"
        UNDONE = "undone", "Taken back"
        FAILED = "failed", "Stopped"

    class What(models.TextChoices):
        """What is changed."""

        OWNER = "owner", "Owner"
        ADD_TAG = "add_tag", "Add a tag"
        REMOVE_TAG = "remove_tag", "Remove a tag"
        FIELD = "field", "Set a field"
        BIN = "bin", "Move to the bin"

    at_work = (State.RUNNING, State.UNDOING)

    kind = models.CharField(max_length=10, choices=LISTS)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    what = models.CharField(max_length=10, choices=What)
    value: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    words = models.CharField(max_length=200)  # what is done, for people: owner: Bob Okafor
    asked: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)  # the list's address
    chosen: models.JSONField[list[int], list[int]] = models.JSONField(default=list)  # records still to be changed
    last = models.BigIntegerField(default=0)  # how far taking it back came
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)  # not the member's to change, or restricted
    restored = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)  # changed by somebody since

    objects = AccountManager.from_queryset(BulkEditQuerySet)()

    class Meta(Job.Meta):
        abstract = False
        indexes = [models.Index(fields=["account", "-id"], name="bulkedit_newest")]

    def __str__(self) -> str:
        return self.words

    @property
    def may_be_undone(self) -> bool:
        is_young = self.finished_at is not None and self.finished_at > timezone.now() - UNDO_FOR
        return is_young and self.state in (self.State.DONE, self.State.FAILED) and self.changed > 0

    @property
    def may_be_undone_until(self) -> Any:
        return self.finished_at and self.finished_at + UNDO_FOR


class BulkChange(AccountModel):
    """What a bulk edit wrote into one record, and what stood there before."""

    bulk_edit = AccountForeignKey(BulkEdit, on_delete=models.PROTECT, related_name="changes")
    record_id = models.BigIntegerField()
    before: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    after: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)

    class Meta(AccountModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "bulk_edit", "record_id"], name="bulkchange_once")]
        indexes = [models.Index(fields=["account", "record_id"], name="bulkchange_by_record")]

    def __str__(self) -> str:
        return str(self.record_id)


class ListExportQuerySet(AccountQuerySet):
    """Exports as members see them: what an export holds, only its maker may see."""

    def visible_to(self, membership: Membership) -> Self:
        return self.filter(by=membership.pk)


class ListExport(Job):
    """A list as a file: exactly the filters, columns and order that stood on the screen."""

    task = "crm.go_on_exporting"

    class State(models.TextChoices):
        """How far it came; it is a worker's while it runs."""

        RUNNING = "running", "Under way"
        DONE = "done", "Done"
        FAILED = "failed", "Stopped"

    class Form(models.TextChoices):
        """How it is written."""

        CSV = "csv", "CSV"
        XLSX = "xlsx", "Excel"

    kind = models.CharField(max_length=10, choices=LISTS)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    form = models.CharField(max_length=4, choices=Form, default=Form.CSV)
    asked: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    columns: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    total = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)  # restricted contacts
    file = AccountForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")

    objects = AccountManager.from_queryset(ListExportQuerySet)()

    class Meta(Job.Meta):
        abstract = False
        indexes = [models.Index(fields=["account", "by", "-id"], name="listexport_newest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} as {self.get_form_display()}"
