"""The data map against the database itself: no column without an answer, no answer without a column.

Reads PostgreSQL's own catalog rather than ``information_schema``: that one leaves out materialised
views and whatever the asking role may not read, which is just what must not be overlooked. A partition counts
as its table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from datamap.checks import tables
from datamap.registry import Registry, columns, registry

WITHOUT_MODEL: Final[dict[str, str]] = {
    "public.django_migrations": "Django's list of applied migrations: names of our own files.",
}
"""Tables that no model stands for (schema.table), and why they hold nothing about anybody."""

_COLUMNS = """
    SELECT n.nspname, r.relname, a.attname
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_class r ON r.oid = COALESCE(pg_partition_root(c.oid), c.oid)
    JOIN pg_namespace n ON n.oid = r.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')
      AND c.relpersistence <> 't'
"""


def differences(
    connection: BaseDatabaseWrapper, book: Registry = registry, models: Sequence[type[Model]] | None = None
) -> Iterator[str]:
    """One sentence for each column that stands only in the database, or only in the map."""
    described = described_columns(book, tables() if models is None else models)
    found = actual_columns(connection)
    for table, column in sorted(found - described):
        if table not in WITHOUT_MODEL:
            yield f"{table}.{column} is in the database but not in the data map."
    for table, column in sorted(described - found):
        yield f"{table}.{column} is in the data map but not in the database."


def described_columns(book: Registry, models: Sequence[type[Model]]) -> set[tuple[str, str]]:
    """Every (schema.table, column) the map answers for, or says to hold nothing about anybody."""
    described = set()
    for model in models:
        entry = book.entry_of(model)
        for field in columns(model):
            if model._meta.label in book.nothing_personal() or (entry and book.category_of(entry, field)):
                described.add((_qualified(model._meta.db_table), field.column or field.name))
    return described


def actual_columns(connection: BaseDatabaseWrapper) -> set[tuple[str, str]]:
    """Every (schema.table, column) of every table, view, materialised view, partition and foreign table."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        return {(f"{schema}.{table}", column) for schema, table, column in cursor.fetchall()}


def _qualified(table: str) -> str:
    return table.replace('"', "") if "." in table else f"public.{table}"
