"""What an owner types about somebody outside."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts import choices, topics
from accounts.forms import a_name
from accounts.recipients import WebhookRecipient
from accounts.webhooks import addresses
from accounts.webhooks.actions import AT_MOST
from tenancy.forms import VersionedModelForm


class RecipientForm(VersionedModelForm):
    """A recipient: who it is, where, what for, and what it hears of."""

    url = forms.CharField(
        label="Address",
        max_length=500,
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://"}),
        help_text="Where messages are sent, beginning with https://.",
    )
    country = forms.ChoiceField(
        label="Where it is kept", choices=lambda: [("", "Choose a country"), *choices.countries()]
    )
    topics = forms.MultipleChoiceField(
        label="Hears of",
        choices=topics.labels,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one kind of record."},
    )

    class Meta:
        model = WebhookRecipient
        fields = ("name", "url", "purpose", "country", "topics")
        labels = {"name": "Recipient", "purpose": "What for"}
        help_texts = {
            "name": "Who gets the messages, such as “Nordic Books ApS”.",
            "purpose": "Such as “keeps our client list in the books”.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].validators.append(a_name)

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            addresses.place_of(url)
        except addresses.Refused as refusal:
            raise ValidationError(str(refusal)) from None
        return url

    def clean(self) -> dict[str, Any]:
        if self.instance._state.adding and WebhookRecipient.objects.count() >= AT_MOST:
            raise ValidationError(f"There are {AT_MOST} recipients already. Take one off the register first.")
        return super().clean()

    def said(self) -> dict[str, list[str]]:
        """What changed, for the log. An address may hold a secret: only its host is named."""
        changes = self.changes()
        if "url" in changes:
            changes["url"] = [_host(self.initial["url"]), _host(self.cleaned_data["url"])]
        return changes


def _host(url: str) -> str:
    return WebhookRecipient(url=url).host
