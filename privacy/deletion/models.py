"""What outlives an erased account: numbers, keyed hashes and our signature. Nothing in here names anybody.

Global tables: the account that they speak of is gone, so they hold its number without a key to it.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

PERSON = "accounts.membership"  # what a hold on one member names


class AccountDeletion(models.Model):
    """The erasing of one closed account: how far it came, and the certificate in the end."""

    class Stage(models.TextChoices):
        """What is done next."""

        WAITING = "waiting", "Waiting for letters and for others"
        LOG = "log", "Emptying the log"
        ROWS = "rows", "Erasing rows"
        PEOPLE = "people", "Erasing sign-ins"
        REST = "rest", "Erasing files and the account"
        VERIFYING = "verifying", "Checking"
        DONE = "done", "Done"

    number = models.BigIntegerField(unique=True)
    public_id = models.UUIDField(unique=True, editable=False)
    digest = models.CharField(
        max_length=64, editable=False
    )  # of the short name, so that a second request is recognised
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.WAITING)
    asked_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField()
    begun_at = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(default=timezone.now)
    people = models.JSONField(default=list, editable=False)  # numbers of the sign-ins that go; emptied in the end
    before = models.JSONField(default=dict, editable=False)  # rows by table
    gone = models.JSONField(default=dict, editable=False)
    receipts = models.JSONField(default=list, editable=False)
    findings = models.JSONField(default=list, editable=False)
    certificate = models.TextField(blank=True, editable=False)

    def __str__(self) -> str:
        return f"erasing of account {self.number}"

    @property
    def is_done(self) -> bool:
        return self.stage == self.Stage.DONE


class PersonErasure(models.Model):
    """One person was erased: a contact or a member of one account, or somebody who signs in, from all of ours.

    It names nobody: the person and their addresses are keyed hashes. What stands in an account goes with it.
    """

    class Kind(models.TextChoices):
        """As whom they were known; the ledger of deletions uses the same words."""

        CONTACT = "contact", "A contact"
        MEMBER = "member", "A member"
        USER = "user", "An account holder"

    class Ground(models.TextChoices):
        """Why somebody is erased: the grounds of the GDPR, Article 17. A word of a list, so that it names nobody."""

        ASKED = "asked", "They asked for it"
        NOT_NEEDED = "not_needed", "The data is no longer needed"
        CONSENT = "consent", "They took their consent back"
        OBJECTED = "objected", "They object to its use"
        UNLAWFUL = "unlawful", "It should never have been kept"
        LAW = "law", "A law asks for it"
        CHILD = "child", "They are a child"
        AGAIN = "again", "They were erased before; a backup had brought them back"

    class State(models.TextChoices):
        """What is done next."""

        ASKED = "asked", "Being erased"
        ERASED = "erased", "Being certified"
        DONE = "done", "Done"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    digest = models.CharField(max_length=64, editable=False)
    number = models.BigIntegerField(null=True, editable=False)  # of the sign-in that goes; emptied in the end
    ground = models.CharField(max_length=12, choices=Ground)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True)
    lines = models.JSONField(default=list, editable=False)  # what became of how many rows, table by table
    addresses = models.JSONField(default=list, editable=False)  # keyed hashes
    blanked = models.JSONField(null=True, editable=False)  # which texts; null: all that surely name them
    accounts = models.JSONField(default=list, db_default=[], editable=False)  # numbers of those that are done
    certificate = models.TextField(blank=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["digest"], name="personerasure_by_digest")]

    def __str__(self) -> str:
        return f"erasing of a {self.kind}"

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    @property
    def rows_deleted(self) -> int:
        """How many rows went; more were emptied or blanked."""
        return sum(line["rows"] for line in self.lines if line["fate"] == "deleted")


class LedgerLine(models.Model):
    """That this database knows of a line in the ledger of deletions, which lies outside of it."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    kind = models.CharField(max_length=10, editable=False)
    known_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.kind} {self.digest[:8]}"


class RetentionRun(models.Model):
    """One night's look at tables outside accounts: how many rows went by which rule. Inside one its log tells."""

    at = models.DateTimeField(default=timezone.now)
    removed = models.JSONField(default=dict, editable=False)  # by rule; empty when nothing was due

    def __str__(self) -> str:
        return f"{sum(self.removed.values())} rows"


class LegalHold(models.Model):
    """Why something may not be erased for a while: a matter that may come before a court.

    It covers a whole account, one record of it, or one person there. ``is_sealed`` hides from the firm what for, where
    a court says so.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    record_type = models.CharField(max_length=60, blank=True, editable=False)
    record_id = models.UUIDField(null=True, blank=True)
    matter = models.CharField(max_length=120)
    reason = models.CharField(max_length=300)
    custodian = models.CharField(max_length=160)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reminded_at = models.DateTimeField(null=True, editable=False)  # of its review, when that was overdue
    review_on = models.DateField()
    is_sealed = models.BooleanField(default=False)
    placed_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.matter

    @property
    def covers(self) -> str:
        """What it holds, in words."""
        if not self.record_type:
            return "the whole account"
        noun = "all of member" if self.record_type == PERSON else self.record_type.rpartition(".")[2]
        return f"{noun} {self.record_id}"

    @property
    def told_as(self) -> str:
        """The matter, as the firm may know of it."""
        return "a matter that a court has sealed" if self.is_sealed else self.matter

    @property
    def is_overdue(self) -> bool:
        """Nobody looked at it in time."""
        return self.released_at is None and self.review_on < timezone.localdate()
