"""Texts in the firm's own fields are words by which a record is found."""

from __future__ import annotations

from collections.abc import Iterable

from crm import search
from crm.fields.registry import every
from crm.models import Record
from lib.text import words

MOST_WORDS = 200  # of one field; the rest of a very long text is read, not found


def own_words(record: Record) -> Iterable[str]:
    """The words of its texts, those of archived fields too: they come back with their field."""
    if not record.custom:
        return
    for field in every(str(record._meta.model_name)):
        if field.of_kind.is_text and (text := record.custom.get(field.key)):
            yield from words(text)[:MOST_WORDS]


search.add_words(own_words)
