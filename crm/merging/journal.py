"""What a merge does to rows, kept so that it can be taken back: columns changed, rows deleted, rows made.

What somebody changed since stays as they left it and is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction

from crm.models import Company, Contact, Merge, MergedRow, Record
from crm.undo import Values, put_back, set_value, value_of

Row = models.Model


@dataclass
class Journal:
    """What was done so far. Rows are noted as they were before the first change to them."""

    changed: dict[tuple[type[Row], int], tuple[Values, Values]] = field(default_factory=dict)
    deleted: list[tuple[Row, Values]] = field(default_factory=list)
    added: list[Row] = field(default_factory=list)

    def change(self, row: Row, name: str, value: Any) -> None:
        """Let a column of the row say something else; whoever calls stores it."""
        former = value_of(row, name)
        set_value(row, name, value)
        before, after = self.changed.setdefault((type(row), row.pk), ({}, {}))
        before.setdefault(name, former)
        after[name] = value_of(row, name)

    def delete(self, rows: Sequence[Any]) -> None:
        """Delete rows of one model that stand for nothing any more."""
        if not rows:
            return
        for row in rows:
            before, _ = self.changed.pop((type(row), row.pk), ({}, {}))
            self.deleted.append((row, _whole(row) | before))
        type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).delete()

    def add(self, rows: Sequence[Any]) -> None:
        """Store new rows of one model."""
        if rows:
            self.added += type(rows[0])._default_manager.bulk_create(rows)

    def keep(self, merge: Merge) -> None:
        """Write all of it down, in the order in which it is taken back."""
        rows = [_row(merge, row, after=_whole(row)) for row in self.added]
        rows += [_row(merge, row, before=before) for row, before in reversed(self.deleted)]
        rows += [
            MergedRow(merge=merge, table=model._meta.label, row_id=pk, before=before, after=after)
            for (model, pk), (before, after) in self.changed.items()
            if before != after
        ]
        MergedRow.objects.bulk_create(rows)


def take_back(merge: Merge) -> list[Row]:
    """Undo what was written down; the rows that could not be put back, because somebody changed them since."""
    kept: list[Row] = []
    noted = list(merge.rows.order_by("id"))
    for each in noted:
        if each.before is None:
            kept += _unmake(each)
        elif each.after is None:
            kept += _make_again(each)
    changes = sorted((each for each in noted if each.before and each.after), key=_place)
    for table, rows in groupby(changes, key=lambda each: each.table):
        kept += _change_back(apps.get_model(table), list(rows))
    return kept


def _unmake(noted: MergedRow) -> list[Row]:
    model = apps.get_model(noted.table)
    row: Any = model._default_manager.filter(pk=noted.row_id).first()
    if row is None:
        return []
    if _whole(row) != noted.after:
        return [row]
    row.delete()
    return []


def _make_again(noted: MergedRow) -> list[Row]:
    """Into the table with the same number; not where something stands in its place by now."""
    row = apps.get_model(noted.table)()
    for name, value in noted.before.items():
        set_value(row, name, value)
    manager = type(row)._default_manager
    try:
        with transaction.atomic():
            manager.bulk_create([row])
            stamps = {each.name: noted.before[each.attname] for each in row._meta.concrete_fields if _is_stamp(each)}
            if stamps:  # what sets itself to now was set to now
                manager.filter(pk=row.pk).update(**stamps)
    except IntegrityError:
        return [row]
    return []


def _change_back(model: type[Row], noted: list[MergedRow]) -> list[Row]:
    rows = model._default_manager.in_bulk([each.row_id for each in noted])
    changes, kept = [], []
    for each in noted:
        row = rows.get(each.row_id)
        if row is None:
            continue
        still = {name for name, value in each.after.items() if value_of(row, name) == value}
        if still != each.after.keys():
            kept.append(row)
        if still:
            before, after = ({name: values[name] for name in still} for values in (each.before, each.after))
            changes.append((each.row_id, before, after))
    put_back(model, changes)
    return kept


def _place(noted: MergedRow) -> tuple[int, str]:
    """Records come last: their words for the search are made of the rows around them, a contact's of its company."""
    model = apps.get_model(noted.table)
    return (issubclass(model, Record) + (model is Company) + 2 * (model is Contact), noted.table)


def _whole(row: Row) -> Values:
    return {column.attname: value_of(row, column.attname) for column in row._meta.concrete_fields}


def _is_stamp(column: Any) -> bool:
    return bool(getattr(column, "auto_now_add", False) or getattr(column, "auto_now", False))


def _row(merge: Merge, row: Row, *, before: Values | None = None, after: Values | None = None) -> MergedRow:
    return MergedRow(merge=merge, table=row._meta.label, row_id=row.pk, before=before, after=after)


def names_of(rows: Iterable[Row]) -> list[str]:
    """Rows as people call them, each once: "the contact Maren Holt"."""
    said = (f"the {row._meta.verbose_name} {row}" for row in rows)
    return list(dict.fromkeys(said))
