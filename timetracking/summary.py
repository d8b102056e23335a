"""Keeps the day summaries equal to the entries, in the transaction of each change (docs/adr/0023).

Whoever stores, changes or removes entries says so: ``keep(added, removed)`` with the facts of the entries after and
before. ``rebuild`` makes them anew and ``differences`` finds what is wrong; ``manage.py sum_up_days`` is both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import BooleanField, Count, ExpressionWrapper, Q, Sum

from tenancy.context import current_account_id, memory, whole
from timetracking.models import PersonDay, ProjectDay, TimeEntry

IS_APPROVED = ExpressionWrapper(Q(rates_frozen_at__isnull=False), output_field=BooleanField())
Place = tuple[Any, ...]  # whose, day, billable, approved
TABLES = ((PersonDay, "person"), (ProjectDay, "project"))

# Of one who adds and one who takes away at the same moment the second waits for the first, and nothing is lost.
# Rows come in one order for all, so that nobody waits crosswise.
_KEEP = """
    INSERT INTO {table} AS kept (account_id, {key}, day, billable, approved, minutes, entries)
    SELECT %s, * FROM unnest(%s::bigint[], %s::date[], %s::boolean[], %s::boolean[], %s::bigint[], %s::bigint[])
    ON CONFLICT (account_id, {key}, day, billable, approved)
    DO UPDATE SET minutes = kept.minutes + EXCLUDED.minutes, entries = kept.entries + EXCLUDED.entries
"""

_KEEP_BOTH = f"""
    WITH people AS ({_KEEP.format(table="timetracking_personday", key="person_id")})
    {_KEEP.format(table="timetracking_projectday", key="project_id")}
"""
_REBUILD = """
    INSERT INTO {table} (account_id, {key}, day, billable, approved, minutes, entries)
    SELECT account_id, {key}, day, billable, rates_frozen_at IS NOT NULL, sum(minutes), count(*)
    FROM timetracking_timeentry WHERE account_id = %s AND source <> 'sample' GROUP BY 1, 2, 3, 4, 5
"""


class Facts(NamedTuple):
    """What a summary knows of one entry, or of several that are alike."""

    person: int
    project: int
    day: date
    billable: bool
    approved: bool
    minutes: int
    entries: int = 1


def facts_of(entry: TimeEntry) -> list[Facts]:
    """The entry's facts as it stands; none of a sample."""
    if entry.is_sample:
        return []
    is_approved = entry.rates_frozen_at is not None
    return [Facts(entry.person_id, entry.project_id, entry.day, entry.billable, is_approved, entry.minutes)]


def facts_of_all(entries: Any) -> list[Facts]:
    """The same of many stored entries, by one statement."""
    keys = ("person_id", "project_id", "day", "billable")
    sums = {"total": Sum("minutes"), "number": Count("id")}
    rows = entries.own().order_by().annotate(approved=IS_APPROVED).values_list(*keys, "approved")
    return [Facts(*row) for row in rows.annotate(**sums)]


def keep(added: Iterable[Facts] = (), removed: Iterable[Facts] = ()) -> None:
    """Count these entries in, and those out: one statement, and two more where some go."""
    _count([*added, *(facts._replace(minutes=-facts.minutes, entries=-facts.entries) for facts in removed)])


@contextmanager
def together() -> Iterator[None]:
    """What is counted in here is written at its end, at once: rows come in one order only within one ``keep``.

    Nested, the outermost writes. What fails is not counted, as its savepoint takes it back.
    """
    kept, changes = memory(), list[Facts]()
    outer = kept.get(together)
    kept[together] = changes
    try:
        yield
    finally:
        kept[together] = outer
    _count(changes)


def _count(changes: list[Facts]) -> None:
    if (waiting := memory().get(together)) is not None:
        waiting.extend(changes)
        return
    sums = {key: {at: sum_ for at, sum_ in sorted(_sums(key, changes).items()) if any(sum_)} for _, key in TABLES}
    if not any(sums.values()):
        return
    with whole:
        with connection.cursor() as cursor:
            cursor.execute(_KEEP_BOTH, [value for each in sums.values() for value in _columns(each)])
        for table, key in TABLES:
            if places := [at for at, (_, number) in sums[key].items() if number < 0]:
                numbers, days = {at[0] for at in places}, {at[1] for at in places}
                table.objects.filter(**{f"{key}__in": numbers}, day__in=days, entries=0).delete()


def rebuild() -> None:
    """Make the account's summaries anew of its entries. What is logged meanwhile waits, or is waited for."""
    account = current_account_id()
    with whole, connection.cursor() as cursor:
        for table, key in TABLES:
            table.objects.all().delete()
            cursor.execute(_REBUILD.format(table=table._meta.db_table, key=f"{key}_id"), [account])


def differences() -> list[str]:
    """Days on which a summary is not the sum of the entries, in words; none is as it should be."""
    return [words for table, key in TABLES for words in _differences_in(table, key)]


def _columns(sums: dict[Place, list[int]]) -> list[Any]:
    """In one order, so that two who change the same days wait for each other and never in a circle."""
    rows = [(*at, *sum_) for at, sum_ in sorted(sums.items())]
    return [current_account_id(), *([row[number] for row in rows] for number in range(6))]


def _differences_in(table: Any, key: str) -> list[str]:
    place = (f"{key}_id", "day", "billable", "approved")
    kept = {row[:4]: row[4:] for row in table.objects.values_list(*place, "minutes", "entries")}
    entries = TimeEntry.objects.own().order_by().annotate(approved=IS_APPROVED).values_list(*place)
    raw = {row[:4]: row[4:] for row in entries.annotate(total=Sum("minutes"), number=Count("id"))}
    return [
        f"{key} {at[0]}, {at[1]}: {kept.get(at)} in place of {raw.get(at)}"
        for at in sorted(kept.keys() | raw.keys())
        if kept.get(at) != raw.get(at)
    ]


def _sums(key: str, facts: Iterable[Facts]) -> dict[Place, list[int]]:
    sums: dict[Place, list[int]] = defaultdict(lambda: [0, 0])
    for each in facts:
        sum_ = sums[getattr(each, key), each.day, each.billable, each.approved]
        sum_[0] += each.minutes
        sum_[1] += each.entries
    return dict(sums)
