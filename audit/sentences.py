"""An event as a sentence: what somebody did, with old and new values. Knows neither the database nor who reads."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Literal
from uuid import UUID

from audit.words import Data, Kind, Noun, Ref, kind_called, noun_of

logger = logging.getLogger(__name__)

_OPTIONAL = re.compile(r"\[(.*?)\]")
SHORT = 60  # characters of a value that still fits into a sentence
MANY = 4  # fields that a sentence names before it counts the others


@dataclass(frozen=True)
class Part:
    """A piece of a sentence. What people typed is never ``plain``."""

    text: str
    style: Literal["plain", "value", "old", "new"] = "plain"
    ref: Ref | None = None


@dataclass(frozen=True)
class Change:
    """One field's old and new value, by the name people read."""

    label: str
    old: str
    new: str
    is_long: bool


@dataclass(frozen=True)
class Told:
    """An event in words."""

    kind: Kind
    parts: list[Part]
    changes: list[Change]

    @property
    def is_about_changes(self) -> bool:
        """False where the values are what something began with."""
        return "{changes}" in self.kind.words

    @property
    def says_all(self) -> bool:
        """The sentence itself holds the change, or there is none."""
        return len(self.changes) < 2 and not any(map(_is_too_long, self.changes))

    @property
    def text(self) -> str:
        """The sentence without its marks."""
        return "".join(part.text for part in self.parts)


def tell(
    name: str,
    data: Data | None,
    ref: Ref | None,
    *,
    page_of: UUID | None = None,
    may: Callable[[str], bool] = bool,
    sees_all: bool = True,
) -> Told:
    """The event ``name`` as a sentence that follows the actor's name.

    ``data`` is the payload, None when it was erased. ``page_of``: the record at whose page the reader is, "this
    contact". ``may``: whether the reader is allowed an action, asked for fields that need one; ``sees_all``: whether
    they may see colleagues' records.
    """
    kind, noun = kind_called(name), noun_of(ref.type if ref else "")
    if data is None:
        return Told(kind, [Part(kind.label)], [])
    changes = _changes(data, noun, may, sees_all)
    words = kind.unchanged if "{changes}" in kind.words and not changes else kind.words
    words = _OPTIONAL.sub("" if page_of else r"\1", words)
    given = {**data, **_details(kind, data), "record": _record(ref, noun, page_of)}
    given["changes"] = Part(_listed([change.label for change in changes]))
    told = Told(kind, [part for part in _parts(words, given) if part.text], changes)
    if "{changes}" in words and told.says_all:
        told.parts.extend(_from_to(changes[0]))
    return told


def _changes(data: Data, noun: Noun, may: Callable[[str], bool], sees_all: bool) -> list[Change]:
    changes = []
    for name, (old, new) in sorted(_pairs(data), key=lambda pair: noun.place_of(pair[0])):
        field = noun.field(name)
        is_for_all = sees_all or not field.names_records
        if name not in noun.left_out and is_for_all and (not field.needs or may(field.needs)):
            changes.append(Change(field.label, field.shown(old), field.shown(new), field.is_long))
    return changes


def _pairs(data: Data) -> list[tuple[str, tuple[Any, Any]]]:
    """Field, (old, new): whatever else an old payload may hold under that name is no change."""
    changes = data.get("changes")
    found = changes.items() if isinstance(changes, Mapping) else ()
    return [(name, tuple(pair)) for name, pair in found if isinstance(pair, list | tuple) and len(pair) == 2]


def _details(kind: Kind, data: Data) -> Mapping[str, str | Ref]:
    """A payload of another time may miss what its words ask for: the log is shown all the same."""
    try:
        return kind.details(data)
    except (AttributeError, KeyError, TypeError, ValueError):
        logger.warning("An event %s holds other words than its sentence asks for.", kind.name)
        return {}


def _record(ref: Ref | None, noun: Noun, page_of: UUID | None) -> Part:
    if ref is None or ref.public_id == page_of:
        return Part(f"this {noun.noun}")
    return Part(ref.name, "value", ref) if ref.name else Part(f"{_article(noun.noun)} {noun.noun}", ref=ref)


def _parts(words: str, given: Mapping[str, Any]) -> Iterator[Part]:
    for text, name, _, _ in Formatter().parse(words):
        yield Part(text)
        if name:
            yield _part(given.get(name))


def _part(value: Any) -> Part:
    if isinstance(value, Part):
        return value
    if isinstance(value, Ref):
        return Part(value.name, "value", value)
    return Part("…" if value is None else str(value), "value")


def _from_to(change: Change) -> list[Part]:
    before = [Part(" from "), Part(change.old, "old")] if change.old else []
    return [*before, Part(" to "), Part(change.new, "new") if change.new else Part("nothing")]


def _is_too_long(change: Change) -> bool:
    return change.is_long or max(len(change.old), len(change.new)) > SHORT


def _listed(labels: list[str]) -> str:
    """The phone, the VAT number and the job title."""
    named = [f"the {label if label[1:2].isupper() else label[:1].lower() + label[1:]}" for label in labels]
    if len(named) > MANY:
        named[MANY - 1 :] = [f"{len(named) - MANY + 1} more fields"]
    return " and ".join(filter(None, [", ".join(named[:-1]), *named[-1:]]))


def _article(noun: str) -> str:
    return "an" if noun[:1] in "aeiou" else "a"
