"""What an admin may type about a field of the firm's own."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet

from accounts import choices
from crm.fields import actions
from crm.models import CustomField
from lib.text import fold
from tenancy.forms import VersionedModelForm

CHOSEN = ("choice", "choices")
LONGEST_CHOICE = 100


class ChoiceRow(forms.Form):
    """One choice: what it is called, where it stands, and whether it is still offered."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=60)
    label = forms.CharField(label="Choice", max_length=LONGEST_CHOICE)
    place = forms.IntegerField(label="Place", min_value=1, max_value=actions.MOST_CHOICES)
    is_retired = forms.BooleanField(label="Not offered any more", required=False)


ChoiceRows: type[BaseFormSet] = forms.formset_factory(ChoiceRow, extra=0, max_num=actions.MOST_CHOICES)


class FieldForm(VersionedModelForm):
    """A field. Its kind is settled when it is added; choices are renamed and retired, so that no value is lost."""

    more = forms.CharField(label="Choices", required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 5}))

    class Meta:
        model = CustomField
        fields = ["label", "hint", "currency", "is_required", "is_personal"]
        labels = {
            "hint": "Hint",
            "is_required": "Needed: who adds or changes a record on its page fills it in",
            "is_personal": "About a person: it is theirs to see, correct and have erased",
        }
        help_texts = {"hint": "Stands under the field, as this one does."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_new, kind = self.instance._state.adding, self.instance.kind
        self.former = list(self.instance.choices)
        if not (self.is_new and kind == "money"):
            del self.fields["currency"]
        else:
            self.fields["currency"] = forms.ChoiceField(choices=choices.currencies(), help_text="Settled for good.")
        if kind not in CHOSEN:
            del self.fields["more"]
        more = self.fields.get("more")
        if more:
            more.required = self.is_new
            more.label = "Choices" if self.is_new else "More choices"
            more.help_text = "One in a line, in the order in which they are offered."
        rows = [{**choice, "place": number} for number, choice in enumerate(self.former, start=1)]
        self.rows = ChoiceRows(self.data if self.is_bound else None, prefix="choices", initial=rows)

    def is_valid(self) -> bool:
        return all([super().is_valid(), not self._has_rows or self.rows.is_valid()])

    @property
    def _has_rows(self) -> bool:
        return bool(self.former) and "choices-TOTAL_FORMS" in self.data

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.instance.label_key = fold(cleaned.get("label", self.instance.label))
        if "more" in self.fields and not self.errors:
            self.instance.choices = self._choices(cleaned.get("more", ""))
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        # Both are given, and "once per kind of record" must be asked all the same.
        return super()._get_validation_exclusions() - {"noun", "label_key"}

    def _choices(self, more: str) -> list[dict[str, Any]]:
        kept = self._kept()
        added = [" ".join(line.split()) for line in more.splitlines() if line.strip()]
        found = [*kept, *actions.new_choices(added, kept)]
        self._check([choice["label"] for choice in found])
        return found

    def _kept(self) -> list[dict[str, Any]]:
        """The present choices as the rows name and order them; a row that is not there leaves its choice alone."""
        if not self._has_rows or not self.rows.is_valid():
            return self.former
        typed = {row["key"]: row for row in self.rows.cleaned_data}
        places = {choice["key"]: number for number, choice in enumerate(self.former, start=1)}
        renamed = [
            {
                "key": choice["key"],
                "label": " ".join(typed.get(choice["key"], choice)["label"].split()),
                "is_retired": typed.get(choice["key"], choice)["is_retired"],
            }
            for choice in self.former
        ]

        def place(choice: dict[str, Any]) -> tuple[int, int]:
            stood = places[choice["key"]]
            wanted = typed[choice["key"]]["place"] if choice["key"] in typed else stood
            return wanted, 0 if wanted < stood else 1  # who is moved up goes before who stands there

        return sorted(renamed, key=place)

    def _check(self, labels: list[str]) -> None:
        if twice := [label for label, times in Counter(map(fold, labels)).items() if times > 1]:
            raise ValidationError(f"The choice “{twice[0]}” is there twice.")
        if long := [label for label in labels if len(label) > LONGEST_CHOICE]:
            raise ValidationError(f"“{long[0][:60]}…” is too long: a choice has at most {LONGEST_CHOICE} characters.")
        if any(";" in label for label in labels):
            raise ValidationError("A choice can't hold a semicolon: it stands between choices in files.")
        if len(labels) > actions.MOST_CHOICES:
            raise ValidationError(f"A field has at most {actions.MOST_CHOICES} choices; these are {len(labels)}.")
        if not labels:
            raise ValidationError("Write at least one choice.")

    def changes(self) -> dict[str, list[str]]:
        changes = super().changes()
        if self.instance.choices != self.former:
            changes["choices"] = [_listed(self.former), _listed(self.instance.choices)]
        return changes

    def save(self, commit: bool = True) -> Any:
        if self.is_new:
            return actions.add(self.instance)
        if changes := self.changes():
            actions.change(self.instance, expected=self.stored_version, changes=changes)
        return self.instance


def _listed(found: list[dict[str, Any]]) -> str:
    return ", ".join(f"{each['label']}{' (not offered)' if each['is_retired'] else ''}" for each in found)
