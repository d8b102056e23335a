"""Addresses of people who were erased here: an app above knows them, by marks alone; an import only asks.

Nothing of the one who was erased comes back, whatever the answer: what is imported is somebody new.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

from crm.imports.rows import Candidate
from crm.models import Contact, ContactEmail
from lib import formats

Knows = Callable[[Collection[str]], dict[str, date]]
_who_knows: list[Knows] = []


def register(knows: Knows) -> None:
    """``knows(addresses)`` says of which of them somebody was erased in the active account, and on which day."""
    _who_knows.append(knows)


def among(candidates: Collection[Candidate]) -> dict[int, str]:
    """The rows that bring the address of somebody who was erased here, each with a sentence.

    An address that a contact has by now is in use again: whoever wrote it down knew why.
    """
    asked = {address for each in candidates for address in _addresses(each)}
    found = {address: day for knows in _who_knows for address, day in knows(asked).items()} if asked else {}
    if not found:
        return {}
    in_use = {*Contact.objects.filter(email_lower__in=[*found]).values_list("email_lower", flat=True)}
    in_use |= {*ContactEmail.objects.filter(email_lower__in=[*found]).values_list("email_lower", flat=True)}
    days = {each.row: [found[one] for one in _addresses(each) if one in found.keys() - in_use] for each in candidates}
    return {row: _sentence(row, max(known)) for row, known in days.items() if known}


def _addresses(candidate: Candidate) -> list[str]:
    return [each.lower() for each in (candidate.email, *(address for address, _ in candidate.emails)) if each]


def _sentence(row: int, day: date) -> str:
    return f"Row {row}: Somebody with this address was erased here on {formats.day(day, 'year')}."
