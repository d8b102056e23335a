"""Verbs on companies, contacts and deals. Each leaves the words for search and one line in the log behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.utils import timezone

import audit
from accounts.models import Membership
from crm.fields import keys
from crm.models import (
    Company,
    CompanyTag,
    Contact,
    ContactTag,
    Deal,
    DealTag,
    Record,
    Tag,
)
from crm.search import reindex, reindex_around
from lib.text import fold
from tenancy import held
from tenancy.context import whole
from tenancy.models import VersionedModel

AnyRecord = TypeVar("AnyRecord", bound=VersionedModel)
Changes = dict[str, list[str]]

TAGGED: dict[type[Record], tuple[type[Any], str]] = {
    Contact: (ContactTag, "contact"),
    Company: (CompanyTag, "company"),
    Deal: (DealTag, "deal"),
}


@dataclass
class Parts:
    """What a record has beside its own columns. What is not named stays as it is."""

    tags: Iterable[str] | None = None
    further: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)  # rows by the name of their list
    changes: Changes = field(default_factory=dict)


@whole
def store(record: AnyRecord, parts: Parts, *, expected: int | None = None) -> AnyRecord:
    """Save a new record, or one whose stored version is still ``expected``; raises Conflict otherwise."""
    is_new = record._state.adding
    former_name = None if is_new or not isinstance(record, Company) else record.name_key
    _save(record, expected)
    if parts.tags is not None:
        set_tags(record, parts.tags)
    for name, rows in parts.further.items():
        _replace(record, name, rows)
    reindex([record], are_new=is_new)
    keys.store([record], are_new=is_new)
    if former_name not in (None, record.name_key):
        reindex_around([record.pk])
    _log(record, "created" if is_new else "changed", {"changes": parts.changes})
    return record


def _save(record: Record, expected: int | None) -> None:
    if record._state.adding or expected is None:
        record.save()
    else:
        record.save_checked(expected)


@whole
def move_to_bin(record: AnyRecord, *, by: Membership) -> AnyRecord:
    """Take the record out of every list. It can be restored for thirty days. Raises Held."""
    held.refuse_one(record)
    record.deleted_at, record.deleted_by = timezone.now(), by
    record.save_checked(record.version)
    _log(record, "deleted")
    return record


@whole
def restore(record: AnyRecord) -> AnyRecord:
    """Take a record out of the bin again."""
    record.deleted_at = record.deleted_by = None
    record.save_checked(record.version)
    _log(record, "restored")
    return record


@whole
def retag(record: Record, before: list[str], after: list[str]) -> None:
    """Exchange the record's tags, and say so in the log. A form that holds the former ones is out of date by that."""
    record.save_checked(record.version)
    set_tags(record, after)
    _log(record, "changed", {"changes": {"tags": [", ".join(before), ", ".join(after)]}})


def set_tags(record: Any, names: Iterable[str]) -> list[Tag]:
    """Let what has ``tags`` have exactly these, by name; new ones come into being."""
    links, key = record.tags, record.tags.field.name
    wanted = tags_named(names)
    has = set(links.values_list("tag_id", flat=True))
    kept = {tag.pk for tag in wanted}
    if gone := has - kept:
        links.filter(tag_id__in=gone).delete()
    new = [links.model(**{key: record}, tag=tag) for tag in wanted if tag.pk not in has]
    links.bulk_create(new, ignore_conflicts=True)  # somebody else may add the same at this moment
    return sorted(wanted, key=lambda tag: tag.name_key)


def tags_named(names: Iterable[str]) -> list[Tag]:
    """The tags of these names, in any spelling; those that do not exist yet are made."""
    asked = {fold(name): name.strip() for name in names if fold(name)}
    found = list(Tag.objects.filter(name_key__in=asked)) if asked else []
    new = [Tag(name=asked[key], name_key=key) for key in asked.keys() - {tag.name_key for tag in found}]
    if not new:
        return found
    Tag.objects.bulk_create(new, ignore_conflicts=True)  # somebody else may make the same at this moment
    return list(Tag.objects.filter(name_key__in=asked))


def _replace(record: Record, name: str, rows: list[dict[str, Any]]) -> None:
    """Store the rows of a list (further addresses, numbers, companies) in place of the former ones."""
    former: Any = getattr(record, name)
    former.all().delete()
    stored = [former.model(**{former.field.name: record}, **row) for row in rows]
    for row in stored:
        row.fill_derived()
    former.model.objects.bulk_create(stored)
    record.know(name, stored)


def _log(record: Record, verb: str, data: dict[str, Any] | None = None) -> None:
    audit.record(f"{record._meta.model_name}.{verb}", record, data=data)
