"""Records side by side: what differs, what is picked, what is united, and what will follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import Membership
from crm.merging.following import keys_to
from crm.merging.lists import FURTHER
from crm.merging.parts import EVERY, Part, chosen, differ, parts_of
from crm.models import CompanyTag, ContactTag, Merge
from crm.models.records import Mergeable

WORDS = {"crm.DealContact": ("deal", "deals"), "crm.ContactConsent": ("consent", "consents")}


@dataclass(frozen=True)
class Cell:
    """What one record says in one row. ``value`` is what choosing it sends."""

    record: Any
    value: str
    text: str
    is_picked: bool


@dataclass(frozen=True)
class Row:
    """One part of the records: to choose from, or the same in all."""

    part: Part
    cells: list[Cell]
    differs: bool

    @property
    def text(self) -> str:
        """What it is in all, where there is nothing to choose."""
        return next((cell.text for cell in self.cells if cell.text), "")


@dataclass(frozen=True)
class United:
    """A list of which all records' values are kept, each once."""

    label: str
    texts: list[str]


@dataclass(frozen=True)
class Comparison:
    """All that the page shows."""

    records: list[Any]
    survivor: Any
    rows: list[Row]
    united: list[United]
    following: list[tuple[int, str]]

    @property
    def choices(self) -> list[Row]:
        return [row for row in self.rows if row.differs]

    @property
    def same(self) -> list[Row]:
        return [row for row in self.rows if not row.differs and row.text]


def compare(
    records: Sequence[Any], survivor: Any, asked: Mapping[str, Any], member: Membership
) -> Comparison:  # fmt: skip
    """The records as the page shows them, with what was picked or is usual."""
    others = [record for record in records if record != survivor]
    parts = parts_of(type(survivor))
    picked = chosen(parts, survivor, others, asked)
    rows = [_row(part, records, picked[part.name]) for part in parts]
    return Comparison(list(records), survivor, rows, _united(parts, records), _following(records, member))


def _row(part: Part, records: Sequence[Any], picked: Any) -> Row:
    differs = differ(part, records)
    cells = [Cell(each, str(each.public_id), part.text(each), picked == each) for each in records]
    if part.name == "note" and len({cell.text for cell in cells if cell.text}) > 1:
        cells.append(Cell(None, EVERY, "All, one below the other", picked == EVERY))
    return Row(part, cells, differs)


def _united(parts: Sequence[Part], records: Sequence[Any]) -> list[United]:
    """Tags, further addresses and numbers, and the firm's own fields with several values."""
    model = type(records[0])
    noun, numbers = str(model._meta.model_name), [record.pk for record in records]
    found = []
    for further in FURTHER[model]:
        rows = [further.main_of(record, records[0]) for record in records]
        rows += further.model.objects.filter(**{f"{noun}__in": numbers}).order_by("id")
        named: dict[Any, str] = {}
        for row in rows:
            if further.same(row):
                named.setdefault(further.same(row), _text(row))
        found.append(United(further.label, list(named.values())))
    tags: Any = ContactTag if noun == "contact" else CompanyTag
    names = (
        tags.objects.filter(**{f"{noun}__in": numbers}).order_by("tag__name_key").values_list("tag__name", flat=True)
    )
    found.append(United("Tags", list(dict.fromkeys(names))))
    for part in (each for each in parts if each.is_united):
        found.append(United(part.label, list(dict.fromkeys(filter(None, map(part.text, records))))))
    return [each for each in found if len(each.texts) > 1 or (each.label == "Tags" and each.texts)]


def _text(row: Any) -> str:
    company = getattr(row, "company", None) if hasattr(row, "title") else None
    return " at ".join(filter(None, (row.title, str(company)))) if company else str(row)


def _following(records: Sequence[Any], member: Membership) -> list[tuple[int, str]]:
    """How much hangs on the records, by what it is; of what belongs to colleagues only what the member may see."""
    model: type[Mergeable] = type(records[0])
    listed = {Merge, model, *(further.model for further in FURTHER[model]), ContactTag, CompanyTag}
    found: dict[tuple[str, str], int] = {}
    for child, key in keys_to(model):
        if child in listed:
            continue
        rows: Any = child._default_manager.filter(**{f"{key.attname}__in": [record.pk for record in records]})
        owner = getattr(child, "belongs_to", None)
        if hasattr(rows, "visible_to"):  # what is private to a colleague, such as a letter, follows uncounted
            rows = rows.visible_to(member)
        elif owner and member.sees_only_own_records:
            rows = rows.filter(**{owner: member.pk})
        meta = child._meta
        words = WORDS.get(meta.label, (str(meta.verbose_name), str(meta.verbose_name_plural)))
        found[words] = found.get(words, 0) + rows.count()
    return [(number, one if number == 1 else many) for (one, many), number in found.items() if number]
