"""Carrying a plan out: each statement says how many rows it reached, and that is what the certificate tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.db.models import Count, Model

import audit
from accounts.files.stored import StoredFile
from accounts.models import BellNotice, Membership
from audit.models import Event, Payload
from privacy.deletion.persons import copies, mentions
from privacy.deletion.persons.mentions import Mention
from privacy.deletion.persons.plan import Plan, rows_of
from privacy.deletion.persons.preview import BLANKED, DELETED, DISCARDED, EMPTIED, Preview
from privacy.deletion.tables import in_order
from tenancy.context import current_account_id

AT_ONCE = 2000
CHANGING = frozenset({BLANKED, DELETED, DISCARDED, EMPTIED})  # of which statements say how many rows they reached
_EMPTY: dict[type[Any], Any] = {models.JSONField: dict, ArrayField: list, models.BinaryField: bytes}


def carry_out(preview: Preview, chosen: Collection[Mention]) -> Counter[str]:
    """Everything that the preview says, in the active account. Returns how many rows it was, by ``Line.key``."""
    done: Counter[str] = Counter()
    for model, rows in mentions.blank(chosen, preview.traces).items():
        done[f"{model._meta.db_table} {BLANKED}"] += rows
    rung = _rung(preview.plan)
    done[f"{StoredFile._meta.db_table} {DISCARDED}"] += copies.discard(set(preview.discarded))
    done += empty(preview.plan) + delete(preview.plan)
    done[f"{Payload._meta.db_table} {DELETED}"] += silence(preview.plan.events)
    _count_bells(rung)
    transaction.on_commit(lambda: copies.drop_letters(preview.traces), robust=True)
    return +done


def empty(plan: Plan) -> Counter[str]:
    """Set columns back to what they hold when nobody has said anything."""
    done: Counter[str] = Counter()
    for model, fields in plan.emptied.items():
        for name, numbers in fields.items():
            if numbers:
                value = nothing(model._meta.get_field(name))
                done[f"{model._meta.db_table} {EMPTIED} {name}"] += rows_of(model, numbers).update(**{name: value})
    return done


def nothing(column: Any) -> Any:
    """What stands in a column that says nothing."""
    if column.null:
        return None
    if column.has_default() and not column.choices:
        return column.get_default()
    made = next((make for kind, make in _EMPTY.items() if isinstance(column, kind)), None)
    return made() if made else column.get_default() if column.has_default() else ""


def delete(plan: Plan) -> Counter[str]:
    """Whoever points at others first, in the order of the keys that PostgreSQL knows."""
    places = {table.name: place for place, table in enumerate(in_order())}
    parts = {table.name for table in in_order() if table.goes_along}  # what may only be added to goes with its whole
    doomed = {model._meta.db_table: (model, numbers) for model, numbers in plan.doomed.items() if numbers}
    there = {name: rows_of(*doomed[name]).count() for name in doomed.keys() & parts}
    done: Counter[str] = Counter()
    for name in sorted(doomed.keys() - parts, key=lambda name: places.get(name, len(places))):
        done[f"{name} {DELETED}"] += _delete(*doomed[name])
    for name, rows in there.items():
        done[f"{name} {DELETED}"] += rows - rows_of(*doomed[name]).count()
    return done


def _delete(model: type[Model], numbers: set[int]) -> int:
    rows = rows_of(model, numbers)
    return rows.delete()[0] if model is StoredFile else rows._raw_delete("default") or 0


def silence(numbers: set[int]) -> int:
    """Erase what these lines of the log say in words; the log notes it of each, and stays provable."""
    events = list(Event.objects.filter(pk__in=numbers).order_by("pk"))
    return sum(audit.erase_all(events[at : at + AT_ONCE]) for at in range(0, len(events), AT_ONCE))


def _rung(plan: Plan) -> set[int]:
    """Members for whom a bell rang about what goes."""
    notices = BellNotice.objects.filter(pk__in=plan.doomed.get(BellNotice, ()))
    return set(notices.values_list("member_id", flat=True))


def _count_bells(members: set[int]) -> None:
    here = Membership.objects.filter(account_id=current_account_id(), pk__in=members)
    unread = BellNotice.objects.filter(member__in=members, read_at=None).values_list("member_id")
    left = dict(unread.annotate(Count("pk")).order_by())
    for member in here:
        Membership.objects.filter(account_id=member.account_id, pk=member.pk).update(unread=left.get(member.pk, 0))


def check_now() -> None:
    """Have PostgreSQL look at every key now, and not at the commit, where nobody could say what it was about."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
