"""What to type when the data map asks: calls and lines with a first guess in them, ready to be pasted."""

from __future__ import annotations

import sys
from typing import Any, Final

from django.apps import apps
from django.db.models import CharField, Field, FileField, JSONField, Model, TextField

from datamap.registry import Registry, columns
from datamap.vocabulary import Category

WORDS: Final = "The words are: " + ", ".join(f'"{word}"' for word in Category) + "."
PURPOSE: Final = 'purpose="…why we need it, as the person would read it…"'

_CLUES: Final[tuple[tuple[Category, tuple[str, ...]], ...]] = (
    (Category.SEARCH, ("search", "name_key", "lower")),
    (Category.CREDENTIALS, ("password", "secret", "token", "hash", "api_key", "session_key")),
    (Category.DEVICE, ("user_agent", "ip", "browser", "device")),
    (Category.CONTACT_DETAILS, ("email", "phone", "mobile", "fax", "website", "url")),
    (
        Category.POSTAL_ADDRESS,
        ("address", "street", "city", "postcode", "postal", "zip", "region", "country"),
    ),
    (Category.PREFERENCE, ("language", "locale", "timezone", "time_zone", "zone", "theme")),
    (Category.IDENTITY, ("name", "birthday", "portrait", "avatar")),
    (Category.WORK, ("title", "position", "department", "minutes", "started_at", "stopped_at", "day")),
    (Category.SECURITY, ("last_login", "failed")),
)


def guess(field: Field[Any, Any]) -> Category:
    """The likeliest category, from the column's name and kind; free text when in doubt."""
    for category, clues in _CLUES:
        if any(f"_{clue}_" in f"_{field.name}_" for clue in clues):
            return category
    if isinstance(field, FileField):
        return Category.FILE
    is_text = isinstance(field, (CharField, TextField, JSONField)) and not field.choices
    return Category.FREE_TEXT if is_text else Category.TECHNICAL


def call(model: type[Model]) -> str:
    """How the model's ``describe`` call looks in a hint."""
    return f"describe({model.__name__}, …)"


def for_column(field: Field[Any, Any]) -> str:
    """The line to add for one column."""
    category = guess(field)
    if category is Category.TECHNICAL:
        return f'If it is about nobody, add to not_personal in {call(field.model)}: "{field.name}",  '
    return f'Add to fields in {call(field.model)}: "{field.name}": "{category}",  '


def for_model(book: Registry, model: type[Model]) -> str:
    """The whole call to add for one model, and where."""
    label = model._meta.label
    if "site-packages" not in (sys.modules[model.__module__].__file__ or ""):
        app = apps.get_containing_app_config(model.__module__)
        folder = app.name.replace(".", "/") if app else model.__module__.partition(".")[0]
        return f"Type into {folder}/datamap.py:\n\n{_describe(book, model, model.__name__)}\n"
    return (
        "It belongs to a package. Type into the datamap.py of the app that brought it in:\n\n"
        + _describe(book, model, f'"{label}"')
        + f'\n\nor, if nothing in it is about anybody:\n\nholds_nothing_personal("{label}", because="…")\n'
    )


def rows_for(book: Registry, model: type[Model]) -> str:
    for field in columns(model):
        if book.is_key_of_person(field):
            return f'rows_for="{field.name}"'
    return 'rows_for="…the key of the person, or SELF…"'


def _describe(book: Registry, model: type[Model], reference: str) -> str:
    """A ``describe`` call for the model, without what follows by itself."""
    draft = Registry()
    draft.describe(model)
    [entry] = draft.entries()
    guesses = {field.name: guess(field) for field in columns(model) if draft.category_of(entry, field) is None}
    about = {name: category for name, category in guesses.items() if category is not Category.TECHNICAL}
    rest = [name for name in guesses if name not in about]
    lines = ["describe(", f"    {reference},"]
    if about:
        pairs = [f'        "{name}": "{category}",' for name, category in about.items()]
        lines += [f"    {PURPOSE},", "    fields={", *pairs, "    },"]
    if rest:
        names = ", ".join(f'"{name}"' for name in rest)
        lines.append(f"    not_personal=frozenset({{{names}}}),")
    if about:
        lines.append(f"    {rows_for(book, model)},")
    return "\n".join([*lines, ")"])
