"""Pages of a long list that cost the same wherever they are: each starts after a row, not at a number.

``page(queryset, order=("name_key", "id"), cursor=request.GET.get("page"))`` gives rows and the cursors
of the neighbouring pages. The order must end in something unique. A cursor is encrypted, because it
holds values of a row and stands in addresses, histories and logs.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, F, Field, Func, Model, Q, QuerySet, Value
from django.db.models.constants import LOOKUP_SEP

Row = TypeVar("Row")
SIZE = 50
COUNTED = 10_000


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


def page(queryset: QuerySet[Any], *, order: Sequence[str], cursor: str | None = None, size: int = SIZE) -> Page:
    """The rows at ``cursor``, which is one of another page's; without one, the first rows."""
    keys = [_key(queryset.model, name) for name in order]
    place = _read(cursor, keys, order) if cursor else None
    if place is None:
        return _from_the_start(queryset, keys, order, size, is_restarted=bool(cursor))
    is_backward, values = place
    walked = [key.reversed() for key in keys] if is_backward else keys
    found = list(queryset.filter(_after(walked, values)).order_by(*_ordering(walked))[: size + 1])
    rows, goes_on = found[:size], len(found) > size
    if not rows:  # all of them have gone since
        return _from_the_start(queryset, keys, order, size)
    if is_backward:
        rows.reverse()
    return Page(
        rows,
        next=_write(rows[-1], keys, order) if goes_on or is_backward else None,
        previous=_write(rows[0], keys, order, is_backward=True) if goes_on or not is_backward else None,
    )


def capped_count(queryset: QuerySet[Any], most: int = COUNTED) -> Count:
    """The number of rows, up to ``most``: counting all of a large account is dearer than showing its page."""
    number = queryset.order_by()[: most + 1].count()
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


def _key(model: type[Model], name: str) -> _Key:
    path, field, may_be_null = name.removeprefix("-"), None, False
    for step in path.split(LOOKUP_SEP):
        field = (field.related_model if field is not None else model)._meta.get_field(step)  # type: ignore[union-attr]
        may_be_null = may_be_null or field.null
    return _Key(path, field, name.startswith("-"), may_be_null)  # type: ignore[arg-type]


def _ordering(keys: list[_Key]) -> list[Any]:
    return [F(key.name).desc() if key.is_descending else F(key.name).asc() for key in keys]


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


def _from_the_start(
    queryset: QuerySet[Any], keys: list[_Key], order: Sequence[str], size: int, is_restarted: bool = False
) -> Page:
    found = list(queryset.order_by(*_ordering(keys))[: size + 1])
    rows = found[:size]
    following = _write(rows[-1], keys, order) if len(found) > size else None
    return Page(rows, next=following, previous=None, is_restarted=is_restarted)


def _write(row: Any, keys: list[_Key], order: Sequence[str], *, is_backward: bool = False) -> str:
    values = [_value(row, key.name) for key in keys]
    texts = [None if value is None else key.field.value_to_string(_Held(key.field, value))  # type: ignore[arg-type]
             for key, value in zip(keys, values, strict=True)]  # fmt: skip
    plain = json.dumps([is_backward, texts, *order]).encode()
    return _cipher().encrypt(plain).decode().rstrip("=")


def _read(cursor: str, keys: list[_Key], order: Sequence[str]) -> tuple[bool, list[Any]] | None:
    try:
        plain = _cipher().decrypt(cursor.encode() + b"=" * (-len(cursor) % 4))
    except (InvalidToken, ValueError):
        return None
    is_backward, texts, *written_for = json.loads(plain)
    if written_for != list(order):
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


def _value(row: Any, path: str) -> Any:
    if isinstance(row, dict):
        return row[path]
    for step in path.split(LOOKUP_SEP):
        row = getattr(row, step, None)
    return row


@lru_cache(maxsize=2)
def _cipher_of(secret: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"keyset cursor" + secret.encode()).digest()))


def _cipher() -> Fernet:
    return _cipher_of(settings.SECRET_KEY)
