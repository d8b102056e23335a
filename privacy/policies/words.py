"""What documents are composed from: the data map, the registers, the cookies and the promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from accounts import cookies
from datamap import Basis, Reason
from privacy.policies.promises import PROMISES
from privacy.registers import books, schedule
from privacy.registers.books import Processor
from privacy.registers.schedule import Californian, Collected

EXCEPTIONS = 132  # the promise that names the reasons for keeping something


@dataclass(frozen=True)
class Kind:
    """A row of the table of what we collect."""

    category: str
    sources: tuple[str, ...]
    purposes: tuple[str, ...]
    grounds: str
    recipients: tuple[str, ...]
    retentions: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A row of the Californian table."""

    category: str
    words: tuple[str, ...]
    sources: tuple[str, ...]
    purposes: tuple[str, ...]
    recipients: tuple[str, ...]


def words(processors: Sequence[Processor] | None = None) -> dict[str, Any]:
    """Everything that the templates of documents may say; with this installation's processors, or with others."""
    who = books.processors_used() if processors is None else processors
    return {
        "collected": [_kind(each, who) for each in schedule.collected()],
        "californian": [_row(each, who) for each in schedule.californian()],
        "processors": list(who),
        "assessments": books.assessments(),
        "cookies": list(cookies.REGISTER.values()),
        "reasons": [reason for reason in Reason if reason.is_usable or reason is Reason.RESEARCH],
        "has_exceptions": not PROMISES[EXCEPTIONS].missing,
        "backups_days": settings.BACKUPS_KEPT.days,
    }


def _kind(each: Collected, who: Sequence[Processor]) -> Kind:
    return Kind(
        str(each.category),
        tuple(map(str, each.sources)),
        each.purposes,
        ", ".join(_grounds(each)),
        _recipients(frozenset({str(each.category)}), who),
        tuple(map(str, each.retentions)),
    )


def _grounds(each: Collected) -> list[str]:
    """The bases in words; a legitimate interest says which."""
    named = [str(basis) for basis in each.bases if basis is not Basis.LEGITIMATE_INTEREST]
    interests = ", ".join(map(str, each.interests))
    return [*named, f"legitimate interest ({interests})"] if interests else named


def _row(each: Californian, who: Sequence[Processor]) -> Row:
    return Row(each.category, each.words, each.sources, each.purposes, _recipients(each.kinds, who))


def _recipients(categories: frozenset[str], who: Sequence[Processor]) -> tuple[str, ...]:
    return tuple(each.name for each in who if categories & set(each.categories))
