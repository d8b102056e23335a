"""The registers that change with the program: files beside this one, for people to read, checked when they are read."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from accounts.choices import country_name
from datamap import Category, Interest

FOLDER = Path(__file__).parent
NOTICE = timedelta(days=30)  # between telling firms of a processor and its first day

SALE_IS_POSSIBLE = False
"""No column, no form and no setting changes this: there is nothing in the program that could sell (103, 120)."""


class BadRegister(ImproperlyConfigured):
    """A file of a register says something that can't be."""


@dataclass(frozen=True)
class Authority:
    """Whom people of one country may turn to (117)."""

    country: str
    name: str
    in_english: str
    site: str

    @property
    def place(self) -> str:
        return country_name(self.country)


@dataclass(frozen=True)
class Processor:
    """Somebody else who works for us on personal data (83)."""

    key: str
    name: str
    service: str
    does: str
    categories: tuple[str, ...]
    country: str
    mechanism: str
    policy: str
    announced: date
    since: date
    agreement: str = ""
    hosts: tuple[str, ...] = ()
    used_when: str = ""

    @property
    def place(self) -> str:
        return country_name(self.country)

    @property
    def is_switched_on(self) -> bool:
        """Whether this installation uses them at all."""
        return not self.used_when or SWITCHES[self.used_when]()

    @property
    def is_to_come(self) -> bool:
        return self.since > timezone.now().date()

    @property
    def travels(self) -> bool:
        """Data leaves the country where the rest is kept."""
        return bool(self.country != settings.OPERATOR.country)


def _cards() -> bool:
    return bool(settings.STRIPE_API_KEY and not settings.STRIPE_API_BASE)


SWITCHES: dict[str, Callable[[], bool]] = {"cards": _cards}


@dataclass(frozen=True)
class Assessment:
    """Why an interest of ours weighs enough, and what keeps it in bounds (106, 108)."""

    interest: Interest
    aim: str
    need: str
    balance: str
    safeguards: str
    reviewed_on: date


@dataclass(frozen=True)
class CollectionPoint:
    """A public page that asks people about themselves (54)."""

    page: str
    name: str
    asks: tuple[str, ...]
    purpose: str
    choices: str


@cache
def authorities() -> dict[str, Authority]:
    """The authority of each country that has one, by its code."""
    return {row["country"]: Authority(**row) for row in _rows("authorities.toml", "authority")}


def authority_of(country: str) -> Authority | None:
    """Whom somebody who lives there may turn to; None outside Europe."""
    return authorities().get(country)


@cache
def assessments() -> tuple[Assessment, ...]:
    """One for each interest that we rely on, in the order of the data map."""
    rows = {row["interest"]: row for row in _rows("interests.toml", "assessment")}
    missing = {str(interest) for interest in Interest} ^ rows.keys()
    if missing:
        raise BadRegister(f"interests.toml and the data map name other interests: {', '.join(sorted(missing))}")
    return tuple(Assessment(**{**rows[str(interest)], "interest": interest}) for interest in Interest)


@cache
def collection_points() -> tuple[CollectionPoint, ...]:
    """Every public page that asks people about themselves."""
    return tuple(CollectionPoint(**_worded(row, "asks")) for row in _rows("collection.toml", "point"))


def processors() -> tuple[Processor, ...]:
    """Everybody in the register, this installation's own included."""
    return (*processors_known(), *_own(settings.PROCESSORS_FILE))


def processors_known() -> tuple[Processor, ...]:
    """Those that come with the program, whoever runs it."""
    return _read_processors(FOLDER / "processors.toml")


def processors_used() -> tuple[Processor, ...]:
    """Those whom this installation uses, or will use."""
    return tuple(each for each in processors() if each.is_switched_on)


def recipients(categories: Iterable[str]) -> tuple[Processor, ...]:
    """Whoever gets something of these kinds already, in this installation (124)."""
    wanted = set(categories)
    return tuple(each for each in processors_used() if not each.is_to_come and wanted & set(each.categories))


def hosts() -> frozenset[str]:
    """Where our programs and pages may talk to: the hosts of whom this installation uses."""
    return frozenset(host for each in processors_used() if not each.is_to_come for host in each.hosts)


def _own(file: Path | None) -> tuple[Processor, ...]:
    return _read_processors(file) if file else ()


@cache
def _read_processors(file: Path) -> tuple[Processor, ...]:
    found = tuple(
        Processor(**{**_worded(row, "categories"), "hosts": tuple(row.get("hosts", ()))})
        for row in _rows(file, "processor")
    )
    faults = [fault for each in found for fault in _faults(each)]
    if faults:
        raise BadRegister(f"{file.name}: {'; '.join(faults)}")
    return found


def _faults(each: Processor) -> Iterable[str]:
    if each.since != each.announced and each.since - each.announced < NOTICE:
        yield f"{each.key} begins less than {NOTICE.days} days after firms are told"
    if each.used_when and each.used_when not in SWITCHES:
        yield f"{each.key} names an unknown switch, {each.used_when}"
    if not (each.mechanism and each.policy and each.does):
        yield f"{each.key} leaves something empty"


def _worded(row: dict[str, Any], field: str) -> dict[str, Any]:
    """The row with its categories as they are, each of them a word of the data map."""
    unknown = [word for word in row[field] if not Category.has(word)]
    if unknown:
        raise BadRegister(f"{unknown[0]} is no category of the data map")
    return {**row, field: tuple(row[field])}


def _rows(file: str | Path, name: str) -> list[dict[str, Any]]:
    path = FOLDER / file
    return list(tomllib.loads(path.read_text(encoding="utf-8")).get(name, []))
