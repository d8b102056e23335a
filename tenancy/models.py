"""The base of every table that holds a firm's data."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.db import models
from django.db.models.deletion import Collector
from django.utils import timezone

from tenancy.context import current_account_id
from tenancy.errors import Conflict
from tenancy.fields import CASCADE_IN_DATABASE, AccountField, AccountForeignKey

__all__ = [
    "CASCADE_IN_DATABASE",
    "AccountForeignKey",
    "AccountManager",
    "AccountModel",
    "AccountQuerySet",
    "VersionedModel",
]


class AccountQuerySet(models.QuerySet):
    """Rows of the active account, and only of it."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete in one statement that names the account; the database takes the parts along.

        Raises ProtectedError or RestrictedError like Django's own, before anything is deleted.
        """
        doomed = self._chain()
        Collector(using=doomed.db, origin=self).collect(doomed)
        deleted = doomed.order_by()._raw_delete(doomed.db)
        self._result_cache = None
        return deleted, {self.model._meta.label: deleted}

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class AccountManager(models.Manager.from_queryset(AccountQuerySet)):  # type: ignore[misc]
    """Adds the account to every query in words, above the fence that adds it in the database.

    The literal gives PostgreSQL its plans; the fence holds when somebody forgets. Without an
    active account it raises NoAccount: an empty answer would only hide the mistake.
    """

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(account_id=current_account_id())


class AccountModel(models.Model):
    """A row that belongs to one account, fenced by the database (``FenceTable`` in its migration)."""

    account = AccountField()
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = AccountManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def delete(self, using: str | None = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        """Delete through the manager, so that the statement names the account."""
        deleted = type(self)._base_manager.filter(pk=self.pk).delete()
        return deleted


class VersionedModel(AccountModel):
    """A record that two people may edit: it counts its versions, and an edit names the one it read."""

    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(AccountModel.Meta):
        abstract = True

    def save_checked(self, expected: int, **kwargs: Any) -> Self:
        """Save if the stored version is still ``expected``; otherwise raise Conflict and store nothing."""
        fresh = type(self)._base_manager.filter(pk=self.pk, version=expected)
        if not fresh.update(version=expected + 1, updated_at=timezone.now()):
            raise Conflict(f"This {self._meta.verbose_name} was changed by somebody else meanwhile.")
        self.version = expected + 1
        self.save(**kwargs)
        return self
