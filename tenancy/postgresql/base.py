"""``ENGINE = "tenancy.postgresql"``.

PostgreSQL lets ``GROUP BY id`` stand for all columns of a table only if ``id`` is the primary key. Behind
the fence it is half of it, so Django must name every column, or each count over related rows is an error.
"""

from __future__ import annotations

from django.db import models
from django.db.backends.postgresql import base
from django.db.backends.postgresql.features import DatabaseFeatures as PostgresFeatures


class DatabaseFeatures(PostgresFeatures):
    """What this database can do with our tables."""

    def allows_group_by_selected_pks_on_model(self, model: type[models.Model]) -> bool:
        is_fenced = any(field.column == "account_id" for field in model._meta.local_concrete_fields)
        return not is_fenced and super().allows_group_by_selected_pks_on_model(model)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to PostgreSQL."""

    features_class = DatabaseFeatures
