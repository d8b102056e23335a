"""Records as grants name them: by kind and id, never by a value. What their columns are called, says their app."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Model

import datamap
from accounts.models import Membership
from audit.words import noun_of, nouns, nowhere
from datamap import Support
from privacy.support_access import masks
from privacy.support_access.models import UnknownRecord

_LABELS = {"custom": "The firm’s own fields", "created_at": "Added", "updated_at": "Changed"}
_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_NAMED = re.compile(rf"\{{?([a-z]+(?: [a-z]+)*) ({_ID})\}}?", re.IGNORECASE)


@dataclass(frozen=True)
class Named:
    """One record: "contact 3f2a91c0-…", kept as "crm.contact/3f2a91c0-…"."""

    kind: str
    public_id: UUID

    def __str__(self) -> str:
        return f"{self.noun} {str(self.public_id)[:8]}"

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.public_id}"

    @property
    def noun(self) -> str:
        return noun_of(self.kind).noun

    @property
    def placeholder(self) -> str:
        """What stands for it in a request's words."""
        return f"{{{self.noun} {self.public_id}}}"

    @classmethod
    def of(cls, key: str) -> Named:
        kind, _, public_id = key.partition("/")
        return cls(kind, UUID(public_id))


@dataclass(frozen=True)
class Field:
    """A column of a kind as a look shows it."""

    key: str  # crm.contact.email
    column: str
    label: str
    how: Support

    @property
    def is_masked(self) -> bool:
        return self.how.is_masked


@cache
def kinds() -> dict[str, type[Model]]:
    """What can be looked at, by kind: records that have a page of their own."""
    with_page = {noun.type for noun in nouns() if noun.urls is not nowhere}
    models = {model._meta.label_lower: model for model in masks.lookable()}
    return {kind: model for kind, model in models.items() if kind in with_page}


@cache
def _by_noun() -> dict[str, str]:
    return {noun_of(kind).noun: kind for kind in reversed(kinds())}


def named(kind: str, public_id: UUID) -> Named | None:
    """The record of that kind, whether it exists or not; None for a kind that nobody can look at."""
    return Named(kind, public_id) if kind in kinds() else None


def read(text: str) -> list[Named]:
    """The records that a text names, each once, in its order."""
    found = (Named(kind, UUID(public_id)) for words, public_id in _NAMED.findall(text) if (kind := _kind(words)))
    return list(dict.fromkeys(found))


def pieces(text: str) -> list[str | Named]:
    """The text, cut at the records that it names."""
    found: list[str | Named] = []
    at = 0
    for match in _NAMED.finditer(text):
        if (kind := _kind(match[1])) is None:
            continue
        start, end = match.end(1) - len(noun_of(kind).noun), match.end(2)
        if text[start - 1 : start] == "{" and text[end : end + 1] == "}":
            start, end = start - 1, end + 1
        found += [text[at:start], Named(kind, UUID(match[2]))]
        at = end
    found.append(text[at:])
    return [piece for piece in found if piece]


def _kind(words: str) -> str | None:
    """The kind whose noun stands at the end: "please see time entry" is about a time entry."""
    parts = words.lower().split(" ")
    ends = (" ".join(parts[start:]) for start in range(len(parts)))
    return next((_by_noun()[end] for end in ends if end in _by_noun()), None)


@cache
def fields_of(kind: str) -> tuple[Field, ...]:
    """The columns of a kind that a look shows, masked or as they are."""
    model, noun = kinds()[kind], noun_of(kind)
    how = datamap.support_mask(model)
    found = [
        Field(
            f"{kind}.{mask.column}",
            mask.column,
            _LABELS.get(mask.column) or noun.field(mask.column).label,
            how[mask.column],
        )
        for mask in masks.masks_of(model)
    ]
    return tuple(sorted(found, key=lambda field: noun.place_of(field.column)))


def maskable(records: Iterable[Named]) -> list[tuple[str, Field]]:
    """The masked fields of these records' kinds, each with its kind's noun: what a firm may lift."""
    return [
        (noun_of(kind).noun, field)
        for kind in dict.fromkeys(record.kind for record in records)
        for field in fields_of(kind)
        if field.is_masked
    ]


def in_log(record: Named) -> Any:
    """The record as the firm's own log names it, in the active account."""
    found = kinds()[record.kind]._default_manager.filter(public_id=record.public_id).first()
    return found or UnknownRecord(record.kind, record.public_id)


def names_for(member: Membership, records: Iterable[Named]) -> dict[Named, tuple[str, str]]:
    """Each record’s name and page, as far as this member may see it; of others the id alone. Two statements a kind."""
    wanted = list(dict.fromkeys(records))
    pages, names = pages_for(member, wanted), {}
    for kind in {record.kind for record in pages}:
        ids = {record.public_id: record for record in pages if record.kind == kind}
        for row in kinds()[kind]._default_manager.filter(public_id__in=ids):
            names[ids[row.public_id]] = f"{noun_of(kind).noun} {row}"  # type: ignore[attr-defined]
    return {record: (names.get(record, str(record)), pages.get(record, "")) for record in wanted}


def pages_for(member: Membership, records: Iterable[Named]) -> dict[Named, str]:
    """Where each record is, for those that are there and that this member may see."""
    found: dict[Named, str] = {}
    wanted = list(records)
    for kind in {record.kind for record in wanted}:
        ids = {record.public_id: record for record in wanted if record.kind == kind}
        found |= {ids[public_id]: url for public_id, url in noun_of(kind).urls(member, ids.keys()).items()}
    return found
