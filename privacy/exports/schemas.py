"""What stands in each file of an archive, as JSON Schema: made from the data map, so it can't tell anything else."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

import datamap
from privacy.exports.entities import Column, Entity

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_KINDS: tuple[tuple[type[Any], dict[str, Any]], ...] = (
    (models.UUIDField, {"type": "string", "format": "uuid"}),
    (models.BooleanField, {"type": "boolean"}),
    (models.DecimalField, {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}),
    (models.IntegerField, {"type": "integer"}),
    (models.DateTimeField, {"type": "string", "format": "date-time"}),
    (models.DateField, {"type": "string", "format": "date"}),
    (models.TimeField, {"type": "string", "pattern": r"^[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?$"}),
    (models.BinaryField, {"type": "string", "contentEncoding": "base64"}),
    (models.JSONField, {}),
)


def schema(entity: Entity) -> dict[str, Any]:
    """The schema of one line of an entity's file."""
    entry = datamap.registry.entry_of(entity.model)
    return {
        "$schema": DIALECT,
        "$id": f"{entity.name}.schema.json",
        "title": str(entity.model._meta.verbose_name),
        "description": entity.about,
        "type": "object",
        "properties": {column.name: _property(column) for column in entity.columns},
        "required": [column.name for column in entity.columns],
        "additionalProperties": False,
        "x-purposes": list(entry.purposes) if entry else [],
    }


def _property(column: Column) -> dict[str, Any]:
    field, answer = column.field, column.answer
    said: dict[str, Any] = {"description": str(getattr(field, "verbose_name", column.name))}
    said |= {"x-data-category": str(answer.category), "x-kept": str(answer.retention)}
    if column.to:
        # A row that an archive does not carry leaves its place empty.
        return {**said, "type": ["string", "null"], "format": "uuid", "x-reference": column.to}
    kind = kind_of(field)
    if field.null and "type" in kind:
        kind = {**kind, "type": [kind["type"], "null"]}
    if field.choices:
        said["x-words"] = {str(value): str(label) for value, label in field.flatchoices}
    return {**said, **kind}


def kind_of(field: Any) -> dict[str, Any]:
    """How a column's values are written in JSON."""
    if isinstance(field, ArrayField):
        return {"type": "array", "items": kind_of(field.base_field)}
    return dict(next((kind for model, kind in _KINDS if isinstance(field, model)), {"type": "string"}))
