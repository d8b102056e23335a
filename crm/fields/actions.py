"""What happens to the firm's own fields. Values stay with their records until the field itself is deleted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Func, JSONField, TextField, Value
from django.db.models.functions import Cast
from django.utils import timezone

import audit
from accounts import jobs
from accounts.models import Membership
from crm.fields.registry import definitions, every
from crm.models import Company, Contact, CustomField, CustomKey, Deal, FieldRemoval, Record
from crm.models.field_kinds import Choice
from crm.search import is_found, reindex
from lib.text import fold
from tenancy import held
from tenancy.context import current_account_id, whole

MOST_FIELDS = 100  # of one kind of record, archived ones too
MOST_CHOICES = 200
AT_ONCE = 2_000
MODELS: dict[str, type[Record]] = {"contact": Contact, "company": Company, "deal": Deal}

_REKEY = """
    UPDATE crm_customkey SET sort_key = new.after
    FROM unnest(%s::text[], %s::text[]) AS new (before, after)
    WHERE crm_customkey.account_id = %s AND field_id = %s AND sort_key = new.before
"""


class TooMany(Exception):
    """The kind of record has as many fields as it may have."""


class InUse(Exception):
    """Only an archived field can be deleted, and only one that is not being deleted comes back."""


@transaction.atomic  # with a savepoint: whoever is refused still gets a page, whose shell asks the database
def add(field: CustomField) -> CustomField:
    """Let records have this field, after their others. Its key follows from its name, and never changes again."""
    present = every(field.noun)
    if len(present) >= MOST_FIELDS:
        raise TooMany
    field.key = new_key(field.label, {each.key for each in present}, "field")
    field.position = max((each.position for each in present), default=0) + 1
    field.save()
    audit.record("field.added", field)
    return field


@whole
def change(field: CustomField, *, expected: int, changes: dict[str, list[str]]) -> None:
    """Store what was changed about the field; raises Conflict if somebody else did first."""
    before = CustomField.objects.get(pk=field.pk)
    field.save_checked(expected)
    _rekey(before, field)
    audit.record("field.changed", field, data={"changes": changes})


@whole
def move(field: CustomField, step: int) -> None:
    """Let the field stand one place earlier (-1) or later (1) among the live ones."""
    order = definitions(field.noun)
    place = next(number for number, each in enumerate(order) if each.pk == field.pk)
    other = place + step
    if not 0 <= other < len(order):
        return
    order[place], order[other] = order[other], order[place]
    for number, each in enumerate(order, start=1):
        each.position = number
    CustomField.objects.bulk_update(order, ["position"])
    audit.record("field.moved", field)


@whole
def archive(field: CustomField) -> None:
    """Take the field out of forms, lists and pages. Its values stay and come back with it."""
    field.archived_at = timezone.now()
    field.save()
    audit.record("field.archived", field)


@whole
def restore(field: CustomField) -> None:
    """Let records show the field again, with the values that they had."""
    if FieldRemoval.objects.filter(field=field).exists():
        raise InUse
    field.archived_at = None
    field.save()
    audit.record("field.restored", field)


def values_of(field: CustomField) -> int:
    """How many records have a value in this field, those in the bin too."""
    return CustomKey.objects.filter(field=field).values("record_id").distinct().count()


@transaction.atomic
def remove(field: CustomField, *, by: Membership | None = None) -> FieldRemoval | None:
    """Delete an archived field for good, with its values and the words they were found by.

    At once while there are few; else a worker does it, and the job is returned. Raises Held where a record of that kind
    is held: its value would go.
    """
    if not field.is_archived:
        raise InUse
    held.refuse(MODELS[field.noun]._default_manager.all())
    total = values_of(field)
    if total > AT_ONCE:
        return _begin_removal(field, total, by)
    _end_removal(field, total)
    return None


def _begin_removal(field: CustomField, total: int, by: Membership | None) -> FieldRemoval:
    """One for each field; one that stopped goes on where it did."""
    job, _ = FieldRemoval.objects.get_or_create(field=field, defaults={"by": by, "total": total, "state": "failed"})
    if not job.is_at_work:
        job.begin("running")
    return job


def go_on(public_id: str) -> None:
    """The next piece of a removal."""
    jobs.go_on(FieldRemoval, public_id, _remove_some)


def _remove_some(job: FieldRemoval) -> None:
    field = CustomField.objects.get(pk=job.field_id)
    if taken := _take_values(field):
        job.done += taken
        job.move_on()
    else:
        job.end("running")
        _end_removal(field, job.done)


def _take_values(field: CustomField) -> int:
    """Take the value off some records, and what they are found by; returns of how many."""
    model, keys = MODELS[field.noun], CustomKey.objects.filter(field=field)
    numbers = list(keys.order_by("record_id").values_list("record_id", flat=True).distinct()[:AT_ONCE])
    records: Any = model._default_manager.filter(pk__in=numbers)
    records.update(custom=_without(field.key), version=F("version") + 1, updated_at=timezone.now())
    if field.of_kind.is_text and is_found(model):
        reindex(list(records))
    keys.filter(record_id__in=numbers).delete()
    return len(numbers)


def _end_removal(field: CustomField, values: int) -> None:
    audit.record("field.deleted", field, data={"values": values})
    list(CustomField.objects.select_for_update().filter(pk=field.pk))  # nobody stores a value meanwhile
    _take_values(field)
    FieldRemoval.objects.filter(field=field).delete()
    field.delete()


def new_choices(labels: Iterable[str], present: Iterable[dict[str, Any]] = ()) -> list[dict[str, Any]]:
    """Choices of these names, each with a key of its own."""
    made: list[dict[str, Any]] = []
    taken = {choice["key"] for choice in present}
    for label in labels:
        key = new_key(label, taken, "choice")
        taken.add(key)
        made.append({"key": key, "label": label, "is_retired": False})
    return made


def new_key(label: str, taken: set[str], otherwise: str) -> str:
    """A word for programs: ``vat_number`` for “VAT number”, with a number where that is taken."""
    start = re.sub(r"[^a-z0-9]+", "_", fold(label)).strip("_")[:40].strip("_") or otherwise
    key, number = start, 1
    while key in taken:
        number += 1
        key = f"{start}_{number}"
    return key


def _without(key: str) -> Func:
    gone = Cast(Value(key), TextField())
    return Func(F("custom"), gone, template="(%(expressions)s)", arg_joiner=" - ", output_field=JSONField())


def _rekey(before: CustomField, after: CustomField) -> None:
    """Choices that stand in another order sort their records anew."""
    was, is_now = Choice(before), Choice(after)
    pairs = [(was.place_of(choice["key"]), is_now.place_of(choice["key"])) for choice in before.choices]
    moved = [pair for pair in pairs if pair[0] != pair[1]]
    if moved:
        with connection.cursor() as cursor:
            cursor.execute(_REKEY, [*map(list, zip(*moved, strict=True)), current_account_id(), after.pk])
