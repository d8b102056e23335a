"""Imports of contacts: the file, where the job stands, and what became of every row."""

from __future__ import annotations

import re
from typing import Any, BinaryIO, ClassVar, Self

from django.db import models

from accounts.files.stored import StoredFile
from accounts.jobs import Job
from accounts.models import Membership
from accounts.permissions import within_reach
from crm.models.contacts import Contact
from lib.sheets import Sheet
from tenancy.models import CASCADE_IN_DATABASE, AccountForeignKey, AccountManager, AccountModel, AccountQuerySet


class FileImportQuerySet(AccountQuerySet):
    """Imports as members see them."""

    def visible_to(self, membership: Membership) -> Self:
        """Everybody's, or only the member's own."""
        return within_reach(self, membership, self.model.action)

    def last_like(self, job: FileImport) -> Any:
        """The last import of a file with the same columns whose columns somebody has chosen."""
        rows = self.visible_to(job.by) if job.by else self
        chosen = rows.filter(header_key=job.header_key).exclude(pk=job.pk).exclude(state__in=("reading", "uploaded"))
        return chosen.select_related("file").order_by("-pk").first()


class FileImport(Job):
    """A file on its way into the records. Its rows and what they became are ``rows``."""

    action: ClassVar[str]  # who may import such files: a row of accounts/permissions.py

    class State(models.TextChoices):
        """Where it stands. Those of ``at_work`` are a worker's; in the others it waits for a person."""

        READING = "reading", "Being read"
        UPLOADED = "uploaded", "Columns to choose"
        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Ready to import"
        RUNNING = "running", "Being imported"
        DONE = "done", "Imported"
        FAILED = "failed", "Stopped"
        CANCELLED = "cancelled", "Cancelled"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"

    at_work = (State.READING, State.CHECKING, State.RUNNING, State.UNDOING)

    file = AccountForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    table = AccountForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    sheet = models.JSONField()
    mapping = models.JSONField(default=list)
    rows_total = models.PositiveIntegerField(default=0)
    rows_read = models.PositiveIntegerField(default=0)
    stored = models.PositiveIntegerField(default=0)
    merged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    tally = models.JSONField(default=dict, db_default={})  # records by kind: how many are new, how many changed
    undo = models.JSONField(default=dict, db_default={})  # how far it was undone, and what that came to
    header_key = models.CharField(max_length=64, blank=True, db_default="")  # the same for files with the same columns
    preview = models.JSONField(default=list)
    undone_by = AccountForeignKey("accounts.Membership", on_delete=models.PROTECT, null=True, related_name="+")

    objects = AccountManager.from_queryset(FileImportQuerySet)()

    class Meta(Job.Meta):
        abstract = True

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
        """Rows about what is already there."""
        return self.merged + self.skipped

    @property
    def is_foreseen(self) -> bool:
        """The counts say what would happen, not what did."""
        return self.state in (self.State.READING, self.State.UPLOADED, self.State.CHECKING, self.State.CHECKED)

    @property
    def companies_added(self) -> int:
        return int(self.tally.get("company", {}).get("added", 0))

    @property
    def empty_rows(self) -> int:
        """Lines without a value, passed over."""
        return int(self.tally.get("row", {}).get("empty", 0))

    @property
    def asked_by(self) -> Membership | None:
        """In whose name, and with whose rights, a worker goes on; nobody's for one started by a command."""
        return self.undone_by or self.by

    def count(self, kind: str, what: str, number: int = 1) -> None:
        """So many more records of this kind were ``added`` or ``changed``."""
        if number:
            of_kind = self.tally.setdefault(kind, {})
            of_kind[what] = of_kind.get(what, 0) + number

    def open(self) -> BinaryIO:
        """The rows as text: the file itself, or what was read out of a workbook."""
        return (self.table or self.file).open()

    def counts(self) -> dict[str, int]:
        """Rows by what became of them; they sum to the rows read."""
        return {name: getattr(self, name) for name in ("stored", "merged", "skipped", "rejected")}

    def forget_counts(self) -> None:
        """Before a pass over the file: checking or running."""
        self.rows_read = self.stored = self.merged = self.skipped = self.rejected = 0
        self.tally = {}

    def start_over(self) -> None:
        """Forget what an earlier pass wrote down."""
        self.rows.all().delete()  # type: ignore[attr-defined]


class FileRow(AccountModel):
    """What became of one row of a file, and why. Rows turned away keep their values, so they can be given back."""

    of: ClassVar[str]  # the key to its import
    became: ClassVar[str]  # the key to the record that it became

    class Outcome(models.TextChoices):
        """Each row read has exactly one."""

        STORED = "stored", "Added"
        MERGED = "merged", "Already there"
        SKIPPED = "skipped", "Left as it was"
        REJECTED = "rejected", "Not imported"

    row = models.PositiveIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome)
    reason = models.TextField(blank=True)
    values = models.JSONField(default=list)
    raw = models.TextField(blank=True)

    follows_merges = False  # it tells what this row of the file became

    class Meta(AccountModel.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"row {self.row}"

    @property
    def why(self) -> str:
        """The reason, beside the number of the row."""
        return re.sub(rf"\b(Row|Card) {self.row}: ", "", self.reason)

    @property
    def record(self) -> Any:
        """The record that it became."""
        return getattr(self, self.became)

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise TypeError("Imported rows are written in batches, with the records they became.")


def by_address() -> list[str]:
    return ["email"]


class ContactImport(FileImport):
    """One file on its way into the contacts."""

    task = "crm.go_on_importing"
    action = "contact.import"

    class OnMatch(models.TextChoices):
        """What to do with a row about somebody who is already there."""

        FILL = "fill", "Fill in what is empty"
        UPDATE = "update", "Overwrite it with what the file has; what is empty there stays"
        SKIP = "skip", "Leave it as it is"
        ADD = "add", "Add it once more"

    class MatchOn(models.TextChoices):
        """What a row may have in common with somebody who is already there."""

        EMAIL = "email", "The e-mail address"
        PHONE = "phone", "The phone number"
        NAME_COMPANY = "name_company", "The name and the company"
        NAME = "name", "The name alone"
        DOMAIN = "domain", "For companies: the website, too"

    match_on = models.JSONField(default=by_address)
    match_all = models.BooleanField(default=False, db_default=False)
    on_match = models.CharField(max_length=6, choices=OnMatch, default=OnMatch.FILL)
    takes_erased = models.BooleanField(default=False, db_default=False)  # rows with the address of somebody erased

    class Meta(FileImport.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["account", "-id"], name="contactimport_newest"),
            models.Index(fields=["account", "header_key", "-id"], name="contactimport_by_header"),
        ]

    @property
    def touched(self) -> list[tuple[str, int, int]]:
        """The kinds of records that the rows are about: how many are new, how many changed."""
        kinds = (("contact", "Contacts"), ("company", "Companies"), ("deal", "Deals"), ("activity", "Activities"))
        counts = [(label, self.tally.get(kind, {})) for kind, label in kinds]
        return [(label, of.get("added", 0), of.get("changed", 0)) for label, of in counts if of]

    @property
    def of_erased(self) -> int:
        """Rows that are left out because somebody with that address was erased here."""
        return int(self.tally.get("erased", {}).get("left_out", 0))

    def start_over(self) -> None:
        super().start_over()
        self.changes.all().delete()


class ImportedRow(FileRow):
    """What became of one row of a file of contacts."""

    contact_import = AccountForeignKey(ContactImport, on_delete=models.PROTECT, related_name="rows")
    contact = AccountForeignKey(Contact, on_delete=CASCADE_IN_DATABASE, null=True, related_name="+")

    of, became = "contact_import", "contact"

    class Meta(FileRow.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["account", "contact_import", "row"], name="importedrow_once"),
        ]
        indexes = [
            models.Index(fields=["account", "contact_import", "outcome", "row"], name="importedrow_by_outcome"),
        ]


class ImportedChange(AccountModel):
    """What an import did to one record, so that it can be undone.

    ``before`` is empty for a record that it made. ``parts`` are rows that it added to the record (further numbers,
    tags), by their model. A change that was undone goes; one that could not be says why.
    """

    contact_import = AccountForeignKey(ContactImport, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=20)
    record_id = models.BigIntegerField()
    version = models.PositiveIntegerField(default=1)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    parts = models.JSONField(default=dict)
    kept = models.CharField(max_length=300, blank=True)

    class Meta(AccountModel.Meta):
        indexes = [
            models.Index(fields=["account", "contact_import", "kind", "-id"], name="importedchange_by_kind"),
            models.Index(fields=["account", "kind", "record_id"], name="importedchange_by_record"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"
