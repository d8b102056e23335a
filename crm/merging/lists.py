"""What a record has several of is united: what is not the main address any more stands beside it, each once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.merging.journal import Journal
from crm.models import (
    Company,
    CompanyAddress,
    Contact,
    ContactAddress,
    ContactEmail,
    ContactPhone,
    ContactPosition,
    NoDuplicate,
)
from crm.models.companies import ADDRESS
from crm.models.records import Mergeable
from lib.phones import digits, e164
from lib.text import fold


@dataclass(frozen=True)
class Further:
    """A table of further values, the record's columns that hold the main one, and by what two are the same."""

    label: str
    model: Any
    columns: Mapping[str, str]  # of the record → of the row
    same: Callable[[Any], Any]

    def main_of(self, record: Mergeable, owner: Mergeable) -> Any:
        """The record's main value, as a row of ``owner``."""
        row = self.model(**{theirs: getattr(record, mine) for mine, theirs in self.columns.items()})
        setattr(row, str(owner._meta.model_name), owner)
        if hasattr(row, "fill_derived"):
            row.fill_derived()
        return row


_PLACE = {column: column for column in ADDRESS}
FURTHER: dict[type[Mergeable], tuple[Further, ...]] = {
    Contact: (
        Further("E-mail addresses", ContactEmail, {"email": "email", "email_label": "label"},
                lambda row: row.email.strip().lower()),
        Further("Phone numbers", ContactPhone, {"phone": "phone", "phone_label": "label"},
                lambda row: e164(row.phone) or digits(row.phone) or fold(row.phone)),
        Further("Addresses", ContactAddress, _PLACE, lambda row: fold(str(row))),
        Further("Companies", ContactPosition, {"company_id": "company_id", "title": "title"},
                lambda row: row.company_id),
    ),
    Company: (Further("Addresses", CompanyAddress, _PLACE, lambda row: fold(str(row))),),
}  # fmt: skip


def unite(survivor: Mergeable, mains: Sequence[tuple[Further, list[Any]]], journal: Journal) -> None:
    """After the further values of all have followed: add the former main ones, and drop what is there twice."""
    for further, formers in mains:
        seen = {further.same(further.main_of(survivor, survivor))}
        doubles = []
        for row in further.model.objects.filter(**{survivor._meta.model_name: survivor}).order_by("id"):
            doubles += [row] if further.same(row) in seen else []
            seen.add(further.same(row))
        journal.delete(doubles)
        new = {
            further.same(row): row for row in reversed(formers) if further.same(row) and further.same(row) not in seen
        }
        journal.add([row for key, row in reversed(new.items()) if key and key not in seen])


def mains_of(survivor: Mergeable, records: Sequence[Mergeable]) -> list[tuple[Further, list[Any]]]:
    """What is the main value of each record now, before the survivor's is chosen."""
    return [
        (further, [further.main_of(record, survivor) for record in records])
        for further in FURTHER[type(survivor)]
    ]  # fmt: skip


def keep_apart(survivor: Mergeable, losers: Sequence[int], journal: Journal) -> None:
    """Whoever was no duplicate of a record is none of what it becomes part of."""
    kind = str(survivor._meta.model_name)
    pairs = NoDuplicate.objects.filter(kind=kind)
    said = [*pairs.filter(first_id__in=losers), *pairs.filter(second_id__in=losers)]
    others = {number for pair in said for number in (pair.first_id, pair.second_id)} - {survivor.pk, *losers}
    known = set()
    for first, second in (
        pairs.filter(first_id=survivor.pk)
        .union(pairs.filter(second_id=survivor.pk))
        .values_list("first_id", "second_id")
    ):
        known |= {first, second}
    new = [
        NoDuplicate(kind=kind, first_id=min(other, survivor.pk), second_id=max(other, survivor.pk), by=said[0].by)
        for other in sorted(others - known)
    ]
    journal.add(new)
