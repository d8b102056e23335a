"""An archive that somebody asked for, and one that somebody brings: of what, how far it is, and its file."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from accounts.jobs import Job
from accounts.models import StoredFile
from tenancy.models import AccountForeignKey


class Export(Job):
    """One archive. Of a contact it waits until somebody has read the texts that may name others."""

    task: ClassVar[str] = "exports.write_archive"

    class State(models.TextChoices):
        """How far it came; it is a worker's while it runs."""

        REVIEW = "review", "Waiting for your review"
        RUNNING = "running", "Being written"
        READY = "ready", "Ready"
        FAILED = "failed", "Stopped"
        CANCELLED = "cancelled", "Cancelled"

    class Scope(models.TextChoices):
        """Of what."""

        ACCOUNT = "account", "The whole account"
        PERSON = "person", "One person"
        CONTACT = "contact", "One contact"

    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    scope = models.CharField(max_length=8, choices=Scope, default=Scope.ACCOUNT)
    about = models.UUIDField(null=True)  # the person or the contact; outside any key, so that erasing is never held up
    withheld: models.JSONField[list[str], list[str]] = models.JSONField(default=list, db_default=[])
    total = models.PositiveBigIntegerField(default=0)
    rows = models.PositiveBigIntegerField(default=0)
    manifest = models.CharField(max_length=64, blank=True)  # the hash that is signed
    downloads = models.PositiveIntegerField(default=0)
    file = AccountForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(Job.Meta):
        abstract = False
        indexes = [models.Index(fields=["account", "-id"], name="export_newest")]

    def __str__(self) -> str:
        return str(self.get_scope_display())

    @property
    def is_ready(self) -> bool:
        """Written, still there, and its days are not over."""
        ends = self.file.expires_at if self.file else None
        return self.has_content and (ends is None or ends > timezone.now())

    @property
    def has_content(self) -> bool:
        """Its bytes lie here: for some minutes after its days, too."""
        return self.state == self.State.READY and self.file is not None and self.file.discarded_at is None

    @property
    def waits_for_review(self) -> bool:
        return self.state == self.State.REVIEW


class ArchiveImport(Job):
    """An archive that comes into the account: checked first, then, once an owner has seen what it brings, stored."""

    task: ClassVar[str] = "exports.bring_archive"
    at_work: ClassVar[tuple[str, ...]] = ("checking", "running")

    class State(models.TextChoices):
        """How far it came."""

        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Waiting for your decision"
        RUNNING = "running", "Being stored"
        DONE = "done", "Stored"
        FAILED = "failed", "Refused"
        CANCELLED = "cancelled", "Thrown away"

    state = models.CharField(max_length=10, choices=State, default=State.CHECKING)
    total = models.PositiveBigIntegerField(default=0)  # rows to read, or to store
    rows = models.PositiveBigIntegerField(default=0)  # stored
    findings: models.JSONField[list[str], list[str]] = models.JSONField(default=list, db_default=[])
    plan: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict, db_default={})
    people: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list, db_default=[])
    file = AccountForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta(Job.Meta):
        abstract = False
        indexes = [models.Index(fields=["account", "-id"], name="archiveimport_newest")]

    def __str__(self) -> str:
        return str(self.file)

    @property
    def waits_for_decision(self) -> bool:
        return self.state == self.State.CHECKED

    def end(self, state: str, failure: str = "") -> None:
        """Once it is decided, and however it ends, neither the archive nor the people whom it names are kept."""
        if state != self.State.CHECKED:
            self.people = []
            if self.file.discarded_at is None:
                self.file.discard()
        super().end(state, failure)
