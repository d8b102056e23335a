"""The SELECT behind an entity's two files: JSON lines, and a table for spreadsheets.

A key becomes the id of the row that it points at. Decimals are texts in JSON, so that no reader rounds them; what a
spreadsheet would calculate gets an apostrophe in the table, as in every other table that we write.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from privacy.exports.entities import Column, Entity, entity_named

# Tab, return, plus, minus, equals and at; most texts begin with a letter, which comes after all of them. A plus before
# digits alone is a telephone number. See lib.sheets.guarded.
_GUARDED = (
    "CASE WHEN ascii({value}) BETWEEN 9 AND 64 AND ascii({value}) IN (9, 13, 43, 45, 61, 64)"
    " AND {value} !~ '^\\+[0-9][0-9 ]*$' THEN '''' || {value} ELSE {value} END"
)
_JOIN = " LEFT JOIN {table} {alias} ON {alias}.id = t.{column} AND {belongs}"
_LOOKED_UP = (
    "CASE WHEN t.{column} IS NOT NULL THEN"
    " (SELECT {alias}.public_id FROM {table} {alias} WHERE {alias}.id = t.{column} AND {belongs}) END"
)
_QUERY = "SELECT {columns} FROM {table} t{joins} WHERE {condition}"
_AS_JSON = "SELECT row_to_json(r) FROM ({query}) r"
_COUNT = "SELECT count(*) FROM {table} t WHERE {condition}"
_TEXTS = (models.CharField, models.TextField)
quote = connection.ops.quote_name


def as_json(entity: Entity, account_id: int, only: str = "") -> str:
    """Each row as one JSON text. ``only`` narrows the rows, which it calls ``t``."""
    return _AS_JSON.format(query=_select(entity, account_id, only, for_sheets=False))


def as_table(entity: Entity, account_id: int, only: str = "") -> str:
    """Each row for a spreadsheet."""
    return _select(entity, account_id, only, for_sheets=True)


def counting(entity: Entity, account_id: int, only: str = "") -> str:
    """How many rows there are."""
    return _COUNT.format(table=quote(entity.table), condition=_condition(entity, account_id, only))


def _select(entity: Entity, account_id: int, only: str, *, for_sheets: bool) -> str:
    joins, columns = [], []
    for number, column in enumerate(entity.columns):
        if column.to:
            value, join = _key(entity, column, f"k{number}", account_id)
            joins.append(join)
        else:
            value = _cell(column, f"t.{quote(column.column)}") if for_sheets else _json(column)
        columns.append(f"{value} AS {quote(column.name)}")
    return _QUERY.format(
        columns=", ".join(columns),
        table=quote(entity.table),
        joins="".join(joins),
        condition=_condition(entity, account_id, only),
    )


def _condition(entity: Entity, account_id: int, only: str) -> str:
    return entity.belongs("t", account_id) + (f" AND ({only})" if only else "")


def _key(entity: Entity, column: Column, alias: str, account_id: int) -> tuple[str, str]:
    """What stands for a key, and what must be joined for it. A row seldom points at its own kind: that is looked up."""
    target = entity_named(column.to)
    assert target is not None  # noqa: S101 - entities.py lets no other key through
    words = {
        "table": quote(target.table),
        "alias": alias,
        "column": quote(column.column),
        "belongs": target.belongs(alias, account_id),
    }
    if target == entity:
        return _LOOKED_UP.format(**words), ""
    return f"{alias}.public_id", _JOIN.format(**words)


def _json(column: Column) -> str:
    value, field = f"t.{quote(column.column)}", column.field
    if isinstance(field, models.DecimalField):
        return f"{value}::text"
    return f"encode({value}, 'base64')" if isinstance(field, models.BinaryField) else value


def _cell(column: Column, value: str) -> str:
    field: Any = column.field
    if isinstance(field, models.BooleanField):
        return f"{value}::text"
    if isinstance(field, models.BinaryField):
        return f"encode({value}, 'base64')"
    if isinstance(field, ArrayField):
        return f"array_to_json({value})::text"
    return _GUARDED.format(value=value) if isinstance(field, _TEXTS) and not field.choices else value
