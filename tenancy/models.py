"""The base of every table that holds a firm's data."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.db import models
from django.db.models.deletion import Collector
from django.utils import timezone

from tenancy import held
from tenancy.context import current_account_id
from tenancy.errors import Conflict, WrongAccount
from tenancy.fields import CASCADE_IN_DATABASE, AccountField, AccountForeignKey, ActiveAccount
from tenancy.rules import surely_keeps

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

    def update(self, **kwargs: Any) -> int:
        """Change rows; never whose they are, and always in a statement that names the account."""
        if kwargs.keys() & {"account", "account_id"}:
            raise WrongAccount(f"A {self.model._meta.verbose_name} never moves to another account.")
        return super(AccountQuerySet, self._named_by_key()).update(**kwargs)

    update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete in one statement that names the account; the database takes the parts along.

        Raises Held where one of the rows is held, and ProtectedError or RestrictedError like Django's own, before
        anything is deleted.
        """
        self._refuse_what_delete_would_ignore()
        doomed: Any = self._named_by_key().all()
        held.refuse(doomed)
        origin: Any = self
        Collector(using=doomed.db, origin=origin).collect(doomed)
        deleted = doomed.order_by()._raw_delete(doomed.db)
        self._result_cache = None
        return deleted, {self.model._meta.label: deleted}

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def _named_by_key(self) -> Any:
        """The same rows without joins: a statement that changes them must name the account itself.

        Django moves a join into a sub-query and leaves ``WHERE id IN (…)`` outside, for every account.
        """
        if self.query.count_active_tables() <= 1 or self.query.is_sliced or self.query.combinator:
            return self
        rows = self.order_by().values(self.model._meta.pk.name)
        return self.model._base_manager.using(self.db).filter(pk__in=rows)

    def _refuse_what_delete_would_ignore(self) -> None:
        """A DELETE knows no LIMIT, no DISTINCT ON and no UNION; it would take more rows than were meant."""
        query, fields = self.query, self._fields  # type: ignore[attr-defined]
        if query.is_sliced or query.distinct_fields or query.combinator or fields is not None:
            raise TypeError("Delete rows by a filter: a slice, distinct(…), union() or values() can't be deleted.")


class AccountManager(models.Manager.from_queryset(AccountQuerySet)):  # type: ignore[misc]
    """Adds the account to every query in words, above the fence that adds it in the database.

    The literal gives PostgreSQL its plans; the fence holds when somebody forgets. Without an
    active account it raises NoAccount: an empty answer would only hide the mistake.
    """

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(account_id=ActiveAccount(current_account_id()))


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
        self._must_belong_here()
        if self.pk is None:
            raise ValueError(f"This {self._meta.verbose_name} was never saved.")
        deleted = type(self)._base_manager.filter(pk=self.pk).delete()
        return deleted

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read the row anew; its number means another row, or none, in another account."""
        self._must_belong_here()
        super().refresh_from_db(*args, **kwargs)

    def get_constraints(self) -> Any:
        """The rules to ask the database about: without those that this row can be seen to keep."""
        every: Any = super().get_constraints()
        return [(model, [rule for rule in rules if not surely_keeps(self, rule)]) for model, rules in every]

    def _do_update(self, base_qs: Any, using: Any, pk_val: Any, values: Any, *rest: Any) -> Any:
        # The account is checked by its field, and never SET: a row does not move.
        kept = [value for value in values if value[0].name != "account"]
        return super()._do_update(base_qs, using, pk_val, kept, *rest)

    def _must_belong_here(self) -> None:
        mine = self.__dict__.get("account_id")  # not there when only(…) left it out
        if current_account_id() != mine and mine is not None:
            raise WrongAccount(f"This {self._meta.verbose_name} belongs to another account.")


class VersionedModel(AccountModel):
    """A record that two people may edit: it counts its versions, and an edit names the one it read."""

    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(AccountModel.Meta):
        abstract = True

    def save_checked(self, expected: int, **kwargs: Any) -> Self:
        """Save if the stored version is still ``expected``; otherwise raise Conflict and store nothing."""
        self._must_belong_here()
        fresh = type(self)._base_manager.filter(pk=self.pk, version=expected)
        if not fresh.update(version=expected + 1, updated_at=timezone.now()):
            raise Conflict(f"This {self._meta.verbose_name} was changed by somebody else meanwhile.")
        self.version = expected + 1
        self.save(**kwargs)
        return self
