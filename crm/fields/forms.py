"""The firm's own fields in the forms of records."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField

from crm.fields.registry import definitions
from crm.models import CustomField

Json = Any
SHOWN = "custom_shown"


class OwnValue(forms.Field):
    """A value of one own field. ``present`` is the value that stands there now."""

    def __init__(self, definition: CustomField, present: Json = None) -> None:
        self.definition, self.present = definition, present
        hint = definition.hint or (f"In {definition.currency}." if definition.kind == "money" else "")
        super().__init__(
            label=definition.label,
            required=definition.is_required,
            help_text=hint,
            widget=_widget(definition, present),
        )

    def prepare_value(self, value: Json) -> Any:
        """What the field is filled with: the text of a value, the key of a choice."""
        return self.definition.plain(value) if isinstance(value, bool | int | float) else value

    def to_python(self, value: Any) -> Json:
        if self.definition.kind == "choices":
            return self.definition.accept([each for each in value or [] if each])
        if self.definition.kind == "choice":
            return self.definition.accept(value or None)
        return self.definition.parse(value or "")

    def validate(self, value: Json) -> None:
        super().validate(value)
        if gone := self.definition.of_kind.retired(value, self.present):
            raise ValidationError(f"“{gone[0]}” is not offered any more.")

    def has_changed(self, initial: Json, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True

    def show(self, value: Json) -> str:
        """For people, where two values stand side by side."""
        return self.definition.show(value)


class Shown(forms.CharField):
    """Which own fields the page showed: a box that nobody ticked and a field added meanwhile look alike."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class OwnFieldsForm(forms.BaseForm):
    """Mixed into a record's form, before it: the fields that the firm added. What was not shown stays as it is."""

    instance: Any
    data: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own_fields = definitions(self.instance._meta.model_name)
        if self.is_bound:
            shown = str(self.data.get(self.add_prefix(SHOWN)) or "").split()
            self.own_fields = [field for field in self.own_fields if field.key in shown]
        if self.own_fields:
            self.fields[SHOWN] = Shown()
            self.initial[SHOWN] = " ".join(field.key for field in self.own_fields)
        for field in self.own_fields:
            present = self.instance.custom.get(field.key)
            self.fields[field.name_in_forms] = OwnValue(field, present)
            self.initial[field.name_in_forms] = present

    @property
    def own_values(self) -> list[BoundField]:
        """The own fields, for the page."""
        return [self[field.name_in_forms] for field in self.own_fields]

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        typed = {field.key: cleaned.get(field.name_in_forms) for field in self._typed()}
        every = {**self.instance.custom, **typed}
        self.instance.custom = {key: value for key, value in every.items() if value is not None}
        return cleaned

    def changes(self) -> dict[str, list[str]]:
        """As the form's own, with the own fields by their names."""
        changes: dict[str, list[str]] = super().changes()  # type: ignore[misc]
        for field in self._typed():
            if field.name_in_forms in self.changed_data:
                before, after = self.initial[field.name_in_forms], self.cleaned_data[field.name_in_forms]
                changes[field.name_in_log] = [field.plain(before), field.plain(after)]
        return changes

    def _typed(self) -> list[CustomField]:
        return [field for field in self.own_fields if field.name_in_forms in self.cleaned_data]


def _widget(field: CustomField, present: Json) -> forms.Widget:
    if field.kind == "long_text":
        return forms.Textarea(attrs={"rows": 3})
    if field.kind == "date":
        return forms.DateInput(attrs={"type": "date"})
    if field.kind == "yes_no":
        return forms.Select(choices=[("", ""), ("yes", "Yes"), ("no", "No")])
    if field.kind == "choice":
        return forms.Select(choices=[("", ""), *_offered(field, [present])])
    if field.kind == "choices":
        return forms.CheckboxSelectMultiple(choices=_offered(field, present or []))
    modes = {"number": "decimal", "money": "decimal", "link": "url"}
    return forms.TextInput(attrs={"inputmode": modes.get(field.kind, "text")})


def _offered(field: CustomField, present: list[Json]) -> list[tuple[str, str]]:
    """The choices still offered, and those that were chosen before."""
    return [
        (choice["key"], choice["label"])
        for choice in field.choices
        if not choice["is_retired"] or choice["key"] in present
    ]
