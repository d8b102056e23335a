"""Taking an import back, for thirty days, in pieces.

What it made goes, unless somebody changed or used it since; what it changed becomes as it was, where it still says
what the import wrote. Whatever stays is named, with the reason. What is left to do are the rows of ImportedChange
without a reason to stay, so a piece that dies is simply done again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

import audit
from accounts.models import Membership
from accounts.permissions import within_reach
from crm import search
from crm.fields import keys
from crm.fields.registry import definitions
from crm.imports.ringing import tell_who_waited
from crm.imports.writing import acting_for
from crm.models import (
    Activity,
    Company,
    Contact,
    ContactImport,
    Deal,
    ImportedChange,
    ImportedRow,
    Record,
    Tag,
)
from crm.models.imports import FileImport
from crm.undo import CUSTOM, put_back
from tenancy import held
from tenancy.context import current_account_id
from tenancy.sweeping import sweeps

POSSIBLE_FOR = timedelta(days=30)
BATCH = 2000
# What points at others comes first.
IN_ORDER: dict[str, type[Any]] = {
    "activity": Activity, "deal": Deal, "contact": Contact, "company": Company, "tag": Tag,
}  # fmt: skip
CHANGED = "was changed since"
COLLEAGUES = "is a colleague’s by now"
RESTRICTED = "may not be used at the moment"
HELD = "is kept by a legal hold"
State = ContactImport.State
Reasons = dict[int, str]


def may_be_undone(job: ContactImport) -> bool:
    """It wrote something, and not too long ago."""
    return in_time(job) and job.changes.exists()


def in_time(job: FileImport) -> bool:
    """It is over, and not too long ago."""
    is_over = job.state in (State.DONE, State.FAILED, State.CANCELLED) and job.finished_at is not None
    return is_over and timezone.now() < job.finished_at + POSSIBLE_FOR


def start(job: ContactImport, *, by: Membership | None = None) -> None:
    """A worker takes it back, as far as who asks may change the records."""
    waiting = ContactImport.objects.filter(pk=job.pk, state=job.state)
    if may_be_undone(job) and waiting.update(state=State.UNDOING):
        job.undo = {"total": job.changes.count(), "done": 0, "removed": 0, "put_back": 0, "kept": 0}
        job.undone_by = by
        job.begin(State.UNDOING)


def undo_batch(job: ContactImport) -> None:
    """The next piece: records made by the import before those it changed, and what points before what is pointed at."""
    for kind, model in IN_ORDER.items():
        left = job.changes.filter(kind=kind, kept="").order_by("-pk")
        made = list(left.filter(before__isnull=True)[:BATCH])
        changed = [] if made else list(left[:BATCH])
        if made or changed:
            done = _remove(job, model, made) if made else _put_back(job, model, changed)
            job.undo = {**job.undo, "done": job.undo["done"] + done}
            job.move_on()
            return
    job.end(State.UNDONE)
    with acting_for(job):
        audit.record("contacts.import_undone", job, data={"file": job.file.name, **_counts(job)})
    tell_who_waited(job)


@dataclass(frozen=True)
class Kept:
    """A record that stays after all; one that the reader may not see has no name."""

    url_name: str
    record: Any
    reason: str


def kept(job: ContactImport, reader: Membership, most: int = 200) -> list[Kept]:
    """What could not be taken back, with the reasons."""
    changes = list(job.changes.exclude(kept="").exclude(kind="tag").order_by("kind", "record_id")[:most])
    found = []
    for kind, model in IN_ORDER.items():
        reasons = {change.record_id: change.kept for change in changes if change.kind == kind}
        rows = model.objects.visible_to(reader).filter(pk__in=reasons).order_by("pk") if reasons else []
        found += [Kept(f"crm:{kind}", row, reasons.pop(row.pk)) for row in rows]
        found += [Kept("", None, reason) for reason in reasons.values()]
    return found


@sweeps()
def forget_old() -> None:
    """What is kept for undoing goes when nothing can be undone any more."""
    ImportedChange.objects.filter(contact_import__finished_at__lt=timezone.now() - POSSIBLE_FOR).delete()


def _counts(job: ContactImport) -> dict[str, int]:
    return {name: job.undo[name] for name in ("removed", "put_back", "kept")}


def _count(job: ContactImport, model: type[Any], name: str, number: int) -> None:
    """Tags are no records: they come and go with the words on them."""
    if model is not Tag:
        job.undo[name] += number


# ---------------------------------------------------------------------------------------- made by the import


def _remove(job: ContactImport, model: type[Any], made: Sequence[ImportedChange]) -> int:
    numbers = [change.record_id for change in made]
    changes = list(job.changes.filter(kind=made[0].kind, record_id__in=numbers))
    version = "1" if model is Tag else "version"
    there = dict(select(f"SELECT id, {version} FROM {{}} WHERE {{}} FOR UPDATE", model, "id", numbers))  # noqa: S608
    reasons = _changed_since(there, changes) | _used_since(model, changes) | _not_for(job.asked_by, model, numbers)
    reasons |= dict.fromkeys(held.among(model._default_manager.filter(pk__in=numbers)), HELD)
    reasons = {number: reason for number, reason in reasons.items() if number in there}
    erase(model, there.keys() - reasons.keys())
    _settle(job, changes, reasons)
    _count(job, model, "removed", len(there) - len(reasons))
    _count(job, model, "kept", len(reasons))
    return len(changes)


def _not_for(member: Membership | None, model: type[Any], numbers: Iterable[int]) -> Reasons:
    """Records that are not this member's to change, or that nobody may use at the moment."""
    if model is Tag:
        return {}
    rows, reasons = model._default_manager.filter(pk__in=list(numbers)), Reasons()
    if member:
        within = within_reach(rows, member, f"{model._meta.model_name}.edit").values("pk")
        reasons |= dict.fromkeys(rows.exclude(pk__in=within).values_list("pk", flat=True), COLLEAGUES)
    if model is Contact:
        reasons |= dict.fromkeys(rows.exclude(restricted_at=None).values_list("pk", flat=True), RESTRICTED)
    return reasons


def _changed_since(there: dict[int, int], changes: Sequence[ImportedChange]) -> Reasons:
    """Each edit is a new version, and the import knows its own."""
    last: dict[int, int] = {}
    for change in changes:
        last[change.record_id] = max(change.version, last.get(change.record_id, 0))
    return {number: CHANGED for number, version in there.items() if version != last.get(number)}


def _used_since(model: type[Any], changes: Sequence[ImportedChange]) -> Reasons:
    """Records with something on them that the import did not put there, or without something that it did."""
    reasons: Reasons = {}
    numbers = list({change.record_id for change in changes})
    for relation in model._meta.related_objects:
        related, key = relation.related_model, relation.field.column
        if related is ImportedRow:
            continue
        own: dict[int, set[int]] = {}
        for change in changes:
            if added := change.parts.get(related._meta.model_name):
                own.setdefault(change.record_id, set()).update(added)
        found: dict[int, set[int]] = {}
        for owner, part in select(f"SELECT {key}, id FROM {{}} WHERE {{}}", related, key, numbers):  # noqa: S608
            found.setdefault(owner, set()).add(part)
        for number in own.keys() | found.keys():
            if own.get(number) != found.get(number):
                words = related._meta.verbose_name_plural
                reasons[number] = CHANGED if number in own else f"has {words} by now"
    return reasons


def erase(model: type[Any], numbers: Collection[int]) -> None:
    """For good, with the words and keys by which they are found; their parts go with them."""
    if model is not Tag:
        search.forget(model, numbers)
    if issubclass(model, Record):
        keys.forget(model, numbers)
    with connection.cursor() as cursor:
        cursor.execute(*_asked("DELETE FROM {} WHERE {}", model, "id", numbers))


def select(words: str, model: type[Any], column: str, numbers: Collection[int]) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(*_asked(words, model, column, numbers))
        return list(cursor.fetchall())


def _asked(words: str, model: type[Any], column: str, numbers: Collection[int]) -> tuple[str, list[Any]]:
    """A statement about thousands of rows: one array, where the ORM would send as many values. Names are our own."""
    table = connection.ops.quote_name(model._meta.db_table)
    where = f"account_id = %s AND {connection.ops.quote_name(column)} = ANY(%s)"
    return words.format(table, where), [current_account_id(), list(numbers)]


# ---------------------------------------------------------------------------------------- changed by the import


def _put_back(job: ContactImport, model: type[Any], changed: Sequence[ImportedChange]) -> int:
    """Several changes of one record are one: from what the last wrote to what stood before the first."""
    values: dict[int, tuple[dict[str, Any], dict[str, Any]]] = {}
    for change in changed:  # the last one first
        before, after = values.setdefault(change.record_id, ({}, {}))
        before.update(change.before)
        for name, value in change.after.items():
            after.setdefault(name, value)
    reasons = _not_for(job.asked_by, model, values)
    free = ((number, *pair) for number, pair in values.items() if pair[0] and number not in reasons)
    done = put_back(model, free)
    reasons |= {row.pk: CHANGED for row in done.kept}
    _take_parts(model, [change for change in changed if change.record_id not in reasons])
    with acting_for(job):
        told = _told(model, [values[row.pk] for row in done.restored])
        audit.record_all(f"{model._meta.model_name}.changed", done.restored, data=told)
    _settle(job, changed, reasons)
    _count(job, model, "put_back", len(values) - len(reasons))
    _count(job, model, "kept", len(reasons))
    return len(changed)


def _take_parts(model: type[Any], changes: Sequence[ImportedChange]) -> None:
    """Take the rows away that the import added to these records, and let them be found without."""
    relations = model._meta.related_objects
    models = {relation.related_model._meta.model_name: relation.related_model for relation in relations}
    numbers: dict[str, list[int]] = {}
    for change in changes:
        for name, added in change.parts.items():
            numbers.setdefault(name, []).extend(added)
    for name, added in numbers.items():
        models[name]._default_manager.filter(pk__in=added).delete()
    touched = {change.record_id for change in changes if change.parts}
    if touched:
        search.reindex(list(model.objects.filter(pk__in=touched)))


def _told(model: type[Any], values: Iterable[tuple[dict[str, Any], dict[str, Any]]]) -> list[dict[str, Any]]:
    """What the records' own histories say of it."""
    values = list(values)
    own = {f"{CUSTOM}{field.key}": field for field in definitions(model._meta.model_name or "")}
    pointed = {
        field.attname: (field.name, field.related_model._default_manager.in_bulk(_numbers(field.attname, values)))
        for field in model._meta.concrete_fields
        if field.is_relation and any(field.attname in before for before, _ in values)
    }

    def change(name: str, *said: Any) -> tuple[str, list[str]]:
        if name in pointed:
            word, rows = pointed[name]
            return word, [str(rows.get(value, "")) for value in said]
        if name in own:
            return own[name].name_in_log, [own[name].plain(value) for value in said]
        return name, [str(value or "") for value in said]

    return [
        {"changes": dict(change(name, after.get(name), old) for name, old in before.items())}
        for before, after in values
    ]


def _numbers(name: str, values: Iterable[tuple[dict[str, Any], dict[str, Any]]]) -> set[int]:
    return {each[name] for pair in values for each in pair if each.get(name)}


def _settle(job: ContactImport, changes: Sequence[ImportedChange], reasons: Reasons) -> None:
    """Done is forgotten; what stays says why."""
    gone = [change.pk for change in changes if change.record_id not in reasons]
    job.changes.filter(pk__in=gone).delete()
    stays = [change for change in changes if change.record_id in reasons]
    for change in stays:
        change.kept = reasons[change.record_id]
    ImportedChange.objects.bulk_update(stays, ["kept"], batch_size=500)
