"""``ENGINE = "tenancy.postgresql"``: Django's own, with three things that our tables and our pace ask for.

PostgreSQL lets ``GROUP BY id`` stand for all columns of a table only if ``id`` is the primary key. Behind
the fence it is half of it, so Django must name every column, or each count over related rows is an error.
"""

from __future__ import annotations

import select
from typing import Any

from django.db import models
from django.db.backends.postgresql import base
from django.db.backends.postgresql.features import DatabaseFeatures as PostgresFeatures
from django.db.backends.postgresql.operations import DatabaseOperations as PostgresOperations
from psycopg.errors import FeatureNotSupported
from psycopg.pq import TransactionStatus

ONCE = 1  # so often a statement is sent before the server keeps its plan


class DatabaseFeatures(PostgresFeatures):
    """What this database can do with our tables."""

    def allows_group_by_selected_pks_on_model(self, model: type[models.Model]) -> bool:
        is_fenced = any(field.column == "account_id" for field in model._meta.local_concrete_fields)
        return not is_fenced and super().allows_group_by_selected_pks_on_model(model)


class DatabaseOperations(PostgresOperations):
    """How this database is asked."""

    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """The statement with its values, also where the server puts them in."""
        if isinstance(cursor, base.ServerBindingCursor):
            return str(self.compose_sql(sql, params))
        return str(super().last_executed_query(cursor, sql, params))


class PreparedCursor(base.ServerBindingCursor):
    """Sends statements that stay planned, and once more where a migration changed the kind of one of their columns.

    Outside a transaction nothing has happened yet, so the connection forgets all its plans and asks again. Within one
    PostgreSQL takes nothing more: the request fails, rolls back, and by that forgets them, too.
    """

    connection: Any  # the driver's

    def execute(self, query: Any, params: Any = None, **kwargs: Any) -> Any:
        ask = super().execute  # type: ignore[misc]
        try:
            return ask(query, params, **kwargs)
        except FeatureNotSupported as refusal:
            is_outdated = "cached plan" in str(refusal)
            if not is_outdated or self.connection.info.transaction_status is not TransactionStatus.IDLE:
                raise
            self.connection.execute("DEALLOCATE ALL")  # the driver sees it, and forgets them as well
            return ask(query, params, **kwargs)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to PostgreSQL."""

    features_class = DatabaseFeatures
    ops_class = DatabaseOperations

    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "prepare_threshold": ONCE}

    def prepared_cursor(self) -> Any:
        """A cursor for statements whose words never change, only their values: the server reads and plans each once
        for a connection. Not for a search whose plan depends on what is looked for.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            return self._prepare_cursor(PreparedCursor(self.connection))  # type: ignore[attr-defined, call-arg]

    def is_usable(self) -> bool:
        """Whether a kept connection is still open, as this side knows it: asking the server costs a round trip.

        Between requests nobody sends anything, so a readable socket means that the server has said good-bye.
        """
        if self.connection is None or self.connection.closed:
            return False
        readable = select.poll()
        readable.register(self.connection.fileno(), select.POLLIN)
        return not readable.poll(0)
