"""Lists for programs, narrowed and ordered by the firm's own fields: ``?custom.level=gold&ordering=-custom.size``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import ValidationError

from accounts.api import lists
from accounts.api.fields import Schema
from accounts.api.values import Wrong, a_text
from crm.fields import keys
from crm.fields.registry import definitions
from crm.models import CustomField

PREFIX = "custom."
RANGES = {"number", "money", "date"}
FEW = {"choice", "choices", "yes_no"}
A_TEXT: Schema = {"type": "string", "maxLength": lists.LONGEST_TEXT}
ABOUT = (
    "By the firm's own fields: `custom.level` is a choice, yes or no (`true`), a day, or how a text begins; "
    "`custom.size_from` and `custom.size_to` are ends of numbers, amounts and days; `custom.level_given` is `true` or "
    "`false`."
)
SCHEMA: Schema = {
    "type": "object",
    "patternProperties": {r"^custom\.[a-z0-9_]+$": A_TEXT},
    "additionalProperties": False,
}
ORDER = r"^-?custom\.[a-z0-9_]+$"


def filters(noun: str) -> Iterator[lists.Filter]:
    """Those of the fields that records of this kind have."""
    for field in definitions(noun):
        yield _by_text(field, "", "starts" if field.kind not in RANGES | FEW else "is")
        yield _given(field)
        if field.kind in RANGES:
            yield _by_text(field, "_from", "at_least")
            yield _by_text(field, "_to", "at_most")


def orders(noun: str) -> dict[str, tuple[tuple[str, ...], dict[str, Any]]]:
    """Up and down by each field that can be sorted."""
    found = {}
    for field in definitions(noun):
        if field.of_kind.can_be_sorted:
            made = {"own_order": keys.ordering(field)}
            found[f"{PREFIX}{field.key}"] = ("own_order", "id"), made
            found[f"-{PREFIX}{field.key}"] = ("-own_order", "-id"), made
    return found


def _by_text(field: CustomField, end: str, operator: str) -> lists.Filter:
    return _filter(field, end, lambda text: keys.where(field, operator, a_text(text, lists.LONGEST_TEXT)))


def _given(field: CustomField) -> lists.Filter:
    return _filter(field, "_given", lambda text: keys.where(field, "is_set" if lists.a_flag(text) else "is_empty"))


def _filter(field: CustomField, end: str, condition: Callable[[str], Any]) -> lists.Filter:
    def read(text: str) -> Any:
        try:
            return condition(text)
        except ValidationError as refusal:
            raise Wrong(refusal.messages[0]) from None

    return lists.Filter(f"{PREFIX}{field.key}{end}", field.label, A_TEXT, read, lambda found, _: found)
