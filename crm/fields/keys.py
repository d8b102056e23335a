"""Records found and sorted by the firm's own fields, through a table of keys beside their values.

``record.custom`` is the truth; whoever writes it calls ``store`` where they call ``search.reindex``, in the same
transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from crm.fields.registry import every
from crm.models import CustomField, CustomKey, Record
from lib.keyset import IsAmong, IsOneOf, begins, capped_count
from lib.text import fold
from tenancy.context import current_account_id

OPERATORS = ("is", "starts", "at_least", "at_most", "is_set", "is_empty")
COMMON = 5_000  # from so many records on a condition is common

_DELETE = "DELETE FROM crm_customkey WHERE account_id = %s AND record_id = ANY(%s) AND field_id = ANY(%s)"
_INSERT = """
    INSERT INTO crm_customkey (account_id, field_id, sort_key, record_id)
    SELECT DISTINCT %s, field_id, sort_key, record_id
    FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS new (field_id, sort_key, record_id)
"""


def store(records: Sequence[Record], *, are_new: bool = False) -> None:
    """Store the keys of these records, all of one model, in place of their former ones: two statements at most."""
    if not records or (are_new and not any(record.custom for record in records)):
        return
    fields = every(_noun(type(records[0])))
    if not fields:
        return
    rows = [
        (field.pk, key, record.pk)
        for record in records
        for field in fields
        for key in field.of_kind.keys(record.custom.get(field.key))
    ]
    with connection.cursor() as cursor:
        if not are_new:
            numbers = [record.pk for record in records], [field.pk for field in fields]
            cursor.execute(_DELETE, [current_account_id(), *numbers])
        if rows:
            cursor.execute(_INSERT, [current_account_id(), *map(list, zip(*rows, strict=True))])


def forget(model: type[Record], numbers: Collection[int]) -> None:
    """Remove the keys of records that are removed for good."""
    if fields := every(_noun(model)):
        CustomKey.objects.filter(record_id__in=numbers, field__in=fields).delete()


def where(field: CustomField, operator: str, text: str = "") -> Q:
    """The records whose value fits: one of OPERATORS, and a text as people type it; raises ValidationError.

    Of common values most would be looked up in vain: as in ``search.matching``.
    """
    keys = CustomKey.objects.filter(field=field)
    if operator == "is_empty":
        return Q(~IsOneOf(F("pk"), Subquery(keys.values("record_id"))))
    found = _found(keys, field, operator, text).values("record_id")
    if capped_count(found, COMMON).is_all:
        return Q(IsAmong(F("pk"), ArraySubquery(found)))
    return Q(IsOneOf(F("pk"), Subquery(found)))


def _found(keys: QuerySet[CustomKey], field: CustomField, operator: str, text: str) -> QuerySet[CustomKey]:
    if operator == "is_set":
        return keys
    if operator == "starts":
        return keys.filter(begins("sort_key", fold(text)))
    wanted = field.of_kind.keys(field.parse(text))
    if operator not in OPERATORS or not wanted:
        raise ValidationError(f"Say which {field.label} is meant.")
    if operator == "is":
        return keys.filter(sort_key__in=wanted)
    return keys.filter(**{f"sort_key__{'gte' if operator == 'at_least' else 'lte'}": wanted[0]})


def ordering(field: CustomField) -> Subquery:
    """What records are sorted by; NULL where they have no value. For ``annotate`` and ``lib.keyset``.

    A kind that can be sorted has one key for a record. Asking for the first of them would have PostgreSQL walk
    through all keys of the field, in their order, for every record.
    """
    if not field.of_kind.can_be_sorted:
        raise ValueError(f"Records can't be sorted by {field.label}.")
    return Subquery(CustomKey.objects.filter(field=field, record_id=OuterRef("pk")).values("sort_key"))


def _noun(model: type[Any]) -> str:
    return str(model._meta.model_name)
