"""Of what an archive is: the whole account, one person, or one contact with everything about them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import JSONField, Model, QuerySet

import datamap
from accounts.models import BellNotice, Membership, User
from crm.models import Contact
from datamap import Category, Subject
from privacy.exports.entities import Entity, entities, entity_of, left_out
from privacy.exports.models import Export
from tenancy.context import current_account_id
from tenancy.globals import has_account
from tenancy.models import AccountModel

WITHHELD = "(left out: about somebody else)"
MERELY_NAMED = "Rows that only name them, such as what they look after or approved, are in the archive of the account."
OF_COLLEAGUES = "What rings for a colleague is in the archive of that colleague."
NOT_ABOUT_THEM = "Nothing in it is about the one whom this archive is about."


@dataclass(frozen=True)
class Part:
    """Some rows of an entity: ``only`` is the SQL that narrows them. ``gaps`` are (id, column) of texts left out."""

    entity: Entity
    only: str = ""
    params: tuple[Any, ...] = ()
    gaps: frozenset[tuple[str, str]] = frozenset()

    @property
    def withheld(self) -> bool:
        return bool(self.gaps)

    def narrowed(self, condition: str) -> Part:
        """Fewer of its rows."""
        return replace(self, only=f"({self.only}) AND {condition}" if self.only else condition)

    def with_gaps(self, row: dict[str, Any]) -> dict[str, Any]:
        """A row without the texts that are about somebody else."""
        return {name: _without(value) if (row.get("id"), name) in self.gaps else value for name, value in row.items()}

    def with_gaps_in_card(self, record: dict[str, Any]) -> dict[str, Any]:
        """The same for a card or an event."""
        return {name: WITHHELD if (record["uid"], name) in self.gaps else value for name, value in record.items()}

    def as_table(self, rows: Iterable[tuple[Any, ...]]) -> bytes:
        """The same for cells as the database spells them: a table like that of every other part."""
        left = {each.name: "{}" if isinstance(each.field, JSONField) else WITHHELD for each in self.entity.columns}
        text = io.StringIO(newline="")
        table = csv.writer(text, lineterminator="\n")
        table.writerow(left)
        for row in rows:
            cells = dict(zip(left, row, strict=True))
            table.writerow([left[name] if (cells["id"], name) in self.gaps else cell for name, cell in cells.items()])
        return text.getvalue().encode()


@dataclass(frozen=True)
class Scope:
    """What goes into an archive, and why the other tables don't."""

    kind: str
    parts: tuple[Part, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    fewer: Mapping[str, str] = field(default_factory=dict)  # entities of which rows have to do with them and stay

    @property
    def is_whole(self) -> bool:
        return self.kind == Export.Scope.ACCOUNT

    def described(self) -> dict[str, str]:
        return {"kind": self.kind, **({"id": self.about} if self.about else {})}


def scope_of(export: Any) -> Scope | None:
    """What an export is of; None when the one whom it is about is gone."""
    if export.scope == Export.Scope.ACCOUNT:
        return whole()
    if export.scope == Export.Scope.CONTACT:
        contact = Contact.objects.filter(public_id=export.about).first()
        return of_contact(contact, export.withheld) if contact else None
    members = Membership.objects.filter(account_id=export.account_id, public_id=export.about)
    member = members.select_related("user").first()
    return of_person(member) if member else None


def whole() -> Scope:
    """Everything that the account has."""
    return Scope(Export.Scope.ACCOUNT, tuple(Part(entity) for entity in entities() if not entity.place), left_out())


def of_contact(contact: Contact, withheld: Iterable[str] = ()) -> Scope:
    """Everything about a contact. ``withheld`` names texts as "entity id column"."""
    gaps: dict[str, set[tuple[str, str]]] = {}
    for entity, place, column in (words.split(" ") for words in withheld):
        gaps.setdefault(entity, set()).add((place, column))
    parts = [replace(part, gaps=frozenset(gaps.get(part.entity.name, ()))) for part in _about(contact)]
    return _some(Export.Scope.CONTACT, contact, parts)


def of_person(member: Membership) -> Scope:
    """Everything about a member, as far as it is the firm's."""
    user = Part(entity_of(User), "t.id = %s", (member.user_id,))
    return _some(Export.Scope.PERSON, member, [user, *_about(member)])


def texts(contact: Contact) -> Iterator[tuple[Entity, Any, str, str]]:
    """What somebody typed about the contact, where others may be named: entity, row, column and words."""
    for entity, numbers in _rows_about(contact):
        names = [column for column in entity.columns if column.answer.category is Category.FREE_TEXT]
        rows: Any = entity.model._default_manager.filter(pk__in=numbers).order_by("pk")
        for row in rows if names else ():
            for column in names:
                words = _words(getattr(row, column.field.name))
                if words.strip():
                    yield entity, row, column.name, words


def _some(kind: str, about: Any, parts: list[Part]) -> Scope:
    named = {part.entity.name for part in parts}
    others = {entity.name: NOT_ABOUT_THEM for entity in entities() if entity.name not in named}
    return Scope(kind, tuple(parts), {**others, **left_out()}, str(about.public_id), fewer=_merely_naming(about))


def _about(person: Model) -> Iterator[Part]:
    """The parts of an archive that are about this person."""
    for entity, numbers in _rows_about(person):
        with suppress(EmptyResultSet):
            query, params = numbers.query.sql_with_params()
            yield Part(entity, f"t.id IN ({query})", tuple(params))


def _rows_about(person: Model) -> Iterator[tuple[Entity, QuerySet[Any]]]:
    """Each entity with the numbers of its rows that are about this person, as the data map finds them."""
    seen: set[str] = set()
    for entity, rows, is_about in _found(person):
        # Only the first rows of a table: those after it merely name the person, such as what they approved.
        if is_about and entity.name not in seen:
            seen.add(entity.name)
            yield entity, _numbers(rows)


def _merely_naming(person: Model) -> dict[str, str]:
    """Entities of which some rows have to do with this person and are not in their archive, each with the reason."""
    seen: set[str] = set()
    found = {entity_of(BellNotice).name: OF_COLLEAGUES}
    for entity, _, is_about in _found(person):
        if is_about and entity.name not in seen:
            seen.add(entity.name)
        else:
            found.setdefault(entity.name, MERELY_NAMED)
    if isinstance(person, Membership):
        for entity, _, _ in _found(person.user):
            if entity.name not in seen:
                found.setdefault(entity.name, MERELY_NAMED)
    return dict(sorted(found.items()))


def _found(person: Model) -> Iterator[tuple[Entity, QuerySet[Any], bool]]:
    """What the data map finds of this person: rows of an entity, and whether they may be about them."""
    subject = Subject.CONTACT if isinstance(person, Contact) else Subject.MEMBER
    known = {entity.model: entity for entity in entities() if not entity.place}
    for rows in datamap.rows_about(person):
        entry = datamap.registry.entry_of(rows.queryset.model)
        if entry and (entity := known.get(entry.model)):
            yield entity, rows.queryset, subject in entry.paths


def _numbers(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Their numbers. A table outside the fence is asked for the account's own in words."""
    is_fenced = issubclass(rows.model, AccountModel)
    if not is_fenced and has_account(rows.model):
        rows = rows.filter(account_id=current_account_id())
    return rows.order_by().values("pk")


def _words(value: Any) -> str:
    """A text, or the values of a firm's own fields."""
    if isinstance(value, dict):
        return "\n".join(str(each) for each in value.values())
    return value if isinstance(value, str) else ""


def _without(value: Any) -> Any:
    return {} if isinstance(value, dict) else WITHHELD
