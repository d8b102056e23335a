"""How events read: each app declares the words of the kinds that it records, in its ``audit_words.py``::

    register(
        "People and companies",
        Kind("contact.changed", "Contact changed", "changed {changes}[ of {record}]", "pencil"),
        Kind("contact.deleted", "Contact deleted", "moved {record} to the bin", "trash"),
    )
    register_noun(Noun("crm.contact", "contact", urls=contact_urls, fields={"title": Field("Job title")}))

A sentence follows the name of whoever acted. ``{record}`` is the event's record by the name it had then,
``{changes}`` names the fields that were changed; other words are the payload's own, or come from ``details``.
What stands in square brackets is left out on the record's own page.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

Data = Mapping[str, Any]

OWN = "own:"  # before the name of a field that the firm itself added, as it was called then


@dataclass(frozen=True)
class Ref:
    """A record that a sentence names: shown as a link to those who may see it, as long as it is there."""

    type: str  # the model, as in "crm.contact"
    public_id: UUID | str
    name: str


def no_details(data: Data) -> dict[str, str | Ref]:
    """The payload's own words are enough."""
    return {}


@dataclass(frozen=True)
class Kind:
    """What ``audit.record`` calls ``name``, in words."""

    name: str
    label: str  # in lists of kinds: "Contact changed"
    words: str  # after the actor's name: "changed {changes}[ of {record}]"
    icon: str = "point"
    details: Callable[[Data], Mapping[str, str | Ref]] = no_details
    unchanged: str = "saved {record}"  # in place of {changes} when nothing of it may be shown


def plain(value: Any) -> str:
    """A stored value as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


@dataclass(frozen=True)
class Field:
    """A field as changes name it. ``needs``: the action that a reader must be allowed to see it.

    One that ``names_records`` holds names of records that whoever sees only their own may not know of.
    """

    label: str
    write: Callable[[Any], str] = plain
    is_long: bool = False
    needs: str = ""
    names_records: bool = False

    def shown(self, value: Any) -> str:
        """The value in words; one of another time, in another shape, as it stands."""
        try:
            return self.write(value)
        except (KeyError, TypeError, ValueError):
            return plain(value)


def nowhere(reader: Any, public_ids: Collection[UUID]) -> dict[UUID, str]:
    """Such a record has no page."""
    return {}


@dataclass(frozen=True)
class Noun:
    """A kind of record that events are about: what it and its fields are called, and where its pages are.

    ``urls`` answers for a member which of these records they may see, and where, in one statement.
    ``left_out`` names fields that say nothing to people; ``own`` tells a field that the firm itself added by its name.
    """

    type: str
    noun: str
    fields: Mapping[str, Field] = field(default_factory=dict)
    urls: Callable[[Any, Collection[UUID]], dict[UUID, str]] = nowhere
    left_out: frozenset[str] = frozenset()
    own: Callable[[str], Field] = Field

    def field(self, name: str) -> Field:
        if name.startswith(OWN):
            return self.own(name.removeprefix(OWN))
        return self.fields.get(name) or Field(name.replace("_", " ").capitalize())

    def place_of(self, name: str) -> tuple[int, str]:
        """Fields are told in the order of their declaration, the others after them: a payload keeps none."""
        declared = list(self.fields)
        return (declared.index(name) if name in declared else len(declared), name)


_kinds: dict[str, tuple[str, Kind]] = {}
_nouns: dict[str, Noun] = {}


def register(group: str, *kinds: Kind) -> None:
    """Declare kinds under the heading that lists of kinds show."""
    _kinds.update({kind.name: (group, kind) for kind in kinds})


def register_noun(noun: Noun) -> None:
    """Declare a kind of record."""
    _nouns[noun.type] = noun


def is_declared(name: str) -> bool:
    """Whether some app has words for this kind."""
    return name in _kinds


def kind_called(name: str) -> Kind:
    """The kind's words; for one that nobody declared, those that its name suggests."""
    if name in _kinds:
        return _kinds[name][1]
    noun, _, verb = name.replace("_", " ").partition(".")
    return Kind(name, f"{noun} {verb}".strip().capitalize(), f"{verb or noun} {{record}}")


def noun_of(type_: str) -> Noun:
    """The words of a kind of record; for one that nobody declared, those of its model's name."""
    return _nouns.get(type_) or Noun(type_, type_.rpartition(".")[2] or "record")


def has_noun(type_: str) -> bool:
    """Whether some app has words for this kind of record."""
    return type_ in _nouns


def nouns() -> list[Noun]:
    """Every declared kind of record."""
    return [*_nouns.values()]


def kinds_by_group() -> dict[str, list[Kind]]:
    """Every declared kind under its heading, in the order in which apps declared them."""
    groups: dict[str, list[Kind]] = {}
    for group, kind in _kinds.values():
        groups.setdefault(group, []).append(kind)
    return groups
