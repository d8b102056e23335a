"""What an account consists of, table by table: read from the data map, so that nobody keeps a second list.

``entities()`` are the tables whose rows belong to a firm; ``left_out()`` are all others, each with the reason. Together
they are the data map. An archive is made of them, and an erasure can be measured against them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import BigIntegerField, Field, Model

import datamap
from accounts.files.purposes import left_out_of_archives
from accounts.models import Account, StoredFile, User
from datamap import Answer
from datamap.registry import columns as columns_of_table
from privacy.support_access.models import StaffAction, TicketMessage
from tenancy.globals import has_account

OUR_NUMBER = "A number of our own: outside, a record is known by its id."
THE_ACCOUNT = "The same in every row: the manifest says whose they are."
ELSEWHERE = "Points at what an archive does not carry."
OF_THE_PERSON = "A person's own, whichever firm they work in: in the archive of that person."
OF_NO_FIRM = "Holds nothing of any one firm."
OURS = "Our own record of our own people; what they did in an account stands in its log."
IN_THE_LOG = "log/"  # where an archive has the log's tables: sealed together

_SEEN_BY_COLLEAGUES = frozenset({"public_id", "email", "first_name", "last_name"})
_OURS = frozenset({StaffAction})


@dataclass(frozen=True)
class Column:
    """One column: ``name`` in the archive, ``column`` in the table; ``to`` names the entity that a key points at."""

    name: str
    column: str
    field: Field[Any, Any]
    answer: Answer
    to: str = ""


@dataclass(frozen=True)
class Entity:
    """One table of an account. ``omitted`` are columns that stay behind, and why; the log's tables have a ``place``."""

    name: str
    model: type[Model]
    columns: tuple[Column, ...]
    omitted: tuple[tuple[str, str], ...]
    place: str = ""
    is_everywhere: bool = False  # its rows are asked for by whom they are about, whichever account that is

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def about(self) -> str:
        """What a row is, in a sentence."""
        return (self.model.__doc__ or "").strip().split("\n")[0]

    @property
    def keys(self) -> tuple[Column, ...]:
        """The columns that point at another row of the archive."""
        return tuple(column for column in self.columns if column.to)

    @property
    def files(self) -> tuple[Column, ...]:
        """The columns that point at a stored file."""
        return tuple(column for column in self.keys if column.to == _name(StoredFile))

    def belongs(self, alias: str, account_id: int) -> str:
        """The condition, in SQL, under which a row is the account's."""
        if self.is_everywhere:
            return "TRUE"
        purposes = ",".join(f'"{name}"' for name in sorted(left_out_of_archives()))
        condition = _FOUND_BY.get(self.model, _BY_ACCOUNT)
        return condition.format(row=alias, account=int(account_id), left_out=purposes)


@cache
def entities() -> tuple[Entity, ...]:
    """Every table of an account, by name."""
    return tuple(_entity(entry.model) for entry in datamap.entries() if _why_not(entry.model) is None)


@cache
def left_out() -> dict[str, str]:
    """Every other table of the data map, by name: why an account's archive has none of it."""
    found = {_name(entry.model): _why_not(entry.model) or "" for entry in datamap.entries()}
    found |= {label.lower(): OF_NO_FIRM for label in datamap.registry.nothing_personal()}
    return {name: reason for name, reason in sorted(found.items()) if reason}


def entity_of(model: type[Model]) -> Entity:
    """The entity of a model; KeyError when it is none of an account's."""
    return {entity.model: entity for entity in entities()}[model]


def entity_named(name: str) -> Entity | None:
    """The entity that an archive calls so."""
    return {entity.name: entity for entity in entities()}.get(name)


def _why_not(model: type[Model]) -> str | None:
    """Why a table is none of an account's; None for one that is."""
    entry = datamap.registry.entry_of(model)
    if entry is not None and isinstance(entry.exported, str):
        return entry.exported
    if model in _OURS:
        return OURS
    if _is_of_an_account(model):
        return None
    return OF_THE_PERSON if _is_of_a_person(model) else OF_NO_FIRM


def _is_of_an_account(model: type[Model]) -> bool:
    return model in _FOUND_BY or has_account(model)


def _is_of_a_person(model: type[Model]) -> bool:
    return any(field.related_model is User for field in columns_of_table(model))


def _entity(model: type[Model]) -> Entity:
    columns, omitted = [], []
    for answer in datamap.columns_of(model):
        field: Any = model._meta.get_field(answer.field)
        reason = _why_no_column(model, field, answer)
        if reason is None:
            columns.append(_column(field, answer))
        else:
            omitted.append((answer.column, reason))
    return Entity(
        name=_name(model),
        model=model,
        columns=tuple(columns),
        omitted=tuple(omitted),
        place=IN_THE_LOG if _is_in_the_log(model) else "",
    )


def _column(field: Any, answer: Answer) -> Column:
    name = "id" if field.name == "public_id" and not _is_in_the_log(field.model) else field.name
    return Column(name, answer.column, field, answer, to=_name(field.related_model) if field.is_relation else "")


def _why_no_column(model: type[Model], field: Any, answer: Answer) -> str | None:
    if answer.not_exported is not None:
        return answer.not_exported
    if model is User and field.name not in _SEEN_BY_COLLEAGUES:
        return OF_THE_PERSON
    if _is_in_the_log(model):
        return None
    if field.column == "account_id":
        return THE_ACCOUNT
    if field.primary_key or (isinstance(field, BigIntegerField) and str(field.column).endswith("_id")):
        return OUR_NUMBER
    if field.is_relation and not _may_point_at(field.related_model):
        return ELSEWHERE
    return None


def _may_point_at(model: type[Model]) -> bool:
    return _why_not(model) is None and any(field.name == "public_id" for field in columns_of_table(model))


def _is_in_the_log(model: type[Model]) -> bool:
    return model._meta.app_label == "audit"


def _name(model: type[Model]) -> str:
    return model._meta.label_lower


# ------------------------------------------------------------------------------- whose a row is

_BY_ACCOUNT = "{row}.account_id = {account}"
_FOUND_BY: dict[type[Model], str] = {
    Account: "{row}.id = {account}",
    User: "{row}.id IN (SELECT user_id FROM accounts_membership WHERE account_id = {account})",
    # What was said to the account; notes among staff are in the archive of the person they are about.
    TicketMessage: "{row}.kind <> 'note' AND {row}.ticket_id IN"
    " (SELECT id FROM support_access_ticket WHERE account_id = {account})",
    # Neither former archives nor what is one member's alone.
    StoredFile: _BY_ACCOUNT + " AND NOT {row}.purpose = ANY('{{{left_out}}}')",
}
