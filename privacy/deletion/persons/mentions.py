# ruff: noqa: S608  (what is put into the statements are names of our own tables and columns)
"""Texts that name somebody and are about something else: found in every table, read by a person, then blanked.

The tables come from the models, not from what is known to be about the person: nobody knows where a name was typed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Model
from django.db.models.functions import Cast

import datamap
from accounts.files.sealed import DamagedFile, TextBox
from accounts.models import Account, ApiAnswer, Membership, OutgoingMail, User
from audit.models import Payload
from crm import search
from crm.fields import keys
from crm.models import BulkChange, CustomKey, ImportedChange, ImportedRow, Mail, MergedRow, Record, SearchToken
from crm.undo import DERIVED
from datamap import Category
from lib.seals import marks
from privacy.deletion.persons.plan import Plan, rows_of
from privacy.deletion.persons.traces import Traces
from privacy.support_access.models import TicketMessage
from tenancy.context import current_account_id
from tenancy.globals import has_account

COPIES: frozenset[type[Model]] = frozenset(
    {ApiAnswer, BulkChange, ImportedChange, ImportedRow, MergedRow, OutgoingMail}
)
"""Copies for undoing, repeating and sending: a row that names the person goes, nobody has to read it."""

DERIVED_TABLES = frozenset({CustomKey, SearchToken})  # made anew from what was blanked
THEIR_OWN = frozenset({Account, Membership, User})
BODY = "sealed_body"
AROUND = 80  # characters of a text on each side of the name, where it is long
_TEXTS = (models.CharField, models.TextField, models.JSONField, ArrayField)
_STRUCTURED = frozenset({Category.IDENTITY, Category.CONTACT_DETAILS, Category.POSTAL_ADDRESS})


@dataclass(frozen=True)
class Mention:
    """One column of one row. ``is_sure``: it names the person and nobody else; then it is blanked unless spared."""

    model: type[Model]
    number: int
    field: str
    name: str
    words: str
    is_sure: bool
    may_change: bool = True  # not in a line that may only be added, a proof of somebody else's

    @property
    def what(self) -> str:
        """What it is, in words."""
        column: Any = self.model._meta.get_field(self.field)
        label = column.verbose_name if self.field != BODY else "text"
        return f"{self.model._meta.verbose_name}, {label}".capitalize()


def mark(mentions: Iterable[Mention]) -> str:
    """Changes when somebody writes another such text, or another word in one."""
    return marks("texts that name somebody", repr([(each.name, each.words) for each in mentions]))[0]


def find(traces: Traces, plan: Plan) -> list[Mention]:
    """Texts of the active account that name the person. Rows that are mere copies go into the plan at once."""
    found: list[Mention] = []
    if not traces.all:
        return found
    for model in _tables():
        numbers = _rows_naming(model, traces) - plan.doomed.get(model, set())
        if model in COPIES:
            plan.doomed[model] |= {row.pk for row in _read(model, numbers) if _names(row, traces)}
            continue
        for row in _read(model, numbers):
            found += _in_row(row, traces, plan)
    plan.events |= _events_naming(traces)
    return sorted([*found, *_bodies(traces, plan)], key=lambda each: (not each.is_sure, each.what, each.number))


def blank(mentions: Collection[Mention], traces: Traces) -> dict[type[Model], int]:
    """Take the person's words out of these texts, and out of what is found by them. How many rows, by table."""
    by_row: dict[tuple[type[Model], int], list[str]] = defaultdict(list)
    for each in mentions:
        by_row[each.model, each.number].append(each.field)
    changed: dict[type[Model], list[Any]] = defaultdict(list)
    for (model, number), fields in by_row.items():
        if row := _read(model, [number]).first():
            _blank_row(row, fields, traces)
            changed[model].append(row)
    for model, rows in changed.items():
        if search.is_found(model):
            search.reindex(rows)
        if issubclass(model, Record):
            keys.store(rows)
    return {model: len(rows) for model, rows in changed.items()}


def _blank_row(row: Any, fields: Iterable[str], traces: Traces) -> None:
    values = {}
    for name in fields:
        if name == BODY:
            row.set_body(traces.blanked(row.body()))
            values[BODY] = row.sealed_body
            continue
        column: Any = row._meta.get_field(name)
        value = traces.blanked(getattr(row, name))
        if isinstance(column, models.EmailField):
            value = ""
        elif column.max_length and isinstance(value, str):
            value = value[: column.max_length]
        setattr(row, name, value)
        values[name] = value
    if hasattr(row, "fill_derived"):
        row.fill_derived()
        names = {column.name for column in row._meta.concrete_fields}
        values |= {name: getattr(row, name) for name in DERIVED & names}
    rows_of(type(row), [row.pk]).update(**values)


@lru_cache(maxsize=1)
def _tables() -> tuple[type[Model], ...]:
    """Every table with an account's texts."""
    found = [model for model in apps.get_models() if has_account(model) and model._meta.app_label != "audit"]
    wanted = [model for model in found if model not in THEIR_OWN | DERIVED_TABLES and text_columns(model)]
    return (*wanted, TicketMessage)


@lru_cache(maxsize=1)
def _fixed() -> frozenset[tuple[str, str]]:
    """Columns of texts that the app may write once, and never again."""
    columns = [(each._meta.db_table, column.column) for each in _tables() for column in text_columns(each)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t, c FROM unnest(%s::text[], %s::text[]) AS texts (t, c) "
            "WHERE NOT has_column_privilege(t, c, 'UPDATE')",
            [list(names) for names in zip(*columns, strict=True)],
        )
        return frozenset(cursor.fetchall())


@cache
def text_columns(model: Any) -> tuple[Any, ...]:
    """Columns in which somebody may have typed a name."""
    derived = {answer.field for answer in datamap.columns_of(model) if answer.category is Category.SEARCH}
    columns = [each for each in model._meta.local_concrete_fields if isinstance(each, _TEXTS) and not each.choices]
    return tuple(each for each in columns if each.name not in derived | DERIVED and not each.primary_key)


def _rows_naming(model: Any, traces: Traces) -> set[int]:
    table, names = model._meta.db_table, [f't."{column.column}"::text' for column in text_columns(model)]
    belongs = "t.account_id = %s"
    if model is TicketMessage:
        belongs = "t.ticket_id IN (SELECT id FROM support_access_ticket WHERE account_id = %s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT t."{model._meta.pk.column}" FROM "{table}" t '
            f"WHERE {belongs} AND concat_ws(chr(10), {', '.join(names)}) ~* %s",
            [current_account_id(), traces.all],
        )
        return {number for (number,) in cursor.fetchall()}


def _read(model: type[Model], numbers: Collection[int]) -> Any:
    return rows_of(model, numbers).order_by("pk")


def _in_row(row: Any, traces: Traces, plan: Plan) -> Iterator[Mention]:
    emptied = plan.emptied.get(type(row), {})
    answers = {answer.field: answer for answer in datamap.columns_of(type(row))}
    for column in text_columns(row._meta.model):
        words = _words(getattr(row, column.name))
        if row.pk not in emptied.get(column.name, ()) and traces.perhaps_in(words):
            is_free = answers[column.name].category not in _STRUCTURED
            yield _mention(row, column.name, words, is_sure=is_free and traces.surely_in(words))


def _mention(row: Any, field: str, words: str, *, is_sure: bool) -> Mention:
    place = getattr(row, "public_id", None) or row.pk
    may_change = (row._meta.db_table, field) not in _fixed()
    return Mention(type(row), row.pk, field, f"{row._meta.label_lower} {place} {field}", words, is_sure, may_change)


def _names(row: Any, traces: Traces) -> bool:
    return any(traces.surely_in(_words(getattr(row, column.name))) for column in text_columns(row._meta.model))


def _bodies(traces: Traces, plan: Plan) -> Iterator[Mention]:
    """The words of logged mails are sealed: each is opened, since nothing else knows what it says."""
    doomed, box = plan.doomed.get(Mail, set()), TextBox()
    for mail in Mail.objects.order_by("pk").iterator(chunk_size=200):
        with suppress(DamagedFile):  # what nobody can open names nobody
            words = "" if mail.pk in doomed else mail.body(box)
            if traces.perhaps_in(words):
                yield _mention(mail, BODY, words, is_sure=traces.surely_in(words))


def _events_naming(traces: Traces) -> set[int]:
    """Lines of the log that name the person: their words can't be changed, so they go as a whole."""
    if not traces.sure:
        return set()
    rows = Payload.objects.annotate(text=Cast("data", models.TextField())).filter(text__iregex=traces.sure)
    return {row.event_id for row in rows if traces.surely_in(_words(row.data))}


def _words(value: Any) -> str:
    """A text, or every text of a JSON value."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "\n".join(_words(each) for pair in value.items() for each in pair)
    return "\n".join(_words(each) for each in value) if isinstance(value, list | tuple) else ""
