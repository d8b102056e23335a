"""Several records become one, and come apart again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from typing import Any

from django.db import transaction
from django.utils import timezone

import audit
from accounts.models import Membership
from accounts.permissions import can
from crm import search
from crm.fields import keys
from crm.merging import journal, lists
from crm.merging.following import follow
from crm.merging.journal import Journal
from crm.merging.nouns import Noun
from crm.merging.parts import chosen, parts_of, values_of
from crm.models import Company, Contact, Merge, MergedRecord, MergedRow, NoDuplicate, Permission
from crm.models.merging import DAYS_TO_UNDO
from crm.models.records import Mergeable
from tenancy import held
from tenancy.errors import Conflict
from tenancy.sweeping import sweeps

MOST = 5  # records side by side
STRICTEST = (Permission.REFUSED, Permission.GIVEN, Permission.UNKNOWN)  # a no of one counts more than another's yes


class CannotMerge(Exception):
    """These records can't become one; the message says why."""


class CannotUndo(Exception):
    """This merge can't be undone; the message says why."""


@dataclass(frozen=True)
class Undone:
    """A merge that was taken back, and what of it somebody changed meanwhile."""

    survivor: Mergeable
    others: list[Any]
    kept: list[str]


@transaction.atomic
def merge(
    survivor: Mergeable, others: Sequence[Mergeable], *, keep: Mapping[str, Any] | None = None,
    versions: Mapping[Any, int] | None = None, by: Membership | None,
) -> Merge:  # fmt: skip
    """Let ``others`` become part of ``survivor``, with all that points at them.

    ``keep`` names for a part the record it is taken from; ``versions`` what whoever asks has seen: another version
    raises Conflict. Raises Held where one of them may not go.
    """
    records = _locked(survivor, others, versions or {})
    survivor, others = records[0], records[1:]
    done = Journal()
    before = _shown(survivor)
    mains = lists.mains_of(survivor, records)
    follow(type(survivor), {record.pk: survivor.pk for record in others}, done)
    _take_over(survivor, records, keep or {}, done)
    lists.unite(survivor, mains, done)
    lists.keep_apart(survivor, [record.pk for record in others], done)
    _set_aside(others, survivor, by, done)
    merge = Merge.objects.create(**{str(survivor._meta.model_name): survivor}, by=by)
    MergedRecord.objects.bulk_create(MergedRecord(merge=merge, old_id=record.public_id) for record in others)
    done.keep(merge)
    _find_anew([survivor])
    keys.store([survivor])
    _say_merged(survivor, others, before)
    return merge


@transaction.atomic
def undo(merge: Merge, *, by: Membership | None) -> Undone:
    """Let the records come apart again, each with what it had; raises CannotUndo.

    What was changed or added since stays with the survivor.
    """
    merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    survivor = merge.survivor
    model = type(survivor)
    others = list(model._default_manager.filter(public_id__in=merge.records.values("old_id")).order_by("id"))
    _refuse(merge, [survivor, *others], by)
    kept = journal.names_of(journal.take_back(merge))
    survivor = model._default_manager.get(pk=survivor.pk)
    others = list(model._default_manager.filter(pk__in=[record.pk for record in others]).order_by("id"))
    _find_anew([survivor, *others])
    merge.undone_at = timezone.now()
    merge.save(update_fields=["undone_at"])
    noun = model._meta.model_name
    data = {"others": [_reference(record) for record in others], "kept": kept}
    audit.record(f"{noun}.unmerged", survivor, data=data)
    audit.record_all(f"{noun}.split_off", others, data={"survivor": _reference(survivor)})
    return Undone(survivor, others, kept)


@transaction.atomic
def tell_apart(noun: Noun, ids: Collection[Any], *, by: Membership) -> list[NoDuplicate]:
    """Remember that no two of these records are the same, as far as this member sees them. Returns the pairs."""
    seen = noun.model._default_manager.live().visible_to(by)  # type: ignore[attr-defined]
    numbers = sorted(seen.filter(public_id__in=ids).values_list("pk", flat=True))
    pairs = [
        NoDuplicate(kind=noun.one, first_id=first, second_id=second, by=by)
        for first, second in combinations(numbers, 2)
    ]
    NoDuplicate.objects.bulk_create(pairs, ignore_conflicts=True)  # it may have been said before
    said = NoDuplicate.objects.filter(kind=noun.one, first_id__in=numbers, second_id__in=numbers)
    return list(said.order_by("id"))


@sweeps()
def forget_old() -> None:
    """Once a merge can't be undone: the records that were set aside are purged like a bin, their journal here."""
    until = timezone.now() - timedelta(days=DAYS_TO_UNDO)
    MergedRow.objects.filter(merge__in=Merge.objects.filter(at__lte=until)).delete()


def bring_along() -> None:
    """Let follow what somebody wrote about a record at the moment in which it became part of another."""
    for model in (Company, Contact):
        into = dict(model.objects.filter(merged_into__isnull=False).values_list("pk", "merged_into_id"))
        follow(model, into, Journal())


def _locked(survivor: Mergeable, others: Sequence[Mergeable], versions: Mapping[Any, int]) -> list[Any]:
    """The records as they stand now, the survivor first, changed by nobody until we are done."""
    model, wanted = type(survivor), [survivor.pk, *(record.pk for record in others)]
    if not 2 <= len(set(wanted)) <= MOST:
        raise CannotMerge(f"Choose two to {MOST} records.")
    rows: Any = model._default_manager.live().filter(pk__in=wanted).order_by("pk")  # type: ignore[attr-defined]
    found = {record.pk: record for record in rows.select_for_update(of=("self",))}
    if len(found) != len(wanted):
        raise Conflict("One of these records is gone.")
    held.refuse(model._default_manager.filter(pk__in=wanted))
    for record in found.values():
        if getattr(record, "is_restricted", False):
            raise CannotMerge(f"{record} is restricted: stored, and not used. Lift the restriction first.")
        if versions.get(record.public_id, record.version) != record.version:
            raise Conflict(f"{record} was changed by somebody else meanwhile.")
    return [found[pk] for pk in wanted]


def _take_over(survivor: Any, records: Sequence[Any], keep: Mapping[str, Any], done: Journal) -> None:
    """Give the survivor what is kept of each part, as a new version."""
    parts = parts_of(type(survivor))
    sources = chosen(parts, survivor, records[1:], keep)
    wanted = {}
    for part in parts:
        wanted |= values_of(part, sources[part.name], records)
    if isinstance(survivor, Contact):
        said = {record.mail_permission for record in records}
        wanted["mail_permission"] = next(str(each) for each in STRICTEST if each in said)
    wanted["is_sample"] = all(record.is_sample for record in records)
    for name, value in wanted.items():
        done.change(survivor, name, value)
    survivor.save_checked(survivor.version)


def _find_anew(records: Sequence[Any]) -> None:
    """Let these be found by their words, and whoever works there by the name of the company."""
    search.reindex(records)
    if isinstance(records[0], Company):
        search.reindex_around([record.pk for record in records])


def _set_aside(others: Sequence[Any], survivor: Mergeable, by: Membership | None, done: Journal) -> None:
    """Out of every list, the bin included."""
    for record in others:
        done.change(record, "deleted_at", timezone.now().isoformat())
        done.change(record, "deleted_by_id", by and by.pk)
        done.change(record, "merged_into_id", survivor.pk)
        record.save_checked(record.version)


def _refuse(merge: Merge, records: Sequence[Any], by: Membership | None) -> None:
    """Raise CannotUndo, naming nobody whom the member may not see."""
    others = records[1:]
    if not merge.can_be_undone:
        raise CannotUndo("This merge was undone already, or is older than 30 days.")
    if by and not all(can(by, "contact.merge", record) for record in records):
        raise CannotUndo("What became part of this one belongs to somebody else. An admin can undo the merge.")
    for record in records:
        if getattr(record, "is_restricted", False):
            raise CannotUndo(f"{record} is restricted: stored, and not used. Lift the restriction first.")
    if len(others) != merge.records.count() or any(not record.merged_into_id for record in others):
        raise CannotUndo("Records that became part of this one are gone for good.")
    later = Merge.objects.filter(at__gt=merge.at, undone_at=None, records__old_id__in=_survivor_then(merge))
    if later.exists():
        raise CannotUndo("The record that they became part of was itself merged since. Undo that merge first.")


def _survivor_then(merge: Merge) -> list[Any]:
    """The survivor by its own id, as it was when the records became part of it."""
    model: Any = type(merge.survivor)
    row = merge.rows.filter(table=model._meta.label, after__has_key="merged_into_id").first()
    number = row and row.after["merged_into_id"]
    return list(model._default_manager.filter(pk=number).values_list("public_id", flat=True))


def _say_merged(survivor: Any, others: Sequence[Any], before: Mapping[str, str]) -> None:
    noun = survivor._meta.model_name
    after = _shown(survivor)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    data = {"others": [_reference(record) for record in others], "changes": changes}
    audit.record(f"{noun}.merged", survivor, data=data)
    audit.record_all(f"{noun}.merged_into", others, data={"survivor": _reference(survivor)})


def _shown(record: Any) -> dict[str, str]:
    return {part.name: part.text(record) for part in parts_of(type(record))}


def _reference(record: Any) -> dict[str, str]:
    return {"id": str(record.public_id), "name": str(record)}
