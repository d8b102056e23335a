"""Inputs that the forms of records share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from crm.models.field_kinds import number_in
from lib.text import fold

MOST_TAGS = 30


class Suggestions(forms.TextInput):
    """A text field that proposes what exists, by a list of the page; anything else may be typed."""

    def __init__(self, list_id: str, **attrs: Any) -> None:
        super().__init__(attrs={"list": list_id, "autocomplete": "off", **attrs})


class Lines(forms.Textarea):
    """Lines end as they are stored, whatever a browser makes of them: untouched text counts as unchanged."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else value


class TagsField(forms.CharField):
    """Words with commas between them, proposed from the page's list of tags; each once, in its first spelling."""

    def __init__(self, **kwargs: Any) -> None:
        words = "Several with commas between them."
        super().__init__(
            **{"required": False, "max_length": 1000, "help_text": words, "widget": Suggestions("tags"), **kwargs}
        )

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str | None) else ", ".join(value)

    def clean(self, value: Any) -> list[str]:
        return tidy_tags(super().clean(value).split(","))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(self.prepare_value(initial), data))


class AmountField(forms.DecimalField):
    """An amount as people write it: 1250, 12.50, 12,50 or 1 250.00. What could be read two ways is asked about."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        text = "" if value is None else str(value).replace("\0", "").strip()
        return super().to_python(number_in(text) if text else None)


class Names(forms.Field):
    """A list of names, as it stands in a program's body."""

    widget = forms.SelectMultiple

    def __init__(self) -> None:
        super().__init__(required=False)

    def clean(self, value: Any) -> list[str]:
        return tidy_tags(value or [])


def tidy_tags(names: Iterable[str]) -> list[str]:
    """Each once, in its first spelling."""
    tidy: dict[str, str] = {}
    for name in (" ".join(name.split()) for name in names):
        if name:
            tidy.setdefault(fold(name), name)
    if any(len(name) > 60 for name in tidy.values()):
        raise ValidationError("A tag has at most 60 characters.")
    if len(tidy) > MOST_TAGS:
        raise ValidationError(f"A record has at most {MOST_TAGS} tags.")
    return list(tidy.values())
