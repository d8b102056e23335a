"""What companies, contacts and deals have in common: an owner, a bin, and who may see them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models

from accounts.models import Membership
from accounts.permissions import within_reach
from tenancy.models import CASCADE_IN_DATABASE, AccountForeignKey, AccountManager, AccountQuerySet, VersionedModel

DAYS_IN_BIN = 30


def leaves_bin_on(record: Any) -> datetime | None:
    """When a record in the bin is removed for good."""
    return record.deleted_at and record.deleted_at + timedelta(days=DAYS_IN_BIN)


class RecordQuerySet(AccountQuerySet):
    """Records as members see them."""

    def live(self) -> Self:
        return self.filter(deleted_at__isnull=True)

    def in_bin(self) -> Self:
        return self.filter(deleted_at__isnull=False)

    def usable(self) -> Self:
        """What new work may be about; of contacts, those that are not restricted."""
        return self.filter(self.model.offered)  # type: ignore[attr-defined]

    def unrestricted(self) -> Self:
        """Without contacts whose use is restricted."""
        return self.filter(self.model.unrestricted)  # type: ignore[attr-defined]

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
    """A company, a contact or a deal. Deleted ones lie in the bin, from which they can be restored."""

    name_key = models.TextField(editable=False, db_collation="C")
    note = models.TextField(blank=True)
    owner = AccountForeignKey("accounts.Membership", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    custom = models.JSONField(
        default=dict, db_default={}, blank=True, editable=False
    )  # values of the firm's own fields, by their key
    is_sample = models.BooleanField(default=False, db_default=False, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_by = AccountForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    belongs_to = "owner"
    unrestricted = models.Q()  # whose data may be used
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

    lacks: frozenset[str] = frozenset()  # what its page has seen not to be there, so nobody asks for it

    def know(self, name: str, rows: list[Any]) -> None:
        """Keep the rows of a list (``emails``, ``addresses``) just stored, so nobody reads them anew."""
        self.__dict__.setdefault("_prefetched_objects_cache", {})[name] = rows

    @property
    def is_in_bin(self) -> bool:
        return self.deleted_at is not None


class MergeableQuerySet(RecordQuerySet):
    """Records of which several may turn out to be one."""

    def in_bin(self) -> Self:
        """Without those that became part of another: they come back by undoing the merge alone."""
        return super().in_bin().filter(merged_into=None)


class Mergeable(Record):
    """A record that may be there twice. One that became part of another is out of every list, bin included."""

    merged_into = AccountForeignKey("self", on_delete=CASCADE_IN_DATABASE, null=True, editable=False, related_name="+")
    sound_key = models.TextField(editable=False, default="", db_default="", db_collation="C")

    objects = AccountManager.from_queryset(MergeableQuerySet)()

    class Meta(Record.Meta):
        abstract = True
