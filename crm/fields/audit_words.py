"""How the log tells what happened to the firm's own fields."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ValidationError

from accounts.history import pages_of
from audit.words import Field, Kind, Noun, register, register_noun
from crm.fields.registry import every
from crm.models import CustomField

register(
    "Fields of your own",
    Kind("field.added", "Field added", "added [the field ]{record}", "plus"),
    Kind("field.changed", "Field changed", "changed {changes}[ of the field {record}]", "pencil"),
    Kind("field.moved", "Field moved", "moved [the field ]{record} to another place", "arrows-sort"),
    Kind("field.archived", "Field archived", "archived [the field ]{record}", "archive"),
    Kind("field.restored", "Field restored", "brought [the field ]{record} back", "archive-off"),
    Kind("field.deleted", "Field deleted", "deleted [the field ]{record} with {values} values", "trash"),
)
register_noun(
    Noun(
        "crm.customfield",
        "field",
        {
            "label": Field("Name"),
            "hint": Field("Hint"),
            "is_required": Field("Needed"),
            "is_personal": Field("About a person"),
            "choices": Field("Choices", is_long=True),
        },
        pages_of("fields:field", "field.manage", lambda member: CustomField.objects.all()),
    )
)


def own_fields(noun: str) -> Callable[[str], Field]:
    """How changes of a record's own fields are told: as this reader writes numbers and days."""

    def told(label: str) -> Field:
        field = next((field for field in every(noun) if field.label == label), None)
        return Field(label, lambda text: _shown(field, text), field.kind == "long_text") if field else Field(label)

    return told


def _shown(field: CustomField, text: str) -> str:
    """The log keeps values as files do; what no longer fits the field stays as it is."""
    try:
        return field.show(field.parse(text))
    except ValidationError as refusal:
        raise ValueError from refusal
