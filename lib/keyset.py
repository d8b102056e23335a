"""Pages of a long list that cost the same wherever they are: each starts after a row, not at a number.

``page(queryset, order=("name_key", "id"), cursor=request.GET.get("page"))`` gives rows and the cursors
of the neighbouring pages. The order must end in something unique; it may name an annotation, which ``shape``
repeats. A cursor is encrypted, because it holds values of a row and stands in addresses, histories and logs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, F, Field, Func, Model, Q, QuerySet, Value
from django.db.models.constants import LOOKUP_SEP

from lib.seals import Seal

Row = TypeVar("Row")
SIZE = 50
COUNTED = 10_000
LAST_CHARACTER = "\U0010ffff"
_SEAL = Seal("keyset cursor")


class ForeignCursor(ValueError):
    """The cursor was not written for this list in this order."""


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and where the pages before and after them start. ``is_restarted``: the cursor was unreadable."""

    rows: list[Row]
    next: str | None
    previous: str | None
    is_restarted: bool = False


@dataclass(frozen=True)
class Count:
    """How many there are, counted only as far as it is cheap."""

    number: int
    is_all: bool


def page(
    queryset: QuerySet[Any],
    *,
    order: Sequence[str],
    cursor: str | None = None,
    size: int = SIZE,
    shape: Callable[[QuerySet[Any]], QuerySet[Any]] | None = None,
    show: Callable[[list[int]], list[Any]] | None = None,
    only_for: str = "",
) -> Page:
    """The rows at ``cursor``, which is one of another page's; without one, the first rows.

    For a person, a cursor that leads nowhere begins again. A program would never end so: it names its list in
    ``only_for``, then a cursor of any other list raises ForeignCursor, and a page whose rows have all gone
    since is empty.

    ``shape`` may join whatever a row shows (``.values(…)``, ``.select_related(…)``): it gets the chosen
    rows alone, so that joins are made for one page and never for all that was found. ``show`` does the same given the
    rows' numbers, in a statement of its own.
    """
    walk = _Walk(
        queryset,
        (*order, only_for),
        [_key(queryset.model, name, queryset.query.annotations) for name in order],
        size,
        shape,
        show,
    )
    place = _read(cursor, walk.keys, walk.written_for) if cursor else None
    if place is None:
        if cursor and only_for:
            raise ForeignCursor
        return walk.first(is_restarted=bool(cursor))
    return walk.at(*place) or (Page([], next=None, previous=None) if only_for else walk.first())


def following(model: type[Model], order: Sequence[str], values: Sequence[Any]) -> Any:
    """The condition of the rows that come after one with these values: for lists that are merged of several."""
    return _after([_key(model, name) for name in order], list(values))


@dataclass(frozen=True)
class _Walk:
    """One list in one order."""

    queryset: QuerySet[Any]
    written_for: tuple[str, ...]  # the order, and the list if it is named
    keys: list[_Key]
    size: int
    shape: Callable[[QuerySet[Any]], QuerySet[Any]] | None
    show: Callable[[list[int]], list[Any]] | None

    def first(self, *, is_restarted: bool = False) -> Page:
        found = self._some(self.queryset, self.keys)
        rows = found[: self.size]
        following = _write(rows[-1], self.keys, self.written_for) if len(found) > self.size else None
        return Page(rows, next=following, previous=None, is_restarted=is_restarted)

    def at(self, is_backward: bool, values: list[Any]) -> Page | None:
        """The page after, or before, these values; None when all of its rows have gone since."""
        keys = [key.reversed() for key in self.keys] if is_backward else self.keys
        found = self._some(self.queryset.filter(_after(keys, values)), keys)
        rows, goes_on = found[: self.size], len(found) > self.size
        if not rows:
            return None
        if is_backward:
            rows.reverse()
        return Page(
            rows,
            next=_write(rows[-1], self.keys, self.written_for) if goes_on or is_backward else None,
            previous=_write(rows[0], self.keys, self.written_for, is_backward=True)
            if goes_on or not is_backward
            else None,
        )

    def _some(self, queryset: QuerySet[Any], keys: list[_Key]) -> list[Any]:
        ordering = [F(key.name).desc() if key.is_descending else F(key.name).asc() for key in keys]
        chosen = queryset.order_by(*ordering)[: self.size + 1]
        if self.show is not None:
            return self.show(list(chosen.values_list("pk", flat=True)))
        if self.shape is None:
            return list(chosen)
        of_page = IsAmong(F("pk"), ArraySubquery(chosen.values("pk")))
        return list(self.shape(queryset.model._default_manager.filter(of_page)).order_by(*ordering))


def capped_count(queryset: QuerySet[Any], most: int = COUNTED) -> Count:
    """The number of rows, up to ``most``: counting all of a large account is dearer than showing its page."""
    number = queryset[: most + 1].count()
    return Count(min(number, most), number <= most)


@dataclass(frozen=True)
class _Key:
    name: str
    field: Field
    is_descending: bool
    may_be_null: bool

    def reversed(self) -> _Key:
        return _Key(self.name, self.field, not self.is_descending, self.may_be_null)

    def after(self, value: Any) -> Q | None:
        """What comes later in this column; PostgreSQL puts NULL last going up and first going down."""
        if self.is_descending:
            return Q(**{f"{self.name}__isnull": False}) if value is None else Q(**{f"{self.name}__lt": value})
        if value is None:
            return None
        later = Q(**{f"{self.name}__gt": value})
        return later | Q(**{f"{self.name}__isnull": True}) if self.may_be_null else later

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})


def _key(model: type[Model], name: str, annotations: Mapping[str, Any] = MappingProxyType({})) -> _Key:
    path, field, may_be_null = name.removeprefix("-"), None, False
    if made := annotations.get(path):
        return _Key(path, made.output_field, name.startswith("-"), may_be_null=True)
    for step in path.split(LOOKUP_SEP):
        field = (field.related_model if field is not None else model)._meta.get_field(step)  # type: ignore[union-attr]
        may_be_null = may_be_null or field.null
    return _Key(path, field, name.startswith("-"), may_be_null)  # type: ignore[arg-type]


def _after(keys: list[_Key], values: list[Any]) -> Any:
    directions = {key.is_descending for key in keys}
    if len(directions) == 1 and not any(key.may_be_null for key in keys):
        return RowCompare(keys, values, sign="<" if directions.pop() else ">")
    condition, same = Q(pk__in=[]), Q()
    for key, value in zip(keys, values, strict=True):
        later = key.after(value)
        if later is not None:
            condition |= same & later
        same &= key.same(value)
    return condition


class RowCompare(Func):
    """``(a, b) > (x, y)``: one condition that an index on ``(a, b)`` answers, however many rows share ``a``."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, keys: Sequence[_Key], values: Sequence[Any], sign: str) -> None:
        self.sign = sign
        super().__init__(
            *(F(key.name) for key in keys),
            *(Value(value, output_field=key.field) for key, value in zip(keys, values, strict=True)),
        )

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        compiled = [compiler.compile(expression) for expression in self.source_expressions]
        sides, half = [sql for sql, _ in compiled], len(compiled) // 2
        sql = f"({', '.join(sides[:half])}) {self.sign} ({', '.join(sides[half:])})"
        return sql, [param for _, params in compiled for param in params]


def begins(column: str, start: str) -> Q:
    """Rows whose column begins with a text: as a range, which an index in the order of "C" serves behind the fence."""
    return Q(**{f"{column}__gte": start, f"{column}__lt": start + LAST_CHARACTER})


class IsAmong(Func):
    """``id = ANY(ARRAY(SELECT …))``: the numbers are looked up first, whatever PostgreSQL believes of the tables.

    As a join (``id IN (SELECT …)``) the same may take minutes on a table that was just filled and not yet
    analysed.
    """

    output_field = BooleanField()
    conditional = True
    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    arity = 2


class IsOneOf(Func):
    """``(id IN (SELECT …)) IS TRUE``: the rows are read in their order, and each is looked up among the numbers.

    Right where the numbers are so many that a page is full after a few rows. Said plainly, ``id IN (SELECT …)``
    would be joined and sorted as a whole.
    """

    output_field = BooleanField()
    conditional = True
    template = "(%(expressions)s) IS TRUE"
    arg_joiner = " IN "
    arity = 2


def _write(row: Any, keys: list[_Key], written_for: Sequence[str], *, is_backward: bool = False) -> str:
    values = [value_at(row, key.name) for key in keys]
    texts = [None if value is None else key.field.value_to_string(_Held(key.field, value))  # type: ignore[arg-type]
             for key, value in zip(keys, values, strict=True)]  # fmt: skip
    return _SEAL.close(json.dumps([is_backward, texts, *written_for]))


def _read(cursor: str, keys: list[_Key], written_for: Sequence[str]) -> tuple[bool, list[Any]] | None:
    plain = _SEAL.open(cursor)
    if plain is None:
        return None
    is_backward, texts, *for_which = json.loads(plain)
    if for_which != list(written_for):
        return None
    try:
        values = [None if text is None else key.field.to_python(text) for key, text in zip(keys, texts, strict=True)]
    except ValidationError:  # the column has changed its kind since
        return None
    return is_backward, values


class _Held:
    """Lets a field write a value that stands in no model, as in ``.values()``."""

    def __init__(self, field: Field, value: Any) -> None:
        setattr(self, field.attname, value)


def value_at(row: Any, path: str) -> Any:
    """What stands at ``company__name_key`` of a row, be it a record or a dictionary."""
    if isinstance(row, dict):
        return row[path]
    for step in path.split(LOOKUP_SEP):
        row = getattr(row, step, None)
    return row
