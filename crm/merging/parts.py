"""What of several records is to be kept where they differ: each part of a record is chosen from one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.fields import registry
from crm.models import Contact
from crm.models.companies import ADDRESS
from crm.models.records import Mergeable
from crm.undo import CUSTOM, Values, value_of
from lib import formats
from lib.phones import readable

EVERY = "all"  # a note is kept of all of them, one below the other
LISTS = frozenset({"choices"})  # fields of the firm's own whose values are united


@dataclass(frozen=True)
class Part:
    """One thing that is kept from one record: its columns, and how they read."""

    name: str
    label: str
    columns: tuple[str, ...]
    text: Callable[[Any], str]
    is_united: bool = False  # nothing to choose: all values are kept

    def is_empty(self, record: Mergeable) -> bool:
        return not self.text(record)

    def values(self, record: Mergeable) -> Values:
        return {column: value_of(record, column) for column in self.columns}


def parts_of(model: type[Mergeable]) -> list[Part]:
    """In the order of the record's page; the firm's own fields come last."""
    own = [
        Part(
            f"{CUSTOM}{field.key}", field.label, (f"{CUSTOM}{field.key}",),
            lambda record, field=field: field.show(record.custom.get(field.key)),
            is_united=field.kind in LISTS,
        )
        for field in registry.definitions(str(model._meta.model_name))
    ]  # fmt: skip
    return [*(_CONTACT if model is Contact else _COMPANY), *own]


def chosen(
    parts: Sequence[Part], survivor: Mergeable, others: Sequence[Mergeable], asked: Mapping[str, Any]
) -> dict[str, Any]:
    """For each part the record it is kept from, or EVERY: as asked, else the survivor unless it has none."""
    found = {}
    for part in parts:
        filled = [record for record in (survivor, *others) if not part.is_empty(record)]
        usual: Any = filled[0] if filled else survivor
        if part.name == "note" and len({part.text(record) for record in filled}) > 1:
            usual = EVERY
        found[part.name] = asked.get(part.name) or usual
    return found


def values_of(part: Part, source: Any, records: Sequence[Mergeable]) -> Values:
    """What the survivor's columns are to hold."""
    if part.is_united:
        every = [value for record in records for value in value_of(record, part.columns[0]) or []]
        return {part.columns[0]: list(dict.fromkeys(every)) or None}
    if source == EVERY:
        texts = dict.fromkeys(text for record in records if (text := part.text(record)))
        return {part.columns[0]: "\n\n".join(texts)}
    return part.values(source)


def differ(part: Part, records: Sequence[Mergeable]) -> bool:
    """Whether there is something to choose: Zoë is not Zoe."""
    return not part.is_united and len({part.text(record) for record in records}) > 1


def _text(column: str) -> Callable[[Any], str]:
    return lambda record: str(getattr(record, column) or "")


def _address(record: Any) -> str:
    town = f"{record.postal_code} {record.city}".strip()
    return "\n".join(filter(None, (record.street, town, record.region, record.country)))


def _labelled(column: str, write: Callable[[str], str] = str) -> Callable[[Any], str]:
    def text(record: Any) -> str:
        value, label = write(getattr(record, column)), getattr(record, f"{column}_label")
        return f"{value} ({label})" if value and label else value

    return text


def _retention(record: Any) -> str:
    if record.retention_until is None:
        return ""
    return f"{formats.day(record.retention_until, 'year')} {record.retention_reason}".strip()


def _same(column: str, label: str) -> Part:
    return Part(column, label, (column,), _text(column))


_PLACE = Part("address", "Address", ADDRESS, _address)
_LAST = (Part("owner", "Owner", ("owner_id",), _text("owner")), _same("note", "Note"))

_CONTACT = (
    _same("first_name", "First name"),
    _same("last_name", "Last name"),
    Part("company", "Company", ("company_id",), _text("company")),
    _same("title", "Job title"),
    Part("email", "Main e-mail", ("email", "email_label"), _labelled("email")),
    Part("phone", "Main phone", ("phone", "phone_label"), _labelled("phone", readable)),
    _same("website", "Website"),
    _PLACE,
    _same("source", "Source"),
    Part("legal_basis", "Legal basis", ("legal_basis",), lambda record: record.get_legal_basis_display()),
    Part("retention", "Kept until", ("retention_until", "retention_reason"), _retention),
    *_LAST,
)

_COMPANY = (
    _same("name", "Name"),
    _same("domain", "Website"),
    Part("phone", "Phone", ("phone",), lambda record: readable(record.phone)),
    _PLACE,
    *_LAST,
)
