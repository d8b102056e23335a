"""What companies and contacts have in common: an owner, a bin, and who may see them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from django.db import models

from accounts.models import Membership
from accounts.permissions import within_reach
from tenancy.models import AccountForeignKey, AccountManager, AccountQuerySet, VersionedModel


class RecordQuerySet(AccountQuerySet):
    """Records as members see them."""

    def live(self) -> Self:
        return self.filter(deleted_at__isnull=True)

    def in_bin(self) -> Self:
        return self.filter(deleted_at__isnull=False)

    def own(self) -> Self:
        """Without sample data: what the firm counts."""
        return self.filter(is_sample=False)

    def visible_to(self, membership: Membership) -> Self:
        """What this member may see: for lists, pages, search, hints and counts."""
        return within_reach(self, membership, f"{self.model._meta.model_name}.view")

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        records = list(objs)
        for record in records:
            record.fill_derived()
        return super().bulk_create(records, *args, **kwargs)


class Record(VersionedModel):
    """A company or a contact. Deleted ones lie in the bin, from which they can be restored."""

    name_key = models.TextField(editable=False, db_collation="C")
    note = models.TextField(blank=True)
    owner = AccountForeignKey("accounts.Membership", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    is_sample = models.BooleanField(default=False, db_default=False, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_by = AccountForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    belongs_to = "owner"
    offered = models.Q(deleted_at=None)
    objects = AccountManager.from_queryset(RecordQuerySet)()

    class Meta(VersionedModel.Meta):
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_derived()
        super().save(*args, **kwargs)

    def fill_derived(self) -> None:
        """Set the columns that follow from others: what is sorted, looked up and compared by."""
        raise NotImplementedError

    @property
    def is_in_bin(self) -> bool:
        return self.deleted_at is not None
