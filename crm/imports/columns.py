"""The columns of one file: which of our fields each is, and what says the kind of its values."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from crm.imports import mapping
from crm.imports.header_words import MOBILE_WORDS
from lib.sheets import Sheet

_MOBILE = frozenset(MOBILE_WORDS.split())


@dataclass(frozen=True)
class Column:
    """A mapped column: where its value stands, and where the word for it stands if the file has one."""

    index: int
    header: str
    place: str
    usual_label: str
    label_index: int | None

    def title(self, fallback: str) -> str:
        """What a value of this column is called in the note."""
        return re.sub(r"\s*-\s*Value$", "", self.header) if not self.header.startswith("Column ") else fallback

    def label(self, values: Sequence[str]) -> str:
        """Work, Home, Mobile, or what the file itself says."""
        if self.label_index is None:
            return self.usual_label
        return values[self.label_index].replace("* ", "").strip()[:40]


def mapped(header: Sequence[str], fields: Sequence[str]) -> list[tuple[str, Column]]:
    """The columns that are taken, each with the name of its field."""
    return [
        (field, Column(index, name, mapping.place_of(name), _label_of(name), label_column(header, name)))
        for index, (field, name) in enumerate(zip(fields, header, strict=True))
        if field
    ]


def _label_of(header: str) -> str:
    """The kind of number or address that a column's name says."""
    if _MOBILE & set(mapping.words_of(header).split()):
        return "Mobile"
    place = mapping.place_of(header)
    return place.capitalize() if place in {"work", "home", "other"} else ""


def unused_columns(sheet: Sheet, fields: Sequence[str]) -> list[int]:
    """The columns that are neither taken nor tell the kind of one that is."""
    labels = {label_column(sheet.header, name) for name, field in zip(sheet.header, fields, strict=True) if field}
    return [index for index, field in enumerate(fields) if not field and index not in labels]


def label_column(header: Sequence[str], name: str) -> int | None:
    """Google writes "E-mail 1 - Label" (before 2024: Type) beside "E-mail 1 - Value"."""
    if not name.endswith(" - Value"):
        return None
    labels = [name.removesuffix("Value") + word for word in ("Label", "Type")]
    return next((index for index, other in enumerate(header) if other in labels), None)
