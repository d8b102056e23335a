"""What a person may note of a contact's rights."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.files.purposes import Unwelcome
from accounts.files.stored import store
from accounts.models import Membership
from crm.contact_privacy import actions
from crm.models import Contact, ContactConsent
from crm.stored_files import PROOF
from tenancy.forms import AccountModelForm, VersionedModelForm

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def say_nothing_chosen(field: Any, words: str) -> None:
    """In place of a row of dashes."""
    field.choices = [("", words), *(choice for choice in field.choices if choice[0])]


class FactsForm(VersionedModelForm):
    """Where the data comes from, why the firm may keep it, and until when."""

    class Meta:
        model = Contact
        fields = ["source", "legal_basis", "retention_until", "retention_reason"]
        widgets = {"retention_until": DATE}
        labels = {"retention_until": "Keep until", "retention_reason": "Why until then"}
        help_texts = {
            "source": "Where the firm knows them from.",
            "retention_until": "Afterwards it is listed for review. Nothing is deleted by itself.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_nothing_chosen(self.fields["legal_basis"], "Not said")

    def save(self, commit: bool = True) -> Contact:
        return actions.set_facts(self.instance, self.changes(), expected=self.stored_version)


class ConsentForm(AccountModelForm):
    """What they said about mail, when and how, and the proof."""

    proof = forms.FileField(required=False, help_text="A picture, a PDF or a text, up to 10 MB.")

    class Meta:
        model = ContactConsent
        fields = ["permission", "said_on", "how", "words"]
        widgets = {"said_on": DATE, "words": forms.Textarea(attrs={"rows": 3})}
        labels = {"words": "The words they agreed to, or wrote"}

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        self.initial["said_on"] = timezone.localdate()
        for name in {"permission", "how"} & self.fields.keys():
            say_nothing_chosen(self.fields[name], "Choose")

    def clean_said_on(self) -> Any:
        day = self.cleaned_data["said_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("That day is still to come.")
        return day

    def clean_words(self) -> str:
        return str(self.cleaned_data["words"]).replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        file = cleaned.get("proof")
        if file and not self.errors:
            try:
                self.instance.file = store(file.chunks(), purpose=PROOF, name=file.name, by=self.member)
            except Unwelcome as trouble:
                self.add_error("proof", str(trouble))
        return cleaned

    def save(self, commit: bool = True) -> ContactConsent:
        return actions.note_consent(self.instance, by=self.member)


class ReasonForm(forms.Form):
    """Why a contact is restricted, or no more."""

    reason = forms.CharField(max_length=300)


class ReviewForm(forms.Form):
    """A later day until which a contact is kept, with its reason."""

    retention_until = forms.DateField(label="Keep until", widget=DATE)
    retention_reason = forms.CharField(label="Why until then", max_length=300)

    def clean_retention_until(self) -> Any:
        day = self.cleaned_data["retention_until"]
        if day <= timezone.localdate():
            raise forms.ValidationError("Choose a day to come.")
        return day
