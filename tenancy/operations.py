"""Migration operations that put a table behind the fence, in the migration that creates it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.special import RunPython

from tenancy import roles
from tenancy.context import Actor, activate
from tenancy.policy import FENCE_NAME, FENCE_SQL

MIGRATION = Actor("system", None, "migration")


class FenceTable(Operation):
    """Primary key ``(account_id, <key>)``, forced row policy, and the rights of app and eraser on the table.

    ``append_only`` names the columns that the app may insert; it may then read, and nothing else:
    what it wrote stays written, and the other columns are PostgreSQL's own to fill.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str, append_only: tuple[str, ...] = ()) -> None:
        self.model_name = model_name
        self.append_only = append_only

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The fence lives in the database alone."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        name = model._meta.db_table
        table = schema_editor.quote_name(name)
        if model._meta.pk.column is not None:  # a composite key leads with the account by itself
            schema_editor.execute(
                f"ALTER TABLE {table} DROP CONSTRAINT {schema_editor.quote_name(name + '_pkey')}, "
                f"ADD PRIMARY KEY (account_id, {schema_editor.quote_name(model._meta.pk.column)})"
            )
        if any(field.column == "public_id" for field in model._meta.local_concrete_fields):
            schema_editor.execute(f"ALTER TABLE {table} ADD UNIQUE (account_id, public_id)")
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"CREATE POLICY {FENCE_NAME} ON {table} USING ({FENCE_SQL}) WITH CHECK ({FENCE_SQL})")
        if self.append_only:
            columns = ", ".join(schema_editor.quote_name(column) for column in self.append_only)
            schema_editor.execute(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {roles.APP}")
            schema_editor.execute(f"GRANT INSERT ({columns}) ON {table} TO {roles.APP}")
        else:
            schema_editor.execute(f"GRANT SELECT, DELETE ON {table} TO {roles.ERASER}")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        table = schema_editor.quote_name(model._meta.db_table)
        schema_editor.execute(f"DROP POLICY {FENCE_NAME} ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        return f"Fence {self.model_name}"


class KeepInAccount(Operation):
    """The two-column key ``(account_id, x_id) → (account_id, id)`` of an AccountForeignKey, and its index.

    ``on_delete`` is "NO ACTION" or, for parts of a whole, "CASCADE". Never SET NULL: it would
    empty the account too, and a distributed PostgreSQL refuses it.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str, field_name: str, on_delete: str = "NO ACTION", index: bool = True):
        if on_delete not in ("NO ACTION", "CASCADE"):
            raise ValueError("on_delete is NO ACTION or CASCADE")
        self.model_name = model_name
        self.field_name = field_name
        self.on_delete = on_delete
        self.index = index

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The key lives in the database alone."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.field_name)
        quote = schema_editor.quote_name
        table, column = quote(model._meta.db_table), quote(field.column)
        target = quote(field.remote_field.model._meta.db_table)
        schema_editor.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {quote(self._name(model))} "
            f"FOREIGN KEY (account_id, {column}) REFERENCES {target} (account_id, id) "
            f"ON DELETE {self.on_delete}"
        )
        if self.index:
            index = quote(f"{model._meta.db_table}_{field.column}"[:59] + "_key")
            schema_editor.execute(f"CREATE INDEX {index} ON {table} (account_id, {column})")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        table = schema_editor.quote_name(model._meta.db_table)
        schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {schema_editor.quote_name(self._name(model))}")

    def describe(self) -> str:
        return f"Keep {self.model_name}.{self.field_name} in its account"

    def _name(self, model: Any) -> str:
        return f"{model._meta.db_table}_{self.field_name}"[:52] + "_in_account"


class PartsGoFirst(KeepInAccount):
    """The key of KeepInAccount, CASCADE until now, is NO ACTION: whoever deletes the whole deletes its parts before."""

    def __init__(self, model_name: str, field_name: str) -> None:
        super().__init__(model_name, field_name, index=False)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        super().database_backwards(app_label, schema_editor, from_state, to_state)
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        super().database_backwards(app_label, schema_editor, from_state, to_state)
        former = KeepInAccount(self.model_name, self.field_name, on_delete="CASCADE", index=False)
        former.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Let rows of {self.model_name} go before their {self.field_name}"


class RunInEachAccount(RunPython):
    """A step of data, ``step(apps, cursor, account_id)``, taken in one account after the other.

    The fence holds for whoever changes tables, too: a step that looks at all accounts at once sees no rows.
    """

    def __init__(self, step: Callable[[Any, Any, int], None]) -> None:
        self.step = step
        super().__init__(self._go_round, RunPython.noop)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.step], {}

    def _go_round(self, apps: Any, schema_editor: Any) -> None:
        accounts = apps.get_model(settings.ACCOUNT_MODEL).objects.order_by("pk").values_list("pk", flat=True)
        for account_id in list(accounts):
            with activate(account_id, actor=MIGRATION), schema_editor.connection.cursor() as cursor:
                self.step(apps, cursor, account_id)
