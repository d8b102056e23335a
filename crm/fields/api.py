"""The firm's own fields for programs: one object, by the fields' keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from accounts.api.fields import Field, Row, Schema
from accounts.api.values import Wrong
from crm.fields.forms import SHOWN, OwnValue
from crm.fields.registry import definitions
from crm.models import CustomField


@dataclass(frozen=True)
class OwnFields(Field):
    """The values of a record's own fields. Those that a body leaves out stay as they are; null clears one."""

    noun: str = ""

    is_plain = False
    columns = ("custom",)

    @property
    def form_names(self) -> tuple[str, ...]:
        return tuple(field.name_in_forms for field in definitions(self.noun))

    def show(self, row: Row) -> Any:
        return {field.key: field.told(row["custom"].get(field.key)) for field in definitions(self.noun)}

    def take(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Wrong("Write an object.")
        known = {field.key: field for field in definitions(self.noun)}
        if unknown := sorted(set(value) - set(known)):
            names = ", ".join(f"“{name[:60]}”" for name in unknown)
            raise Wrong(f"This account has no field of its own named {names}.")
        typed = {known[key].name_in_forms: _typed(known[key], given) for key, given in value.items()}
        return {SHOWN: " ".join(value), **typed}

    def schema(self, model: type[Model]) -> Schema:
        kinds = ["string", "number", "boolean", "array", "object", "null"]
        return {**super().schema(model), "type": "object", "additionalProperties": {"type": kinds}}


def _typed(field: CustomField, given: Any) -> Any:
    """What the page's form would hold for it."""
    try:
        return OwnValue(field).prepare_value(field.accept(given))
    except ValidationError as refusal:
        raise Wrong(f"{field.key}: {refusal.messages[0]}") from None
