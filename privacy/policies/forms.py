"""What staff say when they publish a version."""

from __future__ import annotations

from django import forms

from accounts import documents

MATERIAL = [("", "Choose"), ("yes", "It matters: people get or lose something"), ("no", "Only the wording changes")]


class PublishForm(forms.Form):
    """A version of one document."""

    kind = forms.ChoiceField(choices=list(documents.TITLES.items()), widget=forms.HiddenInput)
    is_material = forms.ChoiceField(label="What kind of change", choices=MATERIAL)
    effective_on = forms.DateField(
        label="Holds from",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="A change that matters: 30 days from now, or later.",
    )
    summary = forms.CharField(
        label="What is different, in a sentence or two",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Owners read this in a letter, everybody in Candor and beside the version.",
    )
