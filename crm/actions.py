"""Verbs on companies and contacts. Each leaves the words for search and one line in the log behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

import audit
from accounts.models import Membership
from crm.models import Company, CompanyTag, Contact, ContactEmail, ContactPhone, ContactTag, Record, Tag
from crm.search import reindex
from lib.text import fold

AnyRecord = TypeVar("AnyRecord", bound=Record)
Changes = dict[str, list[str]]
Labelled = list[tuple[str, str]]  # (label, address or number)

# All or nothing inside the account's own transaction, without a savepoint for each.
whole = transaction.atomic(savepoint=False)

_TAGGED = {Contact: (ContactTag, "contact"), Company: (CompanyTag, "company")}


@dataclass
class Parts:
    """What a record has beside its own columns. None leaves a part as it is."""

    tags: Iterable[str] | None = None
    emails: Labelled | None = None
    phones: Labelled | None = None
    changes: Changes = field(default_factory=dict)


@whole
def store(record: AnyRecord, parts: Parts, *, expected: int | None = None) -> AnyRecord:
    """Save a new record, or one whose stored version is still ``expected``; raises Conflict otherwise."""
    is_new = record._state.adding
    former_name = None if is_new or not isinstance(record, Company) else record.name_key
    _save(record, expected)
    if parts.tags is not None:
        set_tags(record, parts.tags)
    if isinstance(record, Contact):
        _replace(record, ContactEmail, "emails", "email", parts.emails)
        _replace(record, ContactPhone, "phones", "phone", parts.phones)
    reindex([record], are_new=is_new)
    if former_name not in (None, record.name_key):
        reindex(list(Contact.objects.filter(company=record).select_related("company")))
    _log(record, "created" if is_new else "changed", {"changes": parts.changes})
    return record


def _save(record: Record, expected: int | None) -> None:
    if record._state.adding or expected is None:
        record.save()
    else:
        record.save_checked(expected)


@whole
def move_to_bin(record: AnyRecord, *, by: Membership) -> AnyRecord:
    """Take the record out of every list. It can be restored for thirty days."""
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
    """Exchange the record's tags, and say so in the log."""
    set_tags(record, after)
    _log(record, "changed", {"changes": {"tags": [", ".join(before), ", ".join(after)]}})


def set_tags(record: Record, names: Iterable[str]) -> None:
    """Let the record have exactly these tags; new ones come into being."""
    model, key = _TAGGED[type(record)]
    wanted = tags_named(names)
    has = set(model.objects.filter(**{key: record}).values_list("tag_id", flat=True))
    kept = {tag.pk for tag in wanted}
    if gone := has - kept:
        model.objects.filter(**{key: record}, tag_id__in=gone).delete()
    new = [model(**{key: record}, tag=tag) for tag in wanted if tag.pk not in has]
    model.objects.bulk_create(new, ignore_conflicts=True)  # somebody else may add the same at this moment


def tags_named(names: Iterable[str]) -> list[Tag]:
    """The tags of these names, in any spelling; those that do not exist yet are made."""
    asked = {fold(name): name.strip() for name in names if fold(name)}
    found = list(Tag.objects.filter(name_key__in=asked)) if asked else []
    new = [Tag(name=asked[key], name_key=key) for key in asked.keys() - {tag.name_key for tag in found}]
    if not new:
        return found
    Tag.objects.bulk_create(new, ignore_conflicts=True)  # somebody else may make the same at this moment
    return list(Tag.objects.filter(name_key__in=asked))


def _replace(contact: Contact, model: type[Any], name: str, column: str, rows: Labelled | None) -> None:
    """Store the further addresses or numbers in place of the former ones."""
    if rows is None:
        return
    model.objects.filter(contact=contact).delete()
    stored = [model(contact=contact, label=label, **{column: value}) for label, value in rows]
    for row in stored:
        row.fill_derived()
    model.objects.bulk_create(stored)
    contact.know(name, stored)


def _log(record: Record, verb: str, data: dict[str, Any] | None = None) -> None:
    audit.record(f"{record._meta.model_name}.{verb}", record, data=data)
