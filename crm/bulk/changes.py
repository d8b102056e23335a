"""What a bulk edit does to some records at once: in a fixed number of statements, with what stood there before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

import audit
from accounts.models import Membership
from crm import undo
from crm.actions import TAGGED, tags_named
from crm.fields.registry import every
from crm.models import BulkChange, BulkEdit, Tag
from lib.text import fold
from tenancy.context import current_account_id

What = BulkEdit.What
Changes = dict[str, list[str]]


@dataclass(frozen=True)
class Done:
    """One record that was changed: what stood there, what stands there, and how its history tells it."""

    record: Any
    before: dict[str, Any]
    after: dict[str, Any]
    changes: Changes


def make(job: BulkEdit, records: Sequence[Any]) -> list[Done]:
    """Change these locked records as the job says; those that are so already are left out."""
    done = {What.ADD_TAG: _add_tag, What.REMOVE_TAG: _remove_tag}.get(What(job.what), _set_columns)(job, records)
    BulkChange.objects.bulk_create(
        BulkChange(bulk_edit=job, record_id=each.record.pk, before=each.before, after=each.after) for each in done
    )
    verb = "deleted" if job.what == What.BIN else "changed"
    _tell(verb, done)
    return done


def _set_columns(job: BulkEdit, records: Sequence[Any]) -> list[Done]:
    """The columns that the job names, each to its new value."""
    wanted = dict(job.value["set"])
    if job.what == What.BIN:
        wanted = {"deleted_at": timezone.now().isoformat(), "deleted_by_id": job.by_id}
    done = []
    for record in records:
        before = {name: undo.value_of(record, name) for name in wanted}
        for name, value in wanted.items():
            undo.set_value(record, name, value)
        after = {name: undo.value_of(record, name) for name in wanted}
        if before != after:
            done.append(Done(record, before, after, {}))
    undo.write([each.record for each in done], {undo.column_of(name) for name in wanted})
    return _with_words(done)


def _add_tag(job: BulkEdit, records: Sequence[Any]) -> list[Done]:
    (tag,) = tags_named([job.value["tag"]])
    links, key = TAGGED[type(records[0])]
    names = _names_of_tags(links, key, records)
    has = set(links.objects.filter(**{f"{key}__in": records}, tag=tag).values_list(f"{key}_id", flat=True))
    new = [record for record in records if record.pk not in has]
    links.objects.bulk_create([links(**{key: record}, tag=tag) for record in new], ignore_conflicts=True)
    return [_retagged(record, tag, names[record.pk], has_it=True) for record in new]


def _remove_tag(job: BulkEdit, records: Sequence[Any]) -> list[Done]:
    tag = Tag.objects.filter(name_key=job.value["tag"]).first()
    links, key = TAGGED[type(records[0])]
    if tag is None:
        return []
    names = _names_of_tags(links, key, records)
    tagged = links.objects.filter(**{f"{key}__in": records}, tag=tag)
    has = set(tagged.values_list(f"{key}_id", flat=True))
    tagged.delete()
    return [_retagged(record, tag, names[record.pk], has_it=False) for record in records if record.pk in has]


def _retagged(record: Any, tag: Tag, before: list[str], *, has_it: bool) -> Done:
    others = [name for name in before if name != tag.name]
    after = sorted([*others, tag.name], key=fold) if has_it else others
    words = {"tags": [", ".join(before), ", ".join(after)]}
    return Done(record, {"tag": tag.pk, "has_it": not has_it}, {"has_it": has_it}, words)


def _names_of_tags(links: Any, key: str, records: Sequence[Any]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = links.objects.filter(**{f"{key}__in": records}).order_by("tag__name_key")
    for number, name in rows.values_list(f"{key}_id", "tag__name"):
        found[number].append(name)
    return found


# ---------------------------------------------------------------------------------------- taking it back


def take_back(job: BulkEdit, model: type[Any], changes: Sequence[BulkChange]) -> int:
    """How many records got back what they had; the others somebody changed since."""
    if not changes:
        return 0
    if job.what in (What.ADD_TAG, What.REMOVE_TAG):
        restored = _put_tags_back(model, changes)
    else:
        changes = _without_gone(model, changes)
        of = {each.record_id: each for each in changes}
        result = undo.put_back(model, ((each.record_id, each.before, each.after) for each in changes))
        restored = _with_words(
            Done(record, of[record.pk].after, of[record.pk].before, {}) for record in result.restored
        )
    _tell("restored" if job.what == What.BIN else "changed", restored)
    return len(restored)


def _without_gone(model: type[Any], changes: Sequence[BulkChange]) -> list[BulkChange]:
    """Without the values of fields that were deleted for good; what is left empty so is left out."""
    known = {undo.CUSTOM + field.key for field in every(str(model._meta.model_name))}
    for each in changes:
        for values in (each.before, each.after):
            for name in [name for name in values if name.startswith(undo.CUSTOM) and name not in known]:
                del values[name]
    return [each for each in changes if each.after]


def _put_tags_back(model: type[Any], changes: Sequence[BulkChange]) -> list[Done]:
    """The tag goes where it was added, and comes back where it was removed; what is so already counts as changed."""
    links, key = TAGGED[model]
    numbers = [each.record_id for each in changes]
    records = {record.pk: record for record in model._default_manager.filter(pk__in=numbers).select_for_update()}
    names = _names_of_tags(links, key, list(records.values()))
    tag = Tag.objects.filter(pk=changes[0].before["tag"]).first()
    if tag is None:
        return []
    adds = bool(changes[0].before["has_it"])
    todo = [record for record in records.values() if (tag.name in names[record.pk]) != adds]
    if adds:
        links.objects.bulk_create([links(**{key: record}, tag=tag) for record in todo], ignore_conflicts=True)
    else:
        links.objects.filter(**{f"{key}__in": todo}, tag=tag).delete()
    return [_retagged(record, tag, names[record.pk], has_it=adds) for record in todo]


# ---------------------------------------------------------------------------------------- words


def _tell(verb: str, done: Sequence[Done]) -> None:
    """One line in each record's history, in one statement."""
    if done:
        words = [{"changes": each.changes} if each.changes else {} for each in done]
        audit.record_all(f"{done[0].record._meta.model_name}.{verb}", [each.record for each in done], data=words)


def _with_words(done: Iterable[Done]) -> list[Done]:
    """The same with old and new value as people read them; what lies in the bin needs no such words."""
    done = list(done)
    owners = {values.get("owner_id") for each in done for values in (each.before, each.after)} - {None}
    people = _people(owners) if owners else {}
    return [Done(each.record, each.before, each.after, _changes(each, people)) for each in done]


def _people(numbers: set[int]) -> dict[int, str]:
    found = Membership.objects.filter(account_id=current_account_id(), pk__in=numbers).select_related("user")
    return {member.pk: str(member) for member in found}


def _changes(done: Done, people: dict[int, str]) -> Changes:
    own = {field.key: field for field in every(str(done.record._meta.model_name))}
    told: Changes = {}
    for name, new in done.after.items():
        old = done.before[name]
        if name == "owner_id":
            told["owner"] = [people.get(old, ""), people.get(new, "")]
        elif name.startswith(undo.CUSTOM):
            field = own[name.removeprefix(undo.CUSTOM)]
            told[field.name_in_log] = [field.show(old), field.show(new)]
        elif not name.startswith("deleted_"):
            told[name] = [str(old), str(new)]
    return told
