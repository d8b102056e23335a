"""``ENGINE = "tenancy.postgresql"``: Django's own, with two things that our tables and our pace ask for.

PostgreSQL lets ``GROUP BY id`` stand for all columns of a table only if ``id`` is the primary key. Behind
the fence it is half of it, so Django must name every column, or each count over related rows is an error.
"""

from __future__ import annotations

import select

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

    def is_usable(self) -> bool:
        """Whether a kept connection is still open, as this side knows it: asking the server costs a round trip.

        Between requests nobody sends anything, so a readable socket means that the server has said good-bye.
        """
        if self.connection is None or self.connection.closed:
            return False
        readable = select.poll()
        readable.register(self.connection.fileno(), select.POLLIN)
        return not readable.poll(0)
