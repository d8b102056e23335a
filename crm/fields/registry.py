"""Which fields of its own the active account has. Read once per request or task, in one statement."""

from __future__ import annotations

from crm.models import CustomField
from tenancy.context import memory
from tenancy.written import Written

_ALL = Written.whole(CustomField, "noun", "position", "id")


def definitions(noun: str) -> list[CustomField]:
    """The fields that records of this kind ("contact", "company", "deal") have, in the firm's order."""
    return [field for field in every(noun) if not field.is_archived]


def every(noun: str) -> list[CustomField]:
    """The same with archived ones, whose values are kept."""
    return [field for field in _all() if field.noun == noun]


def find(noun: str, key: str) -> CustomField | None:
    """The field of this key, unless it is archived or there is none."""
    return next((field for field in definitions(noun) if field.key == key), None)


def _all() -> list[CustomField]:
    found = memory()
    if CustomField not in found:
        found[CustomField] = _ALL.records(CustomField)
    fields: list[CustomField] = found[CustomField]
    return fields
