"""What an owner says who closes the account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Account
from privacy.deletion.models import PersonErasure
from privacy.deletion.persons.mentions import mark
from privacy.deletion.persons.preview import Preview

DAYS = [(7, "7 days"), (14, "14 days"), (30, "30 days"), (60, "60 days"), (90, "90 days")]


class EraseForm(forms.Form):
    """Why somebody is erased, and their name, so that nobody erases the wrong one."""

    reason = forms.ChoiceField(label="Why")
    name = forms.CharField(label="Their name", max_length=300)
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, seen: Preview, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.who, self.mark = seen.who, mark(seen.mentions)
        grounds = [each for each in PersonErasure.Ground.choices if each[0] != PersonErasure.Ground.AGAIN]
        field: Any = self.fields["reason"]
        field.choices = grounds
        self.fields["name"].help_text = f"Type {self.who}, as a last check."
        self.initial["seen"] = self.mark

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if name.casefold() != " ".join(self.who.split()).casefold():
            raise ValidationError(f"That is not the name shown above; it is {self.who}.")
        return name

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("seen") != self.mark:
            self.data = {**self.data.dict(), "seen": self.mark} if hasattr(self.data, "dict") else self.data
            raise ValidationError("Somebody wrote about them meanwhile. Read the texts once more, and choose again.")
        return given


class CloseForm(forms.Form):
    """How long everybody may still take things along, and the account's name, so that nobody closes the wrong one."""

    days = forms.TypedChoiceField(
        label="Everything is erased after", coerce=int, choices=DAYS, initial=30, widget=forms.Select
    )
    reason = forms.CharField(
        label="Why you leave",
        required=False,
        max_length=300,
        help_text="It stands in your own log. We read it only if you let us.",
    )
    name = forms.CharField(label="The account’s name", max_length=120)

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self.fields["name"].help_text = f"Type {account.name}, as a last check."

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if name.casefold() != " ".join(self.account.name.split()).casefold():
            raise ValidationError(f"That is not the name of this account; it is {self.account.name}.")
        return name
