"""The words by which records are found, in a table whose plain order makes prefixes quick."""

from __future__ import annotations

from django.db import models

from tenancy.fields import AccountField
from tenancy.models import AccountManager


class SearchToken(models.Model):
    """One word of one record. A record of any app may have some: ``kind`` names whose number it is.

    Comparing text is leakproof, so PostgreSQL uses this table's key under the row policy, which it
    does not do for LIKE or full-text search.
    """

    pk = models.CompositePrimaryKey("account_id", "token", "kind", "record_id")
    account = AccountField()
    token = models.TextField(db_collation="C")
    kind = models.CharField(max_length=20, db_collation="C")
    record_id = models.BigIntegerField()

    objects = AccountManager()

    class Meta:
        base_manager_name = "objects"
        # The kind comes last, or PostgreSQL would take this index for a prefix on a table it knows little of.
        indexes = [models.Index(fields=["account", "record_id", "kind"], name="searchtoken_by_record")]

    def __str__(self) -> str:
        return self.token
