"""Model forms that ask the account's own rules before the database has to."""

from __future__ import annotations

from typing import Any

from django import forms

from tenancy.fields import AccountChoiceField


class AccountModelForm(forms.ModelForm):
    """A form on an account's record: constraints that name the account are asked too.

    What is no longer offered for new work stays a choice where it was chosen before.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, AccountChoiceField):
                field.offer(present=getattr(self.instance, f"{name}_id", None))

    def _get_validation_exclusions(self) -> set[str]:
        # The account is never a field of the form, and Django skips every constraint that
        # names a field the form does not have.
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - {"account"}

    def changes(self) -> dict[str, list[str]]:
        """What this form changes, for the audit log: field → [old, new], as shown to people."""
        return {
            name: [_shown(self, name, self.get_initial_for_field(self.fields[name], name)),
                   _shown(self, name, self.cleaned_data.get(name))]
            for name in self.changed_data
            if name in (self._meta.fields or ())
        }  # fmt: skip


class VersionedModelForm(AccountModelForm):
    """A form that notices when somebody else saved first, and then shows both values.

    ``conflict`` lists (label, theirs, mine) for the fields that differ; it is empty otherwise.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflict: list[tuple[str, str, str]] = []
        self.stored_version = self.instance.version
        self.initial["version"] = self.stored_version
        if self.instance._state.adding:
            del self.fields["version"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "version" in self.fields and cleaned.get("version") != self.stored_version:
            self._note_conflict(cleaned)
        return cleaned

    def save(self, commit: bool = True) -> Any:
        if "version" in self.fields and commit:
            return self.instance.save_checked(self.stored_version)
        return super().save(commit)

    def _note_conflict(self, cleaned: dict[str, Any]) -> None:
        for name in self.changed_data:
            if name == "version" or name not in cleaned:
                continue
            theirs = _shown(self, name, self.get_initial_for_field(self.fields[name], name))
            self.conflict.append((str(self.fields[name].label), theirs, _shown(self, name, cleaned[name])))
        self.add_error(
            None,
            "Somebody else saved this record while you were editing. Nothing of yours is stored yet. "
            "What you typed is kept below beside what is stored now: check it and save again.",
        )
        typed: Any = self.data.copy()  # type: ignore[attr-defined]
        typed[self.add_prefix("version")] = self.stored_version
        self.data = typed


def _shown(form: forms.ModelForm, name: str, value: Any) -> str:
    if value in (None, ""):
        return ""
    field: Any = form.fields[name]
    if hasattr(field, "show"):  # it knows how its values read
        return str(field.show(value))
    if isinstance(field, forms.ModelChoiceField):
        rows: Any = field.queryset
        found = value if hasattr(value, "pk") else rows.filter(pk=value).first()
        return str(found or "")
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        words = dict(choices)
        several = value if isinstance(value, list) else [value]
        return ", ".join(str(words.get(each, each)) for each in several)
    return str(value)
