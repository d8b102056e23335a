"""What would go if the account were erased now: counted by the same rules that erase."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db.models import Model

from accounts.models import Account, Membership, StoredFile
from audit.models import Event, Payload
from privacy.deletion import people, purge
from privacy.deletion.tables import KEPT, in_order


@dataclass(frozen=True)
class Line:
    """Rows of one table, in words."""

    table: str
    words: str
    rows: int


@dataclass(frozen=True)
class Preview:
    """What goes, what stays and why, and who else is concerned."""

    rows: dict[str, int]
    kept: dict[str, int]
    people_go: int
    people_stay: int
    files: int
    bytes: int

    @property
    def total(self) -> int:
        return sum(self.rows.values())

    def lines(self) -> list[Line]:
        """What goes, the most of it first."""
        found = [Line(table, words_of(table), rows) for table, rows in self.rows.items()]
        return sorted(found, key=lambda line: (-line.rows, line.words))

    def stays(self) -> list[tuple[Line, str]]:
        """What stays of the log, and why."""
        return [(Line(table, words_of(table), rows), KEPT[table]) for table, rows in self.kept.items()]


def of_account(account: Account) -> Preview:
    """Counts everything of the active account."""
    numbers = people.who_go(account)
    people_here = Membership.objects.filter(account_id=account.pk).values("user_id").distinct().count()
    files = StoredFile.objects.filter(discarded_at=None)
    return Preview(
        rows=dict(count_all(account, numbers)),
        kept={"audit_event": Event.objects.count()},
        people_go=len(numbers),
        people_stay=people_here - len(numbers),
        files=files.count(),
        bytes=sum(files.values_list("size", flat=True)),
    )


def count_all(account: Account, numbers: list[int]) -> Counter[str]:
    """Every row that goes with the active account, by table."""
    found: Counter[str] = Counter()
    for table in purge.with_rows(in_order(), account.pk):
        found[table.name] += purge.count(table, account.pk)
    found.update(purge.count_strangers(in_order(), account.pk))
    found["audit_payload"] = Payload.objects.count()
    found["accounts_account"] = 1
    return +(found + people.rows(numbers, but_of=account))


def words_of(table: str) -> str:
    """A table's rows, as people call them."""
    words = str(_models()[table]._meta.verbose_name_plural)
    return words[:1].upper() + words[1:]


@cache
def _models() -> dict[str, type[Model]]:
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
