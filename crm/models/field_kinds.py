"""The kinds of fields that a firm may add: how a value is read, kept, shown, written to files and put in order.

A value is kept as plain JSON, None where there is none. For each kind ``parse(plain(value)) == value``, whoever
reads and wherever they are, so what was exported can be brought in again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Protocol

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from lib import formats
from lib.text import fold

Json = Any
Choices = list[dict[str, Any]]  # {"key": "gold", "label": "Gold", "is_retired": False}

LONGEST_TEXT = 500
LONGEST_LONG_TEXT = 10_000
LONGEST_LINK = 2_000
LONGEST_KEY = 200  # of a text's folded form in the table of keys
MOST_DIGITS = 15  # what a JSON number holds exactly in every program
NUMBERS_END = Decimal(10) ** 12
NINES = str.maketrans("0123456789", "9876543210")


class Defined(Protocol):
    """What a kind asks of the field it stands for."""

    label: str
    choices: Choices
    currency: str


class Kind:
    """How one kind of field works. A subclass says at least ``read``."""

    name: ClassVar[str]
    label: ClassVar[str]
    about: ClassVar[str]  # what it is for, to choose by
    is_text: ClassVar[bool] = False  # its words are found by search
    can_be_sorted: ClassVar[bool] = True
    schema: ClassVar[dict[str, Any]] = {"type": ["string", "null"]}
    do_not_call_in_templates = True

    def __init__(self, field: Defined) -> None:
        self.field = field

    def parse(self, text: str) -> Json:
        """The value that a typed text means; raises ValidationError with a sentence."""
        if "\0" in text:
            raise ValidationError("A text can't hold the character zero.")
        return self.read(text.strip()) if text.strip() else None

    def accept(self, given: Json) -> Json:
        """The value that a program sent as JSON; null clears it."""
        if given is None:
            return None
        if not isinstance(given, str):
            raise ValidationError("Write a text, in quotes.")
        return self.parse(given)

    def show(self, value: Json) -> str:
        """For people, as this reader writes numbers and dates."""
        return "" if value is None else self.say(value)

    def plain(self, value: Json) -> str:
        """For files and form fields, the same for every reader."""
        return "" if value is None else self.write(value)

    def keys(self, value: Json) -> list[str]:
        """By what it is found and put in order: their plain order is the order of the values."""
        return [] if value is None else self.order(value)

    def told(self, value: Json) -> Json:
        """For programs."""
        return value

    def retired(self, value: Json, present: Json = None) -> list[str]:
        """What of a value is not offered any more, by name; what the record holds at ``present`` may stay."""
        return []

    def offered(self, value: Json, present: Json = None) -> Json:
        """The value without that."""
        return value

    def read(self, text: str) -> Json:
        raise NotImplementedError

    def say(self, value: Json) -> str:
        return self.write(value)

    def write(self, value: Json) -> str:
        return str(value)

    def order(self, value: Json) -> list[str]:
        return [fold(value)[:LONGEST_KEY]]


class Text(Kind):
    """One line."""

    name, label, is_text = "text", "Text", True
    about = "One line: a customer number, a nickname."

    def read(self, text: str) -> str:
        return _at_most(LONGEST_TEXT, " ".join(text.split()))


class LongText(Kind):
    """Several lines."""

    name, label, is_text, can_be_sorted = "long_text", "Long text", True, False
    about = "Several lines: how they like to be written to."

    def read(self, text: str) -> str:
        return _at_most(LONGEST_LONG_TEXT, text.replace("\r\n", "\n").replace("\r", "\n").strip())


class Number(Kind):
    """A number, whole or with decimals. JSON has the very same."""

    name, label = "number", "Number"
    about = "Whole or with decimals; sorted and compared as a number."
    schema = {"type": ["number", "null"]}

    def read(self, text: str) -> int | float:
        number = number_in(text)
        if len(number.normalize().as_tuple().digits) > MOST_DIGITS or _places(number.normalize()) > 6:
            raise ValidationError("Write a number of at most 15 digits, six of them after the point.")
        return int(number) if number == number.to_integral_value() else float(number)

    def accept(self, given: Json) -> Json:
        if given is None:
            return None
        if isinstance(given, bool) or not isinstance(given, int | float):
            raise ValidationError("Write a number, without quotes.")
        return self.parse(self.write(given))

    def say(self, value: Json) -> str:
        number = Decimal(self.write(value))
        return formats.number(number, places=_places(number))

    def write(self, value: Json) -> str:
        return format(Decimal(repr(value)), "f")

    def order(self, value: Json) -> list[str]:
        return [_ordered(Decimal(repr(value)))]


class Money(Kind):
    """An amount in the field's one currency, kept as text: a float would lose cents."""

    name, label = "money", "Money"
    about = "An amount in one currency."
    schema = {
        "type": ["object", "null"],
        "properties": {"amount": {"type": "string"}, "currency": {"type": "string"}},
        "required": ["amount", "currency"],
        "additionalProperties": False,
    }

    def read(self, text: str) -> str:
        for sign in (self.field.currency, formats.currency_symbol(self.field.currency)):
            text = text.removeprefix(sign).removesuffix(sign).strip()
        amount = number_in(text)
        if _places(amount) > 2 and amount != round(amount, 2):
            raise ValidationError("Write an amount with at most two digits after the point.")
        return f"{amount + 0:.2f}"

    def accept(self, given: Json) -> Json:
        if given is None:
            return None
        if not isinstance(given, dict) or given.keys() != {"amount", "currency"} or not _is_amount(given["amount"]):
            raise ValidationError(
                f'Write an amount, as in {{"amount": "120.00", "currency": "{self.field.currency}"}}.'
            )
        if given["currency"] != self.field.currency:
            raise ValidationError(f"This field is in {self.field.currency}.")
        return self.parse(given["amount"])

    def told(self, value: Json) -> Json:
        return None if value is None else {"amount": value, "currency": self.field.currency}

    def say(self, value: Json) -> str:
        return formats.money(Decimal(value), self.field.currency)

    def order(self, value: Json) -> list[str]:
        return [_ordered(Decimal(value))]


class Date(Kind):
    """A calendar day."""

    name, label = "date", "Date"
    about = "A calendar day: a birthday, the end of a contract."
    schema = {"type": ["string", "null"], "format": "date"}

    def read(self, text: str) -> str:
        for written in ("%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y"):
            try:
                return datetime.strptime(text, written).date().isoformat()  # noqa: DTZ007  (a day has no zone)
            except ValueError:
                continue
        raise ValidationError("Write a day as 2026-11-20 or 20 Nov 2026.")

    def say(self, value: Json) -> str:
        return formats.day(date.fromisoformat(value), "year")

    def order(self, value: Json) -> list[str]:
        return [value]


class YesNo(Kind):
    """Yes, no, or nothing said."""

    name, label = "yes_no", "Yes or no"
    about = "Yes, no, or nothing said yet."
    schema = {"type": ["boolean", "null"]}
    words: ClassVar[dict[str, bool]] = {
        **dict.fromkeys(("yes", "y", "true", "1", "x"), True),
        **dict.fromkeys(("no", "n", "false", "0"), False),
    }

    def read(self, text: str) -> bool:
        if fold(text) not in self.words:
            raise ValidationError("Write yes or no.")
        return self.words[fold(text)]

    def accept(self, given: Json) -> Json:
        if given is not None and not isinstance(given, bool):
            raise ValidationError("Write true or false.")
        return given

    def say(self, value: Json) -> str:
        return "Yes" if value else "No"

    def write(self, value: Json) -> str:
        return "yes" if value else "no"

    def order(self, value: Json) -> list[str]:
        return ["1" if value else "0"]


class Choice(Kind):
    """One of the field's choices, kept by its key: a choice that is renamed keeps its records."""

    name, label = "choice", "Choice"
    about = "One of a list that you write."

    def read(self, text: str) -> Json:
        return self.key_by(("label", "key"), text)

    def accept(self, given: Json) -> Json:
        if given is not None and not isinstance(given, str):
            raise ValidationError("Write the key of a choice, in quotes.")
        return self.key_by(("key", "label"), given) if given else None

    def say(self, value: Json) -> str:
        return self.label_of(value)

    def write(self, value: Json) -> str:
        return self.label_of(value)

    def order(self, value: Json) -> list[str]:
        return [self.place_of(value)]

    def key_by(self, parts: Sequence[str], text: str) -> str:
        """The key of the choice that people mean by its label first, and programs by its key."""
        asked = fold(text)
        for part in parts:
            for choice in self.field.choices:
                if fold(choice[part]) == asked:
                    return str(choice["key"])
        raise ValidationError(f"“{text.strip()[:60]}” is not one of the choices.")

    def label_of(self, key: str) -> str:
        return next((choice["label"] for choice in self.field.choices if choice["key"] == key), key)

    def retired(self, value: Json, present: Json = None) -> list[str]:
        kept = _listed(present)
        gone = {choice["key"] for choice in self.field.choices if choice["is_retired"]}
        return [self.label_of(key) for key in _listed(value) if key in gone and key not in kept]

    def offered(self, value: Json, present: Json = None) -> Json:
        return None if self.retired(value, present) else value

    def place_of(self, key: str) -> str:
        """The order of choices is that of their list."""
        keys = [choice["key"] for choice in self.field.choices]
        return f"{keys.index(key) if key in keys else len(keys):03} {key}"


class SeveralChoices(Choice):
    """Any of the field's choices, in the order of their list."""

    name, label, can_be_sorted = "choices", "Several choices", False
    about = "Any number of a list that you write."
    schema = {"type": ["array", "null"], "items": {"type": "string"}}

    def read(self, text: str) -> Json:
        return self.tidy([self.key_by(("label", "key"), part) for part in text.split(";") if part.strip()])

    def accept(self, given: Json) -> Json:
        if given is None:
            return None
        if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
            raise ValidationError("Write a list of choices.")
        return self.tidy([self.key_by(("key", "label"), each) for each in given])

    def offered(self, value: Json, present: Json = None) -> Json:
        return self.tidy([key for key in value or [] if not self.retired(key, present)])

    def tidy(self, keys: list[str]) -> list[str] | None:
        return sorted(set(keys), key=self.place_of) or None

    def say(self, value: Json) -> str:
        return ", ".join(map(self.label_of, value))

    def write(self, value: Json) -> str:
        return "; ".join(map(self.label_of, value))

    def order(self, value: Json) -> list[str]:
        return [self.place_of(key) for key in value]


class Link(Kind):
    """The address of a page."""

    name, label, is_text = "link", "Link", True
    about = "The address of a page, to be opened."
    is_an_address = URLValidator(schemes=["http", "https"], message="Write an address, as in https://tidewater.example")

    def read(self, text: str) -> str:
        address = text if re.match(r"[a-z][a-z0-9+.-]*:", text, re.IGNORECASE) else f"https://{text}"
        self.is_an_address(_at_most(LONGEST_LINK, address))
        return address


def _listed(value: Json) -> list[str]:
    """The keys of one choice, of several, or of none."""
    return value if isinstance(value, list) else [value] if value else []


KINDS: dict[str, type[Kind]] = {
    kind.name: kind
    for kind in (Text, LongText, Number, Money, Date, Choice, SeveralChoices, YesNo, Link)
}  # fmt: skip


def _at_most(longest: int, text: str) -> str:
    if len(text) > longest:
        raise ValidationError(f"Write at most {longest} characters; these are {len(text)}.")
    return text


def _is_amount(given: Json) -> bool:
    return isinstance(given, str) and re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,2})?", given) is not None


def number_in(text: str) -> Decimal:
    """A typed number. A single point is always decimal; what could be read two ways is refused."""
    bare = re.sub(r"[\s'’_]", "", text).replace("−", "-")
    if re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", bare):
        digits = bare.replace(",", "")
        raise ValidationError(f"“{text}” can be read two ways. Write {digits} or {bare.replace(',', '.')}.")
    for thousands, point in ((",", "."), (".", ",")):
        grouped = rf"[+-]?\d{{1,3}}(\{thousands}\d{{3}})+(\{point}\d+)?"
        if re.fullmatch(grouped, bare) and (bare.count(thousands) > 1 or point in bare):
            bare = bare.replace(thousands, "")
            break
    bare = bare.replace(",", ".")
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", bare) or len(bare) > 40:
        raise ValidationError(f"“{text[:60]}” is not a number. Write 1250 or 12.50.")
    number = Decimal(bare)
    if abs(number) >= NUMBERS_END:
        raise ValidationError("Write a number of at most twelve digits before the point.")
    return number


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _ordered(number: Decimal) -> str:
    """A number as text whose plain order is that of numbers: negative ones turned round, before the others."""
    text = f"{abs(number):019.6f}"
    return f"0{text.translate(NINES)}" if number < 0 else f"1{text}"
