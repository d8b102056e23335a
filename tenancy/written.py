"""Queries that are the same for everybody but for the account: put together once, and planned once a connection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import BigIntegerField, F, Model, QuerySet, Value
from psycopg.types.numeric import Int8

from lib.keyset import IsAmong
from tenancy.context import NOBODY, current_account_id, nobody

Record = TypeVar("Record", bound=Model)


class Written:
    """The statement of a ``QuerySet.values(…)``, sent for the active account each time.

    ``rows`` makes it for no account. It may not know who asks, nor read anything: what it knew the first time would be
    said to everybody. Putting a list's statement together takes Django two milliseconds, planning it PostgreSQL one.
    """

    def __init__(self, rows: Callable[[], QuerySet[Any]], *, by: str = "") -> None:
        self.rows = rows
        self.by = by  # a column that is no two rows' same: the rows are asked for by its numbers

    @classmethod
    def whole(cls, model: type[Model], *order: str) -> Written:
        """All rows of a table, to be read as ``records``."""
        columns = [field.attname for field in model._meta.concrete_fields]
        return cls(lambda: model._default_manager.order_by(*order).values(*columns))

    def records(self, model: type[Record]) -> list[Record]:
        """Every row that it asks for, as Django's own."""
        return [model.from_db(DEFAULT_DB_ALIAS, row.keys(), row.values()) for row in self._asked([])]

    def of(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """The rows of these numbers, in their order."""
        found = {row[self.by]: row for row in self._asked([Int8(number) for number in numbers])} if numbers else {}
        return [found[number] for number in numbers if number in found]

    def _asked(self, numbers: list[Int8]) -> list[dict[str, Any]]:
        sql, params, names, converters = self._statement
        account = Int8(current_account_id())
        values = [numbers if each == [NOBODY] else account if each == NOBODY else each for each in params]
        with connection.prepared_cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(sql, values)
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        for name, expression, converter in converters:
            for row in rows:
                row[name] = converter(row[name], expression, connection)
        return rows

    @cached_property
    def _statement(self) -> tuple[str, list[Any], list[str], list[tuple[str, Any, Any]]]:
        """Its words, its values with NOBODY where account and numbers go, its columns, and what is made of them."""
        with nobody():
            rows: Any = self.rows()
            if self.by:
                numbers = Value([NOBODY], output_field=ArrayField(BigIntegerField()))
                rows = rows.filter(IsAmong(F(self.by), numbers))
            compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
            sql, params = compiler.as_sql()
        names = list(rows.query.selected)
        found = compiler.get_converters([column[0] for column in compiler.select])
        converters = [(names[place], made, each) for place, (several, made) in found.items() for each in several]
        return sql, list(params), names, converters
