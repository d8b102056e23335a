"""Records that turned out to be one: what was merged, what it takes to put that back, and what is no duplicate."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from crm.models.companies import Company
from crm.models.contacts import Contact
from tenancy.models import CASCADE_IN_DATABASE, AccountForeignKey, AccountModel

DAYS_TO_UNDO = 30


class Merge(AccountModel):
    """Two to five records that became one, the survivor: a company or a contact."""

    contact = AccountForeignKey(Contact, on_delete=CASCADE_IN_DATABASE, null=True, related_name="merges")
    company = AccountForeignKey(Company, on_delete=CASCADE_IN_DATABASE, null=True, related_name="merges")
    by = AccountForeignKey("accounts.Membership", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)
    undone_at = models.DateTimeField(null=True, editable=False)

    belongs_to = None  # whoever may see the survivor may see what became part of it

    class Meta(AccountModel.Meta):
        indexes = [models.Index(fields=["account", "-at", "-id"], name="merge_newest")]

    def __str__(self) -> str:
        return str(self.survivor)

    @property
    def survivor(self) -> Any:
        return self.contact or self.company

    @property
    def page(self) -> str:
        """The URL name of the survivor's page."""
        return "crm:contact" if self.contact_id else "crm:company"

    @property
    def can_be_undone(self) -> bool:
        return self.undone_at is None and self.at > timezone.now() - timedelta(days=DAYS_TO_UNDO)


class MergedRecord(AccountModel):
    """A record that became part of another: its old address leads to the survivor, also when the row is gone."""

    merge = AccountForeignKey(Merge, on_delete=CASCADE_IN_DATABASE, related_name="records")
    old_id = models.UUIDField()

    class Meta(AccountModel.Meta):
        indexes = [models.Index(fields=["account", "old_id"], name="mergedrecord_by_old_id")]

    def __str__(self) -> str:
        return str(self.old_id)


class MergedRow(AccountModel):
    """What a merge did to one row of any table: what stood there before, and after. Without a before it was made,
    without an after deleted."""

    merge = AccountForeignKey(Merge, on_delete=CASCADE_IN_DATABASE, related_name="rows")
    table = models.CharField(max_length=80)
    row_id = models.BigIntegerField()
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)

    class Meta(AccountModel.Meta):
        indexes = [models.Index(fields=["account", "merge", "id"], name="mergedrow_in_order")]

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"


class NoDuplicate(AccountModel):
    """Two records that look alike and are not the same: somebody said so. The lower number comes first."""

    kind = models.CharField(max_length=20)  # contact or company: whose numbers these are
    first_id = models.BigIntegerField()
    second_id = models.BigIntegerField()
    by = AccountForeignKey("accounts.Membership", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    belongs_to = None  # whoever may see both records may see it

    class Meta(AccountModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account", "kind", "first_id", "second_id"], name="noduplicate_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first_id} is not {self.second_id}"
