"""Imports of contacts: the file, where the job stands, and what became of every row."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from accounts.files.stored import StoredFile
from accounts.jobs import Job
from accounts.models import Membership
from accounts.permissions import within_reach
from crm.models.contacts import Contact
from lib.sheets import Sheet
from tenancy.models import CASCADE_IN_DATABASE, AccountForeignKey, AccountManager, AccountModel, AccountQuerySet


class ContactImportQuerySet(AccountQuerySet):
    """Imports as members see them."""

    def visible_to(self, membership: Membership) -> Self:
        """Everybody's, or only the member's own."""
        return within_reach(self, membership, "contact.import")


class ContactImport(Job):
    """One file on its way into the contacts."""

    task = "crm.go_on_importing"

    class State(models.TextChoices):
        """Where it stands. ``checking`` and ``running`` are a worker's; in the others it waits for a person."""

        UPLOADED = "uploaded", "Columns to choose"
        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Ready to import"
        RUNNING = "running", "Being imported"
        DONE = "done", "Imported"
        FAILED = "failed", "Stopped"
        CANCELLED = "cancelled", "Cancelled"

    at_work = (State.CHECKING, State.RUNNING)

    class OnMatch(models.TextChoices):
        """What to do with a row whose e-mail address is already there."""

        FILL = "fill", "Fill in what is empty"
        SKIP = "skip", "Leave it as it is"
        ADD = "add", "Add it once more"

    class MatchBy(models.TextChoices):
        """How a row is recognised as somebody who is already there."""

        EMAIL = "email", "The e-mail address"
        NAME = "name", "The e-mail address, and without one the same name at the same company"

    file = AccountForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    sheet = models.JSONField()
    mapping = models.JSONField(default=list)
    match_by = models.CharField(max_length=5, choices=MatchBy, default=MatchBy.EMAIL)
    on_match = models.CharField(max_length=4, choices=OnMatch, default=OnMatch.FILL)
    rows_total = models.PositiveIntegerField(default=0)
    rows_read = models.PositiveIntegerField(default=0)
    stored = models.PositiveIntegerField(default=0)
    merged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    companies_added = models.PositiveIntegerField(default=0)
    preview = models.JSONField(default=list)

    objects = AccountManager.from_queryset(ContactImportQuerySet)()

    class Meta(Job.Meta):
        abstract = False
        indexes = [models.Index(fields=["account", "-id"], name="contactimport_newest")]

    def __str__(self) -> str:
        return str(self.file)

    @property
    def may_be_changed(self) -> bool:
        """Nothing is written yet: columns and rules can still be chosen."""
        return self.state in (self.State.UPLOADED, self.State.CHECKED)

    @property
    def written_as(self) -> Sheet:
        return Sheet(**self.sheet)

    @property
    def accepted(self) -> int:
        return self.stored + self.merged

    @property
    def known(self) -> int:
        """Rows about somebody who is already there."""
        return self.merged + self.skipped

    @property
    def is_foreseen(self) -> bool:
        """The counts say what would happen, not what did."""
        return self.state in (self.State.UPLOADED, self.State.CHECKING, self.State.CHECKED)

    def counts(self) -> dict[str, int]:
        """Rows by what became of them; they sum to the rows read."""
        return {name: getattr(self, name) for name in ("stored", "merged", "skipped", "rejected")}

    def forget_counts(self) -> None:
        """Before a pass over the file: checking or running."""
        self.rows_read = self.stored = self.merged = self.skipped = self.rejected = self.companies_added = 0


class ImportedRow(AccountModel):
    """What became of one row of the file, and why. Rows turned away keep their values, so they can be given back."""

    class Outcome(models.TextChoices):
        """Each row read has exactly one."""

        STORED = "stored", "Added"
        MERGED = "merged", "Completed"
        SKIPPED = "skipped", "Left as it was"
        REJECTED = "rejected", "Not imported"

    contact_import = AccountForeignKey(ContactImport, on_delete=CASCADE_IN_DATABASE, related_name="rows")
    row = models.PositiveIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome)
    reason = models.TextField(blank=True)
    values = models.JSONField(default=list)
    raw = models.TextField(blank=True)
    contact = AccountForeignKey(Contact, on_delete=CASCADE_IN_DATABASE, null=True, related_name="+")

    class Meta(AccountModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account", "contact_import", "row"], name="importedrow_once"),
        ]
        indexes = [
            models.Index(fields=["account", "contact_import", "outcome", "row"], name="importedrow_by_outcome"),
        ]

    def __str__(self) -> str:
        return f"row {self.row}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise TypeError("Imported rows are written in batches, with the contacts they became.")
