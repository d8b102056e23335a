"""What is older than the data map says goes, whoever should have seen to it: the rules are compiled from the map.

Most tables have a sweeper of their own, nearer to what they mean (``tenancy.sweeping``); this one finds what they leave
behind. Nothing that a legal hold covers goes here, and how much went is written down, whoever took it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Model, ProtectedError
from django.utils import timezone

import audit
import datamap
from accounts.models import Account
from datamap import Retention
from privacy.deletion import holds
from privacy.deletion.models import RetentionRun
from privacy.deletion.preview import words_of
from tenancy.context import current_account_id_or_none
from tenancy.globals import fenced_models

AT_ONCE = 1000
RUNS_KEPT = timedelta(days=Retention.TWO_YEARS.days or 0)
GRACE = timedelta(days=2)  # first the table's own sweeper has its turn


@dataclass(frozen=True)
class Rule:
    """Rows of a table go so many days after the moment in a column."""

    model: type[Model]
    column: str
    retention: Retention

    def __str__(self) -> str:
        return f"{self.model._meta.db_table}: {self.retention} from {self.column}"

    def due(self) -> Any:
        """The rows whose time is over."""
        ends = timezone.now() - timedelta(days=self.retention.days or 0) - GRACE
        model: Any = self.model
        for name in self.column.split("__"):
            field = model._meta.get_field(name)
            model = field.related_model
        moment = ends if isinstance(field, DateTimeField) else ends.date()
        return self.model._default_manager.filter(**{f"{self.column}__lt": moment})


def rules() -> list[Rule]:
    """One for each table of the map whose rows have a term."""
    return [
        Rule(entry.model, entry.counted_from or "", entry.retention)
        for entry in datamap.entries()
        if entry.retention.days is not None
    ]


def of_accounts() -> list[Rule]:
    """Those of tables behind the fence: applied in one account after the other."""
    fenced = set(fenced_models())
    return [rule for rule in rules() if rule.model in fenced]


def outside_accounts() -> list[Rule]:
    """Those of tables outside the fence, whose rows the app may delete by themselves."""
    fenced = set(fenced_models())
    rest = [rule for rule in rules() if rule.model not in fenced]
    with connection.cursor() as cursor:
        names = [rule.model._meta.db_table for rule in rest]
        cursor.execute("SELECT name FROM unnest(%s::text[]) name WHERE has_table_privilege(name, 'DELETE')", [names])
        open_ones = {name for (name,) in cursor.fetchall()}
    return [rule for rule in rest if rule.model._meta.db_table in open_ones]


def count_outside() -> dict[str, int]:
    """How many rows each rule would take from tables outside accounts."""
    return {str(rule): rows for rule in outside_accounts() if (rows := _free(rule).count())}


def apply_outside() -> RetentionRun:
    """Remove what is due there, unless its account or its person is held; and write down how much."""
    removed = {str(rule): rows for rule in outside_accounts() if (rows := sum(_batches(rule, _free)))}
    RetentionRun.objects.filter(at__lt=timezone.now() - RUNS_KEPT).delete()
    return RetentionRun.objects.create(removed=removed)


def note_swept(sender: object, *, removed: Mapping[str, int], is_ours: bool, **_: Any) -> None:
    """Write down what a table's own sweeper took: in the account's log, or outside of accounts in our record."""
    said = {words_of(table): rows for table, rows in removed.items()}
    number = None if is_ours else current_account_id_or_none()
    if number is None:
        RetentionRun.objects.create(removed=said)
    else:
        audit.record("retention.applied", Account.objects.get(pk=number), data={"removed": said})


def _free(rule: Rule) -> Any:
    """What is due and not held: neither its account is, nor somebody who works in one that is."""
    rows, held = rule.due(), holds.held_accounts()
    columns = {field.name for field in rule.model._meta.concrete_fields}
    if held and "account" in columns:
        rows = rows.exclude(account__in=held)
    if held and "user" in columns:
        rows = rows.exclude(user__memberships__account__in=held)
    return rows


def count(account: Account) -> dict[str, int]:
    """How many rows each rule would take from the active account."""
    if holds.of_account(account.pk).exists():
        return {}
    return {str(rule): rows for rule in of_accounts() if (rows := rule.due().count())}


def apply(account: Account) -> dict[str, int]:
    """Remove what is due in the active account, unless something there is held. Safe to run twice."""
    if holds.of_account(account.pk).exists():
        return {}
    removed = {str(rule): rows for rule in of_accounts() if (rows := _remove(rule))}
    if removed:
        audit.record("retention.applied", account, data={"removed": removed})
    return removed


def _remove(rule: Rule) -> int:
    return sum(_batches(rule))


def _batches(rule: Rule, due: Callable[[Rule], Any] = Rule.due) -> Iterator[int]:
    while some := list(due(rule).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        try:
            yield rule.model._default_manager.filter(pk__in=some).delete()[0]
        except ProtectedError:  # something newer stands on them; they go with it
            return
