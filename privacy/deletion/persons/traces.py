"""By which words somebody is known, and how to find them in texts that are about something else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from crm.models import Contact
from lib.phones import e164, national_digits
from lib.seals import marks

BLANK = "[erased]"
FEWEST_DIGITS = 6
FEWEST_LETTERS = 4
_BETWEEN_DIGITS = r"[ ()./-]*"


@dataclass(frozen=True)
class Traces:
    """Addresses, numbers and names of one person. ``parts`` are names alone, which others may bear, too."""

    addresses: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()  # digits
    names: frozenset[tuple[str, str]] = frozenset()
    parts: frozenset[str] = frozenset()

    @cached_property
    def sure(self) -> str:
        """What surely is the person: a pattern that PostgreSQL and Python read alike; empty for nobody."""
        found = [re.escape(address) for address in self.addresses]
        found += [rf"\+?0*{_BETWEEN_DIGITS.join(digits)}" for digits in self.numbers]
        for first, last in self.names:
            found += [rf"{_spaced(first)}\s+{_spaced(last)}", rf"{_spaced(last)},?\s+{_spaced(first)}"]
        return "|".join(sorted(found, key=lambda each: (-len(each), each)))

    @cached_property
    def all(self) -> str:
        """The same, and what may be somebody else."""
        parts = [_spaced(part) for part in sorted(self.parts)]
        return "|".join(filter(None, [self.sure, *parts]))

    def surely_in(self, text: str) -> bool:
        return bool(self.sure) and _whole(self.sure).search(text) is not None

    def perhaps_in(self, text: str) -> bool:
        return bool(self.all) and _whole(self.all).search(text) is not None

    def blanked(self, value: Any) -> Any:
        """A text, or the texts of a JSON value, without a word of the person."""
        if isinstance(value, str):
            return _whole(self.all).sub(BLANK, value)
        if isinstance(value, dict):
            return {self.blanked(name): self.blanked(each) for name, each in value.items()}
        return [self.blanked(each) for each in value] if isinstance(value, list | tuple) else value

    def marks(self) -> list[str]:
        """The addresses as keyed hashes."""
        return sorted(mark_of(address) for address in self.addresses)


def mark_of(address: str) -> str:
    """By what an erased address is recognised: under the newest secret."""
    return marks_of(address)[0]


def marks_of(address: str) -> list[str]:
    """The same, under the secrets before it, too."""
    return marks("address of somebody erased", address.strip().lower())


def of_contacts(contacts: Iterable[Contact]) -> Traces:
    """A contact, with those that became a part of it."""
    known = list(contacts)
    addresses = [email for each in known for email in (each.email, *_all(each.emails, "email"))]
    numbers = [number for each in known for number in (each.phone, each.phone_e164, *_all(each.phones, "phone"))]
    return _traces(addresses, numbers, [(each.first_name, each.last_name) for each in known])


def of_user(user: Any, further: Iterable[str] = ()) -> Traces:
    """Somebody who signs in; ``further`` are their other addresses."""
    return _traces([user.email, *further], [user.phone], [(user.first_name, user.last_name)])


def _traces(addresses: Iterable[str], numbers: Iterable[str], names: Iterable[tuple[str, str]]) -> Traces:
    plain = {re.sub(r"[^\d+]", "", number) for number in numbers}
    digits = {number.lstrip("+0") for number in plain}
    digits |= {national_digits(number if number.startswith("+") else e164(number)) for number in plain}
    called = {(first.strip(), last.strip()) for first, last in names}
    alone = {part for first, last in called for part in ((last,) if last else (first,))}
    return Traces(
        addresses=frozenset(address.strip().lower() for address in addresses if "@" in address),
        numbers=frozenset(each for each in digits if len(each) >= FEWEST_DIGITS),
        names=frozenset((first, last) for first, last in called if first and last),
        parts=frozenset(part for part in alone if len(part) >= FEWEST_LETTERS),
    )


def _all(rows: Any, column: str) -> list[str]:
    return list(rows.values_list(column, flat=True))


def _spaced(name: str) -> str:
    return r"\s+".join(map(re.escape, name.split()))


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)
