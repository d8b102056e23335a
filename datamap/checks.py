"""``manage.py check`` compares the data map with the models, and says what to type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.apps.config import AppConfig
from django.contrib.postgres.fields import ArrayField
from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db.models import CharField, Field, FileField, JSONField, Model, TextField

from datamap import suggestions
from datamap.registry import SELF, Entry, Registry, columns, registry
from datamap.vocabulary import Basis, Category, Erasure, Interest, Keep

Messages = Iterator[checks.CheckMessage]


@checks.register("datamap")
def check_datamap(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Every column of every table of every app has exactly one answer, and every answer a column."""
    return list(problems(registry, tables()))


def tables() -> list[type[Model]]:
    """Every model of the house that has a table of its own."""
    return [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]


def problems(book: Registry, models: Sequence[type[Model]]) -> Messages:
    """What is wrong between the entries of ``book`` and ``models``."""
    for model in models:
        entry = book.entry_of(model)
        if entry is not None:
            yield from _entry_problems(book, entry)
        elif model._meta.label not in book.nothing_personal():
            hint = suggestions.for_model(book, model)
            yield _error("E001", f"The data map does not know {model._meta.label}.", hint, model)
    known = {model._meta.label_lower for model in models}
    for label in [entry.label for entry in book.entries()] + list(book.nothing_personal()):
        if label.lower() not in known:
            message = f"The data map describes {label}, which no longer exists."
            yield _error("E003", message, f"Delete the call that describes {label}.", label)


def _entry_problems(book: Registry, entry: Entry) -> Messages:
    fields = {field.name: field for field in columns(entry.model)}
    stale = sorted((set(entry.fields) | entry.not_personal) - set(fields))
    for name in stale:
        message = f"The data map describes {entry.label}.{name}, which no longer exists."
        yield _error("E003", message, f'Delete "{name}" from {suggestions.call(entry.model)}.', entry.model)
    for name in sorted(set(entry.fields) & entry.not_personal):
        yield _contradiction(entry, name, "stands in fields and in not_personal", "Delete one of the two.")
    misnamed = [name for name, column in entry.fields.items() if not Category.has(column.category)]
    for name in misnamed:
        message = f"{entry.label}.{name} is called {entry.fields[name].category!r}, which is no category."
        hint = f"{suggestions.for_column(fields[name]) if name in fields else ''}{suggestions.WORDS}"
        yield _error("E004", message, hint, entry.model)
    described = []
    for name, field in fields.items():
        if name in misnamed:
            continue
        category = book.category_of(entry, field)
        if category is None:
            message = f"The data map does not know {entry.label}.{name}: does it tell something about a person?"
            hint = f"{suggestions.for_column(field)}{suggestions.WORDS}"
            yield _error("E002", message, hint, entry.model)
        else:
            described.append(category)
            yield from _column_problems(book, entry, field, category)
    yield from _incompleteness(book, entry, described)


def _incompleteness(book: Registry, entry: Entry, categories: list[Category]) -> Messages:
    """A table about people says why, on which basis, whose its rows are and from when its period counts."""
    missing = []
    is_personal = any(category.is_personal for category in categories)
    if is_personal and not any(entry.purposes):
        missing.append(suggestions.PURPOSE)
    leads_nowhere = any(isinstance(path, str) and not _leads(entry, path) for path in entry.paths.values())
    is_about_subject = any(category.is_personal and category is not Category.LINK for category in categories)
    if leads_nowhere or (is_about_subject and entry.rows_for is None):
        missing.append(suggestions.rows_for(book, entry.model))
    if is_personal and (entry.basis is Basis.LEGITIMATE_INTEREST) != (entry.interest is not None):
        choices = " or ".join(f"interest=Interest.{interest.name}" for interest in Interest)
        missing.append(f"basis=Basis.LEGITIMATE_INTEREST together with {choices}")
    if entry.retention.days is not None and not _leads(entry, entry.counted_from or ""):
        missing.append('counted_from="…the column with the moment from which the days count…"')
    if missing:
        message = f"The data map says too little about {entry.label}."
        hint = f"In {suggestions.call(entry.model)} say: " + ", ".join(missing)
        yield _error("E005", message, hint, entry.model)


def _column_problems(book: Registry, entry: Entry, field: Field[Any, Any], category: Category) -> Messages:
    """Answers that contradict each other, or the column."""
    name = field.name
    is_link = category is Category.LINK
    if category is Category.TECHNICAL and book.is_key_of_person(field):
        yield _contradiction(entry, name, "is the key of a person", "Leave it out, then it is a link.")
    if name in entry.not_personal and _is_typed(field):
        trouble = "is typed by people: it may name anybody, and support would see it"
        hint = f'Move it from not_personal to fields: "{name}": "business" or "{name}": "free text".'
        yield _contradiction(entry, name, trouble, hint)
    if is_link and not book.is_key_of_person(field):
        hint = "Describe the model it points at with rows_for=SELF, or use another word."
        yield _contradiction(entry, name, "is called a link but is not the key of a person", hint)
    said = entry.fields[name].erase if name in entry.fields else None
    erase = book.answer_for(entry, field).erase
    if said is not None and entry.erase is Erasure.DELETE_ROW and not is_link:
        yield _contradiction(entry, name, "goes with its row, yet says erase", "Delete one of the two.")
    elif said is Erasure.DELETE_ROW and not is_link:
        hint = f"Say erase=Erasure.DELETE_ROW in {suggestions.call(entry.model)} itself."
        yield _contradiction(entry, name, "cannot take its row along", hint)
    elif category.is_personal and erase is Erasure.UNTOUCHED:
        hint = 'Let it be erased, or say erase=Keep(Reason.…, "…why it must stay…").'
        yield _contradiction(entry, name, "is about a person, yet nothing is to happen to it", hint)
    elif isinstance(erase, Keep) and not (erase.reason.is_usable and erase.why):
        hint = f"“{erase.reason}”: {erase.reason.meaning} Choose a usable reason and say why in a sentence."
        yield _contradiction(entry, name, "may not be kept like this", hint)
    elif erase is Erasure.CLEAR and not _can_be_empty(field):
        hint = (
            f'Say "{name}": Column("{category}", erase=Erasure.PSEUDONYMISE), or '
            f'erase=Keep(Reason.…, "…why…"), or erase=Erasure.DELETE_ROW for the whole row.'
        )
        yield _contradiction(entry, name, "is to be cleared, but the column cannot be empty", hint)


def _is_typed(field: Field[Any, Any]) -> bool:
    is_text = isinstance(field, (CharField, TextField, JSONField, FileField))
    return is_text and field.editable and not field.choices


def _can_be_empty(field: Field[Any, Any]) -> bool:
    has_empty_value = isinstance(field, (CharField, TextField, FileField, JSONField, ArrayField))
    has_plain_default = field.has_default() and not callable(field.default)
    return field.null or ((has_empty_value or has_plain_default) and not field.unique)


def _leads(entry: Entry, path: str) -> bool:
    """Does a path like ``"sheet__person"`` lead somewhere, key by key?"""
    if path == SELF:
        return True
    here: Any = entry.model
    try:
        for step in path.split("__"):
            here = here._meta.get_field(step).related_model
    except (FieldDoesNotExist, AttributeError):
        return False
    return True


def _contradiction(entry: Entry, name: str, trouble: str, hint: str) -> checks.CheckMessage:
    return _error("E006", f"In the data map, {entry.label}.{name} {trouble}.", hint, entry.model)


def _error(code: str, message: str, hint: str, obj: Any) -> checks.CheckMessage:
    return checks.Error(message, hint=hint, obj=obj, id=f"datamap.{code}")
