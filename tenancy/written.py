"""Queries that are the same for everybody but for the account: put together once, and planned once a connection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import BigIntegerField, F, Model, QuerySet, UUIDField, Value
from psycopg.types.numeric import Int8

from lib.keyset import IsAmong
from tenancy.context import NOBODY, current_account_id, nobody

Record = TypeVar("Record", bound=Model)
Key = int | UUID
NO_KEYS = [NOBODY], [UUID(int=0)]


class Written:
    """The statement of a ``QuerySet.values(…)``, sent for the active account each time.

    ``rows`` makes it for no account. It may not know who asks, nor read anything: what it knew the first time would be
    said to everybody. Putting a list's statement together takes Django two milliseconds, planning it PostgreSQL one.
    """

    def __init__(self, rows: Callable[[], QuerySet[Any]], *, by: str = "") -> None:
        self.rows = rows
        self.by = by  # a column that is no two rows' same: the rows are asked for by its numbers or ids

    @classmethod
    def whole(cls, model: type[Model], *order: str) -> Written:
        """All rows of a table, to be read as ``records``."""
        return cls(lambda: model._default_manager.order_by(*order).values(*_columns(model)))

    def records(self, model: type[Record]) -> list[Record]:
        """Every row that it asks for, as Django's own."""
        return [_read(model, row) for row in self._asked([])]

    def of(self, keys: Sequence[Key]) -> list[dict[str, Any]]:
        """The rows of these numbers or ids, in their order."""
        found = {row[self.by]: row for row in self._asked(keys)} if keys else {}
        return [found[key] for key in keys if key in found]

    def _asked(self, keys: Sequence[Key]) -> list[dict[str, Any]]:
        sql, params, names, converters = self._statement
        account, sent = Int8(current_account_id()), [Int8(key) if isinstance(key, int) else key for key in keys]
        values = [sent if each in NO_KEYS else account if each == NOBODY else each for each in params]
        with connection.prepared_cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(sql, values)
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        for name, expression, converter in converters:
            for row in rows:
                row[name] = converter(row[name], expression, connection)
        return rows

    @cached_property
    def _statement(self) -> tuple[str, list[Any], list[str], list[tuple[str, Any, Any]]]:
        """Its words, its values, with NOBODY for the account and NO_KEYS for keys, its columns, their converters."""
        with nobody():
            rows: Any = self.rows()
            if self.by:
                kind = UUIDField if isinstance(rows.model._meta.get_field(self.by), UUIDField) else BigIntegerField
                keys = Value(NO_KEYS[kind is UUIDField], output_field=ArrayField(kind()))
                rows = rows.filter(IsAmong(F(self.by), keys))
            compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
            sql, params = compiler.as_sql()
        names = list(rows.query.selected)
        found = compiler.get_converters([column[0] for column in compiler.select])
        converters = [(names[place], made, each) for place, (several, made) in found.items() for each in several]
        return sql, list(params), names, converters


class WrittenRecords(Written, Generic[Record]):
    """Records by such a key, each with those that its keys lead to by ``paths``, as ``select_related`` has them."""

    def __init__(self, model: type[Record], *paths: str, by: str) -> None:
        self.model = model
        self.paths = paths  # the nearer before what is reached through it
        super().__init__(self._rows, by=by)

    def get(self, key: Key) -> Record | None:
        """The one with this key; None where the account has none."""
        return next(map(self._made, self.of([key])), None)

    def _rows(self) -> QuerySet[Any]:
        names = [f"{path}__{name}" for path in self.paths for name in _columns(self._model_at(path))]
        return self.model._default_manager.order_by().values(*_columns(self.model), *names)

    def _made(self, row: dict[str, Any]) -> Record:
        record: Record = _read(self.model, row)
        for path in self.paths:
            *way, name = path.split("__")
            holder: Any = record
            for step in way:
                holder = getattr(holder, step, None)
            if holder is not None:
                setattr(holder, name, _read(self._model_at(path), row, f"{path}__"))
        return record

    def _model_at(self, path: str) -> Any:
        model: Any = self.model
        for step in path.split("__"):
            model = model._meta.get_field(step).related_model
        return model


@cache
def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _read(model: type[Model], row: dict[str, Any], prefix: str = "") -> Any:
    if row[f"{prefix}{model._meta.pk.attname}"] is None:
        return None  # a key that points at nothing
    names = _columns(model)
    return model.from_db(DEFAULT_DB_ALIAS, names, [row[f"{prefix}{name}"] for name in names])
