"""The kinds of fields a resource may have: how each is shown, read and described."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Model

from accounts.api.values import EXAMPLE_ID, EXAMPLE_INSTANT, Wrong, a_day, a_text, an_id, an_instant

Row = Mapping[str, Any]
Schema = dict[str, Any]

A_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
AN_AMOUNT = r"[0-9]{{1,{digits}}}(\.[0-9]{{1,2}})?"
AN_INSTANT = {"type": "string", "format": "date-time", "pattern": "^(19[7-9]|2[01][0-9])[0-9]"}  # of these years


@dataclass(frozen=True)
class Field:
    """One field of a resource: its name and meaning, and the column it comes from.

    ``needs`` names the action without which a member does not see the field. One that ``is_fixed`` is said when
    the record is made, and stays. One that ``is_write_only`` goes with what is sent, and is no part of the record.
    """

    name: str
    about: str = ""
    example: Any = None
    column: str = ""
    is_read_only: bool = False
    is_write_only: bool = False
    is_required: bool = False
    is_fixed: bool = False
    needs: str = ""

    kind: ClassVar[Schema] = {"type": "string"}
    is_plain: ClassVar[bool] = True  # the column's value is what is shown

    @property
    def columns(self) -> tuple[str, ...]:
        """What is read from the database for it."""
        return (self.column or self.name,)

    @property
    def form_names(self) -> tuple[str, ...]:
        """Under which names a form takes it and says what is wrong with it."""
        return (self.name,)

    def show(self, row: Row) -> Any:
        return row[self.columns[0]]

    def take(self, value: Any) -> dict[str, Any]:
        """What the form is given for a JSON value; raises Wrong."""
        raise NotImplementedError

    def schema(self, model: type[Model]) -> Schema:
        """The field in JSON Schema, as answers have it."""
        said = {**self.kind}
        if self.about:
            said["description"] = self.about
        if self.example is not None:
            said["examples"] = [self.example]
        only = {"readOnly": self.is_read_only, "writeOnly": self.is_write_only}
        return {**said, **{name: True for name, is_so in only.items() if is_so}}


class Text(Field):
    """Text; an empty one clears it."""

    def take(self, value: Any) -> dict[str, Any]:
        return {self.name: a_text(value)}

    def longest(self, model: type[Model]) -> int | None:
        """The most characters that it takes, those around the text included; None without a bound."""
        bound: int | None = column_of(model, self.columns[0]).max_length
        return bound

    def schema(self, model: type[Model]) -> Schema:
        longest = self.longest(model)
        bounds = {**({"minLength": 1} if self.is_required else {}), **({"maxLength": longest} if longest else {})}
        return {**super().schema(model), **bounds}


class MaybeText(Field):
    """Text that is only read, or null."""

    kind = {"type": ["string", "null"]}


class MaybeAddress(Field):
    """A whole address, or null."""

    kind = {"type": ["string", "null"], "format": "uri"}


class Reason(Field):
    """Why something is done, where it has to be said."""

    longest: int = 200

    def take(self, value: Any) -> dict[str, Any]:
        return {self.name: a_text(value)}

    def schema(self, model: type[Model]) -> Schema:
        return {**super().schema(model), "maxLength": self.longest}


class Identity(Field):
    """The record's own id."""

    kind = {"type": "string", "format": "uuid"}


class Instant(Field):
    """A moment, in UTC."""

    kind = AN_INSTANT

    def take(self, value: Any) -> dict[str, Any]:
        return {self.name: an_instant(value)}


class MaybeInstant(Instant):
    """A moment, or null."""

    kind = {**AN_INSTANT, "type": ["string", "null"]}

    def take(self, value: Any) -> dict[str, Any]:
        return {self.name: None} if value is None else super().take(value)


class Day(Field):
    """A calendar day."""

    kind = {"type": "string", "format": "date"}

    def take(self, value: Any) -> dict[str, Any]:
        return {self.name: a_day(value)}


class MaybeDay(Day):
    """A calendar day, or null."""

    kind = {"type": ["string", "null"], "format": "date"}

    def take(self, value: Any) -> dict[str, Any]:
        return {self.name: None} if value is None else super().take(value)


class Clock(Field):
    """A time of day to the minute."""

    kind = {"type": "string", "pattern": f"^{A_CLOCK.pattern}$"}
    is_plain = False

    def show(self, row: Row) -> Any:
        return f"{row[self.columns[0]]:%H:%M}"

    def take(self, value: Any) -> dict[str, Any]:
        if not (isinstance(value, str) and A_CLOCK.fullmatch(value)):
            raise Wrong("Write a time of day, as in 15:00.")
        return {self.name: value}


class MaybeClock(Clock):
    """A time of day to the minute, or null."""

    kind = {"type": ["string", "null"], "pattern": f"^{A_CLOCK.pattern}$"}

    def show(self, row: Row) -> Any:
        return None if row[self.columns[0]] is None else super().show(row)

    def take(self, value: Any) -> dict[str, Any]:
        if value is not None and not (isinstance(value, str) and A_CLOCK.fullmatch(value)):
            raise Wrong("Write a time of day, as in 15:00, or null.")
        return {self.name: value}


@dataclass(frozen=True)
class OneOf(Field):
    """One of a few words."""

    words: tuple[str, ...] = ()

    def take(self, value: Any) -> dict[str, Any]:
        if value not in self.words:
            raise Wrong(f"Write one of: {', '.join(self.words)}.")
        return {self.name: value}

    def schema(self, model: type[Model]) -> Schema:
        return {**super().schema(model), "enum": list(self.words)}


class Flag(Field):
    """True or false."""

    kind = {"type": "boolean"}

    def take(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, bool):
            raise Wrong("Write true or false.")
        return {self.name: value}


class MaybeFlag(Flag):
    """True, false, or null for neither."""

    kind = {"type": ["boolean", "null"]}

    def take(self, value: Any) -> dict[str, Any]:
        return {self.name: None} if value is None else super().take(value)


@dataclass(frozen=True)
class Whole(Field):
    """A whole number within bounds, or null where it may be empty."""

    least: int = 1
    most: int = 2**31 - 1
    may_be_null: bool = False

    def take(self, value: Any) -> dict[str, Any]:
        if value is None and self.may_be_null:
            return {self.name: None}
        if isinstance(value, float) and value.is_integer():  # 90.0 is whole too
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            raise Wrong(f"Write a whole number from {self.least} to {self.most}.")
        return {self.name: value}

    def schema(self, model: type[Model]) -> Schema:
        kind = ["integer", "null"] if self.may_be_null else "integer"
        return {**super().schema(model), "type": kind, "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True)
class Number(Field):
    """A number with places after the point, or null. It is text: a float would lose some."""

    digits: int = 7  # before the point
    places: int = 2

    is_plain = False

    @property
    def pattern(self) -> str:
        return rf"[0-9]{{1,{self.digits}}}(\.[0-9]{{1,{self.places}}})?"

    def show(self, row: Row) -> Any:
        number = row[self.columns[0]]
        return None if number is None else f"{number:.{self.places}f}"

    def take(self, value: Any) -> dict[str, Any]:
        if value is not None and not (isinstance(value, str) and re.fullmatch(self.pattern, value)):
            raise Wrong(f'Write a number as text, as in "{self.example or "12.5"}", or null.')
        return {self.name: value}

    def schema(self, model: type[Model]) -> Schema:
        return {**super().schema(model), "type": ["string", "null"], "pattern": f"^{self.pattern}$"}


@dataclass(frozen=True)
class Reference(Field):
    """Another record, by its id."""

    to: str = ""
    may_be_null: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column or f"{self.name}__public_id",)

    def take(self, value: Any) -> dict[str, Any]:
        if value is None and self.may_be_null:
            return {self.name: None}
        return {self.name: an_id(value)}

    def schema(self, model: type[Model]) -> Schema:
        kind = ["string", "null"] if self.may_be_null else "string"
        return {**super().schema(model), "type": kind, "format": "uuid"}


@dataclass(frozen=True)
class SomeOf(Field):
    """Several of a few words, which stand for numbers from 0 on; the list replaces the former one."""

    words: tuple[str, ...] = ()

    is_plain = False

    def show(self, row: Row) -> Any:
        return [self.words[number] for number in row[self.columns[0]]]

    def take(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, list) or any(word not in self.words for word in value):
            raise Wrong(f"Write a list with some of: {', '.join(self.words)}.")
        return {self.name: sorted({self.words.index(word) for word in value})}

    def schema(self, model: type[Model]) -> Schema:
        return {**super().schema(model), "type": "array", "items": {"type": "string", "enum": list(self.words)}}


@dataclass(frozen=True)
class Words(Field):
    """Several short texts; the list replaces the former one."""

    longest: int = 60
    most: int = 30

    def take(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, list):
            raise Wrong('Write a list of texts, as in ["client", "museum"].')
        if any(not a_text(each).strip() for each in value):
            raise Wrong("A text in this list is empty.")
        return {self.name: value}

    def schema(self, model: type[Model]) -> Schema:
        item = {"type": "string", "minLength": 1, "maxLength": self.longest}
        return {**super().schema(model), "type": "array", "items": item, "maxItems": self.most}


@dataclass(frozen=True)
class Group(Field):
    """Several texts that belong together, as the parts of an address; a part not given stays as it is."""

    parts: tuple[str, ...] = ()

    is_plain = False

    @property
    def columns(self) -> tuple[str, ...]:
        return self.parts

    @property
    def form_names(self) -> tuple[str, ...]:
        return self.parts

    def show(self, row: Row) -> Any:
        return {part: row[part] for part in self.parts}

    def take(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Wrong(f"Write an object with some of: {', '.join(self.parts)}.")
        if unknown := sorted(set(value) - set(self.parts)):
            raise Wrong(f"It has no part named {_listed(unknown)}; its parts are: {', '.join(self.parts)}.")
        return {part: a_text(text) for part, text in value.items()}

    def schema(self, model: type[Model]) -> Schema:
        parts = {part: Text(part).schema(model) for part in self.parts}
        return {**super().schema(model), "type": "object", "properties": parts, "additionalProperties": False}


@dataclass(frozen=True)
class Money(Field):
    """An amount with its currency, or null. The amount is text: a float would lose cents."""

    currency: str = "currency"  # the column beside
    digits: int = 7  # before the point

    is_plain = False

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.name, self.currency)

    @property
    def form_names(self) -> tuple[str, ...]:
        return (self.name, self.currency)

    def show(self, row: Row) -> Any:
        amount = row[self.name]
        return None if amount is None else {"amount": f"{amount:.2f}", "currency": row[self.currency]}

    @property
    def pattern(self) -> str:
        return AN_AMOUNT.format(digits=self.digits)

    def take(self, value: Any) -> dict[str, Any]:
        if value is None:
            return {self.name: None}
        is_whole = isinstance(value, dict) and value.keys() == {"amount", "currency"}
        if not is_whole or not isinstance(value["amount"], str) or not re.fullmatch(self.pattern, value["amount"]):
            raise Wrong('Write an amount, as in {"amount": "120.00", "currency": "EUR"}, or null.')
        return {self.name: value["amount"], self.currency: a_text(value["currency"])}

    def schema(self, model: type[Model]) -> Schema:
        parts = {
            "amount": {"type": "string", "pattern": f"^{self.pattern}$"},
            "currency": {"type": "string", "description": "Three letters, as in EUR.", "pattern": "^[A-Z]{3}$"},
        }
        whole = {"properties": parts, "required": ["amount", "currency"], "additionalProperties": False}
        return {**super().schema(model), "type": ["object", "null"], **whole}


@dataclass(frozen=True)
class References(Field):
    """Several other records, by their ids; the list replaces the former one."""

    to: str = ""
    least: int = 0
    most: int = 50

    def take(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, list):
            raise Wrong("Write a list of ids.")
        if not self.least <= len(value) <= self.most:
            raise Wrong(f"Write {self.least} to {self.most} ids.")
        return {self.name: [an_id(each) for each in value]}

    def schema(self, model: type[Model]) -> Schema:
        ids = {"type": "string", "format": "uuid"}
        return {**super().schema(model), "type": "array", "items": ids, "minItems": self.least, "maxItems": self.most}


class Status(Field):
    """Active, or archived: it keeps its hours and takes no more."""

    kind = {"type": "string", "enum": ["active", "archived"]}
    is_plain = False
    columns = ("archived_at",)

    def show(self, row: Row) -> Any:
        return "active" if row["archived_at"] is None else "archived"

    def take(self, value: Any) -> dict[str, Any]:
        if value not in ("active", "archived"):
            raise Wrong("Write active or archived.")
        return {self.name: value}


@dataclass(frozen=True)
class Since(Field):
    """True when the column holds a moment."""

    kind = {"type": "boolean"}
    is_plain = False

    def show(self, row: Row) -> Any:
        return row[self.column] is not None


class Switch(Since):
    """The same, and writing true or false sets or clears it."""

    def take(self, value: Any) -> dict[str, Any]:
        return Flag.take(self, value)  # type: ignore[arg-type]


def column_of(model: type[Model], path: str) -> Any:
    """The model's field at the end of a path like ``owner__public_id``."""
    *steps, last = path.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model  # type: ignore[assignment]
    return model._meta.get_field(last)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"“{name[:60]}”" for name in names)


# What most records have.
ID = Identity("id", "The record's own id.", EXAMPLE_ID, column="public_id", is_read_only=True)
VERSION = Whole("version", "Counts the changes; send it as `If-Match`.", 3, is_read_only=True)
SAMPLE = Flag("is_sample", "Invented, to try things with; not the firm's own.", False, is_read_only=True)
CREATED = Instant("created_at", "When it was added.", EXAMPLE_INSTANT, is_read_only=True)
UPDATED = Instant("updated_at", "When it was changed last.", EXAMPLE_INSTANT, is_read_only=True)
DELETED = MaybeInstant("deleted_at", "Since when it lies in the bin; null outside.", None, is_read_only=True)
