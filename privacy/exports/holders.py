"""The archive of somebody who signs in: what we keep about them ourselves, whichever firms they work in.

Admin, Your data hands it out (privacy/rights), with a file more in which what we and the firm keep stands in words.
What a firm keeps about them is the firm's, and in its archive of that person. Nothing of this lies on a disk: it is
little, and goes out as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db.models import BigIntegerField, Model

import datamap
from accounts.models import User
from audit.keys import ready_key
from datamap import Party, Subject
from privacy.exports.archive import Writing
from privacy.exports.entities import OUR_NUMBER, Column, Entity, left_out
from privacy.exports.scopes import NOT_ABOUT_THEM, Part, Scope
from privacy.exports.snapshot import Snapshot
from tenancy.globals import fenced_models

KIND = "holder"
OF_A_FIRM = "A firm's: in its archive of this person."
ELSEWHERE = "Names another record by a number of ours."


@dataclass(frozen=True)
class Holder:
    """Who stands in the place of an account: no firm's fence opens to its number."""

    public_id: UUID
    name: str
    slug: str = ""
    pk: int = 0


def archive_of(user: User, beside: Mapping[str, str] | None = None) -> Iterator[bytes]:
    """The archive, in pieces. ``beside`` are texts that go into it, by the names of their files."""
    with Snapshot(0) as snapshot:
        holder = Holder(user.public_id, str(user))
        writing = Writing(holder, scope_of_holder(user), snapshot, ready_key(), str(user), beside=beside or {})
        yield from writing.chunks()


def scope_of_holder(user: User) -> Scope:
    """Every table in which we keep something about this person for purposes of our own, and why not the others."""
    parts = tuple(_parts(user))
    carried = {part.entity.name for part in parts}
    every = {entry.model._meta.label_lower: _why_not(entry.model) for entry in datamap.entries()}
    others = {name: reason for name, reason in (left_out() | every).items() if name not in carried}
    return Scope(KIND, parts, dict(sorted(others.items())), str(user.public_id))


def _parts(user: User) -> Iterator[Part]:
    """Only the first rows of a table: those after it merely name the person."""
    seen: set[type[Model]] = set()
    for model in [entry.model for entry in datamap.entries() if _is_ours(entry.model)]:
        entity = _entity(model)
        for rows in datamap.rows_about(user):
            if rows.queryset.model is not model or model in seen or not entity.columns:
                continue
            seen.add(model)
            with suppress(EmptyResultSet):
                query, params = rows.queryset.order_by().values("pk").query.sql_with_params()
                key = model._meta.pk.column
                yield Part(entity, f't."{key}" IN ({query})', tuple(params))


def _is_ours(model: type[Model]) -> bool:
    """Whether rows about somebody who signs in stand there for purposes of our own, outside every firm's fence."""
    entry = datamap.registry.entry_of(model)
    return (
        entry is not None
        and Subject.ACCOUNT_HOLDER in entry.paths
        and entry.party == Party.CONTROLLER
        and not isinstance(entry.exported, str)
        and model not in fenced_models()
    )


def _why_not(model: type[Model]) -> str:
    entry = datamap.registry.entry_of(model)
    if entry is not None and isinstance(entry.exported, str):
        return entry.exported
    return NOT_ABOUT_THEM if _is_ours(model) else OF_A_FIRM


def _entity(model: type[Model]) -> Entity:
    """The table with all its columns; of keys, which would lead out of the archive, it has none."""
    columns, omitted = [], []
    for answer in datamap.columns_of(model):
        field: Any = model._meta.get_field(answer.field)
        if reason := answer.not_exported or _why_no_column(field):
            omitted.append((answer.column, reason))
        else:
            columns.append(Column("id" if field.name == "public_id" else field.name, answer.column, field, answer))
    return Entity(model._meta.label_lower, model, tuple(columns), tuple(omitted), is_everywhere=True)


def _why_no_column(field: Any) -> str:
    if field.is_relation:
        return ELSEWHERE
    is_number = field.primary_key or (isinstance(field, BigIntegerField) and str(field.column).endswith("_id"))
    return OUR_NUMBER if is_number else ""
