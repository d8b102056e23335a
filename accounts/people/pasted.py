"""People as somebody pastes them: from a mail program, out of a spreadsheet, or typed line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from accounts.models import Invitation, normalise_email

_BRACKETED = re.compile(r"([^<>]*)<([^<>]*)>")
_AROUND = " \t\"'“”„«»,:"
_LINK = re.compile(r"://|\bwww\.|[<>]", re.IGNORECASE)
_is_email = EmailValidator()
LONGEST_NAME = Invitation._meta.get_field("name").max_length


@dataclass(frozen=True)
class Person:
    """Somebody to invite, as far as the text tells."""

    email: str
    name: str = ""
    line: int = 0


@dataclass
class Pasted:
    """Who was found, each address once, and a sentence for each piece that could not be read."""

    people: dict[str, Person] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def add(self, line: int, name: str, address: str) -> None:
        """Take one person, or say what is wrong with them."""
        address, name = address.strip(_AROUND + ".").removeprefix("mailto:"), _first_name_first(name)
        if fault := _fault_of(address, name):
            self.faults.append(f"Line {line}: {fault}")
            return
        email = normalise_email(address)
        known = self.people.setdefault(email, Person(email, name, line))
        if not known.name:
            self.people[email] = replace(known, name=name)


def read(text: str) -> Pasted:
    """``Anna Berg <anna@x.de>``, ``anna@x.de; ben@x.de``, ``Berg, Anna <anna@x.de>``, cells of a spreadsheet."""
    found = Pasted()
    for number, line in enumerate(text.splitlines(), 1):
        for piece in filter(str.strip, line.split(";")):
            for name, address in _pairs(piece):
                found.add(number, name, address)
    return found


def _pairs(piece: str) -> Iterator[tuple[str, str]]:
    """(name, address) of everybody in a piece of text; without an address, the text stands in its place."""
    end = 0
    for match in _BRACKETED.finditer(piece):
        before = [part for part in match[1].split(",") if part.strip(_AROUND)]
        for part in before:
            if "@" in part:
                yield from _plain(part)
        yield ",".join(part for part in before if "@" not in part), match[2]
        end = match.end()
    if piece[end:].strip(_AROUND + "."):
        yield from _plain(piece[end:])


def _plain(text: str) -> Iterator[tuple[str, str]]:
    """Without brackets: the word with an @ is the address, the others are the name."""
    if text.count("@") <= 1:
        yield _name_and_address(re.split(r"[\s,]+", text))
        return
    for part in filter(str.strip, text.split(",")):
        words = part.split()
        if all("@" in word for word in words):
            yield from (("", word) for word in words)
        else:
            yield _name_and_address(words)


def _name_and_address(words: list[str]) -> tuple[str, str]:
    addresses = [word for word in words if "@" in word]
    if len(addresses) != 1:
        return "", " ".join(words)
    return " ".join(word for word in words if "@" not in word), addresses[0]


def _first_name_first(name: str) -> str:
    """Berg, Anna is Anna Berg."""
    parts = [" ".join(part.strip(_AROUND).split()) for part in name.split(",")]
    parts = [part for part in parts if part]
    return " ".join(reversed(parts) if len(parts) == 2 else parts)


def _fault_of(address: str, name: str) -> str:
    if not address:
        return "There is no address between < and >."
    if " " in address and address.count("@") > 1:
        return f"Put a comma between the people in “{_shortened(address)}”."
    try:
        _is_email(address)
    except ValidationError:
        return f"“{_shortened(address)}” is no e-mail address."
    if len(address) > 254:
        return "This address is too long."
    if _LINK.search(name):
        return "Write the name without a link."
    return f"“{_shortened(name)}” is too long for a name." if len(name) > LONGEST_NAME else ""


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
