"""What a batch made and changed goes into the tables, with what was there before, so that it can be undone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

import audit
from accounts.members import actor_for
from crm import search, undo
from crm.actions import TAGGED
from crm.fields import keys
from crm.fields.registry import find
from crm.models import (
    Activity,
    Company,
    Contact,
    ContactAddress,
    ContactEmail,
    ContactImport,
    ContactPhone,
    ContactPosition,
    CustomField,
    Deal,
    DealContact,
    ImportedChange,
    Record,
    StageMove,
    Tag,
)
from crm.models.imports import FileImport
from lib.text import fold
from tenancy import bulk
from tenancy.context import activate

MADE_IN_ORDER = (Company, Contact, Deal, Activity)  # what is pointed at comes first
LISTS = {
    ContactEmail: ("emails", ("email", "email_lower", "label")),
    ContactPhone: ("phones", ("phone", "phone_e164", "label")),
    ContactAddress: ("addresses", ("label", "street", "postal_code", "city", "region", "country")),
    ContactPosition: ("positions", ("company", "title")),
}


class Changes:
    """Records on their way into the tables: new ones, changed ones, and rows that are a part of either."""

    def __init__(self, job: ContactImport) -> None:
        self.job = job
        self.new: dict[type[Any], list[Any]] = {model: [] for model in MADE_IN_ORDER}
        self.is_new: set[int] = set()
        self.before: dict[int, tuple[Any, dict[str, Any]]] = {}  # changed records, and what stood in the columns set
        self.said: dict[int, dict[str, str]] = {}  # the same in words, by field
        self.parts: dict[int, tuple[Any, dict[str, list[int]]]] = {}
        self.linked: list[tuple[Deal, Contact]] = []
        self.tagged: list[tuple[Any, str]] = []
        self.new_tags: list[Tag] = []

    def made(self, record: Any) -> None:
        self.new[type(record)].append(record)
        self.is_new.add(id(record))
        self.job.count(record._meta.model_name, "added")

    def set(self, record: Any, name: str, value: Any) -> None:
        """Change a field, and remember what stood there."""
        if id(record) not in self.is_new:
            if id(record) not in self.before:
                self.job.count(record._meta.model_name, "changed")
            is_own = name.startswith(undo.CUSTOM)
            column = name if is_own else record._meta.get_field(name).attname
            before = self.before.setdefault(id(record), (record, {}))[1]
            before.setdefault(column, undo.value_of(record, name))
            self.said.setdefault(id(record), {}).setdefault(name, _shown(record, name))
        undo.set_value(record, name, value) if name.startswith(undo.CUSTOM) else setattr(record, name, value)

    def write(self, further: Sequence[Any]) -> None:
        """Everything, in a fixed number of statements. ``further`` are new addresses, numbers and companies."""
        for records in self.new.values():
            for record in records:
                _point_at_saved(record)
                record.fill_derived()
            bulk.create(records)
        self._write_lists(further)
        self._write_deals()
        self._write_tags()
        self._write_changed()
        self._index(further)
        self._remember()

    # ------------------------------------------------------------------------------------ parts

    def _write_lists(self, further: Sequence[Any]) -> None:
        for model, (_, names) in LISTS.items():
            rows = [each for each in further if type(each) is model]
            for each in rows:
                _point_at_saved(each)
            columns = [model._meta.get_field(name).attname for name in names]
            self._add(
                model, ("contact", *names), [(each.contact, *(getattr(each, it) for it in columns)) for each in rows]
            )

    def _write_deals(self) -> None:
        """Who has to do with a deal, and that it came into its stage."""
        by = self.job.by and self.job.by.pk
        self._add(DealContact, ("deal", "contact"), [(deal, contact.pk) for deal, contact in self.linked])
        moves = [(deal, deal.stage_id, by, deal.moved_at) for deal in self.new[Deal]]
        self._add(StageMove, ("deal", "to_stage", "by", "at"), moves)

    def _add(self, model: type[Any], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert rows that belong to the record named first, and note which are new."""
        rows = list(rows)
        records = {row[0].pk: row[0] for row in rows}
        column = model._meta.get_field(names[0]).column
        given = ((row[0].pk, *row[1:]) for row in rows)
        for number, owner in bulk.insert(model, names, given, returning=f"id, {column}", or_leave=True):
            record = records[owner]
            added = self.parts.setdefault(id(record), (record, {}))[1]
            added.setdefault(model._meta.model_name, []).append(number)

    def _write_tags(self) -> None:
        names: dict[str, str] = {}
        for _, name in self.tagged:
            names.setdefault(fold(name), name)
        names.pop("", None)
        if not names:
            return
        known = {tag.name_key: tag.pk for tag in Tag.objects.filter(name_key__in=names)}
        missing = [(names[key], key) for key in names.keys() - known.keys()]
        self.new_tags = [
            Tag(pk=pk)
            for pk, _ in bulk.insert(Tag, ("name", "name_key"), missing, returning="id, name_key", or_leave=True)
        ]
        if missing:
            known = {tag.name_key: tag.pk for tag in Tag.objects.filter(name_key__in=names)}
        links = {(id(record), known[fold(name)]): record for record, name in self.tagged if fold(name)}
        for kind, (model, name) in TAGGED.items():
            rows = [(record, tag) for (_, tag), record in links.items() if type(record) is kind]
            self._add(model, (name, "tag"), rows)

    # ------------------------------------------------------------------------------------ changed records

    def _write_changed(self) -> None:
        for model in MADE_IN_ORDER:
            changed = [record for record, _ in self.before.values() if type(record) is model]
            for record in changed:
                _point_at_saved(record)
            columns = {name for record in changed for name in self.before[id(record)][1]}
            names = {"custom" if name.startswith(undo.CUSTOM) else name for name in columns}
            undo.write(changed, names)
            with acting_for(self.job):
                audit.record_all(f"{model._meta.model_name}.changed", changed, data=[*map(self._told, changed)])

    def _told(self, record: Any) -> dict[str, Any]:
        """What its own history says of it."""
        said = self.said[id(record)]
        return {"changes": {_name(record, name): [old, _shown(record, name)] for name, old in said.items()}}

    def _index(self, further: Sequence[Any]) -> None:
        """The words and keys by which all of it is found; what was changed is found anew already."""
        lists: dict[int, dict[type[Any], list[Any]]] = {}
        for each in further:
            lists.setdefault(id(each.contact), {}).setdefault(type(each), []).append(each)
        for contact in self.new[Contact]:
            for model, rows in lists.get(id(contact), {}).items():
                contact.know(LISTS[model][0], rows)
        for model, records in self.new.items():
            search.reindex(records, are_new=True)
            if issubclass(model, Record):
                keys.store(records, are_new=True)
        others = {id(each.contact): each.contact for each in further if id(each.contact) not in self.is_new}
        search.reindex([contact for key, contact in others.items() if key not in self.before])

    # ------------------------------------------------------------------------------------ undo

    def _remember(self) -> None:
        """One row for each record that was made or touched."""
        rows: list[tuple[Any, ...]] = [self._row("tag", tag, None, {}) for tag in self.new_tags]
        for model in MADE_IN_ORDER:
            kind = model._meta.model_name or ""
            rows += [self._row(kind, record, None, self._parts_of(record)) for record in self.new[model]]
        touched = {key: record for key, (record, _) in (*self.before.items(), *self.parts.items())}
        for key, record in touched.items():
            if key not in self.is_new:
                before = self.before.get(key, (record, {}))[1]
                rows.append(self._row(record._meta.model_name, record, before, self._parts_of(record)))
        names = ("contact_import", "kind", "record_id", "version", "before", "after", "parts", "kept")
        bulk.insert(ImportedChange, names, rows)

    def _parts_of(self, record: Any) -> dict[str, list[int]]:
        return self.parts.get(id(record), (record, {}))[1]

    def _row(
        self, kind: str, record: Any, before: dict[str, Any] | None, parts: dict[str, list[int]]
    ) -> tuple[Any, ...]:
        after = None if before is None else json.dumps({name: undo.value_of(record, name) for name in before})
        was = None if before is None else json.dumps(before, cls=DjangoJSONEncoder)
        return (self.job.pk, kind, record.pk, getattr(record, "version", 1), was, after, json.dumps(parts), "")


def _point_at_saved(record: Any) -> None:
    """What was new when it was set has its number by now."""
    for name in ("company", "contact", "deal"):
        if record._state.fields_cache.get(name) is not None:
            setattr(record, name, record._state.fields_cache[name])


def _own(record: Any, name: str) -> CustomField | None:
    return find(record._meta.model_name, name.removeprefix(undo.CUSTOM)) if name.startswith(undo.CUSTOM) else None


def _name(record: Any, name: str) -> str:
    """What the history calls a field."""
    own = _own(record, name)
    return own.name_in_log if own else name


def _shown(record: Any, name: str) -> str:
    own = _own(record, name)
    return own.plain(undo.value_of(record, name)) if own else str(getattr(record, name) or "")


@contextmanager
def acting_for(job: FileImport) -> Iterator[None]:
    """What is recorded inside happened in the name of who pressed the button."""
    member = job.asked_by
    with activate(job.account_id, actor=actor_for(member)) if member else nullcontext():
        yield
