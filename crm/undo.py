"""Putting back what a batch wrote: what somebody changed since stays as they left it.

Imports and bulk edits keep, for each row, what stood in the columns they wrote, before and after. A column is named
as the model does (``title``, ``owner_id``); a value of one of the firm's own fields is ``custom.<key>``. Values are
plain JSON, so they can be kept in a column; None is what was not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils import timezone

from crm.fields import keys
from crm.models import Company, Record
from crm.search import reindex, reindex_around
from tenancy.context import whole

Values = dict[str, Any]
CUSTOM = "custom."
DERIVED = frozenset({"name_key", "email_lower", "phone_e164", "domain", "sound_key"})  # what ``fill_derived`` sets


@dataclass
class PutBack:
    """What became of a batch that was put back. What is gone for good is in neither list."""

    restored: list[Any] = field(default_factory=list)
    kept: list[Any] = field(default_factory=list)


def value_of(row: models.Model, name: str) -> Any:
    """What stands in a column, as it is kept."""
    if name.startswith(CUSTOM):
        return row.custom.get(name.removeprefix(CUSTOM))  # type: ignore[attr-defined]
    column = row._meta.get_field(name)
    value = getattr(row, column.attname)
    if value is None or isinstance(value, bool | int | str):
        return value
    return column.value_to_string(row)


def set_value(row: models.Model, name: str, value: Any) -> None:
    """Let the column say what was kept of it."""
    if name.startswith(CUSTOM):
        key, custom = name.removeprefix(CUSTOM), dict(row.custom)  # type: ignore[attr-defined]
        custom.pop(key, None)
        row.custom = custom if value is None else {**custom, key: value}  # type: ignore[attr-defined]
        return
    column = row._meta.get_field(name)
    setattr(row, column.attname, column.to_python(value))


@whole
def put_back(model: type[Any], changes: Iterable[tuple[int, Values, Values]]) -> PutBack:
    """Give each row its values from ``before``, if it still holds all of ``after``; the others are named in ``kept``.

    Three statements for rows of any number, and those that keep records findable. Who calls it tells the history.
    """
    asked = {pk: (before, after) for pk, before, after in changes}
    done, names = PutBack(), set()
    for row in model._default_manager.filter(pk__in=asked).order_by("pk").select_for_update(of=("self",)):
        before, after = asked[row.pk]
        if any(value_of(row, name) != value for name, value in after.items()):
            done.kept.append(row)
            continue
        for name, value in before.items():
            set_value(row, name, value)
        names |= before.keys()
        done.restored.append(row)
    write(done.restored, {column_of(name) for name in names})
    return done


def column_of(name: str) -> str:
    return "custom" if name.startswith(CUSTOM) else name


def write(rows: Sequence[Any], names: Iterable[str]) -> None:
    """Store these columns of locked rows in one statement, each row as a new version, and let them be found anew."""
    if not rows:
        return
    model = type(rows[0])
    columns = {model._meta.get_field(name).name for name in names}
    for row in rows:
        if issubclass(model, Record):
            row.fill_derived()
        if hasattr(row, "version"):
            row.version, row.updated_at = row.version + 1, timezone.now()
    if issubclass(model, Record):
        columns |= {column.name for column in model._meta.concrete_fields if column.name in DERIVED}
    if hasattr(model, "version"):
        columns |= {"version", "updated_at"}
    model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=["account", "id"], update_fields=sorted(columns)
    )
    if issubclass(model, Record):
        reindex(rows)
        keys.store(rows)
    if model is Company and "name" in columns:
        reindex_around([row.pk for row in rows])
