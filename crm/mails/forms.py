"""A mail that somebody logs by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Membership
from crm.forms import Lines
from crm.mails import actions, reading
from crm.models import Mail
from tenancy.forms import AccountModelForm


class MailForm(AccountModelForm):
    """Who wrote what to whom, and when. Private, unless it is shared at once."""

    sent_at = forms.DateTimeField(
        label="When", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    body = forms.CharField(
        label="What it says",
        required=False,
        max_length=reading.LONGEST_BODY,
        widget=Lines(attrs={"rows": 10, "dir": "auto"}),
    )
    is_shared = forms.BooleanField(label="Share it with everybody who may see this record", required=False)

    class Meta:
        model = Mail
        fields = ["direction", "subject", "sender", "recipients", "sent_at"]

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.member = member
        self.initial["sent_at"] = timezone.localtime().replace(second=0, microsecond=0)
        self.fields["subject"].required = True

    def clean_sent_at(self) -> datetime:
        sent_at: datetime = self.cleaned_data["sent_at"]
        if not reading.is_possible(sent_at):
            raise forms.ValidationError("No mail was sent on that day. Check the year.")
        return sent_at

    def save(self, commit: bool = True) -> Any:
        mail = actions.note(self.instance, self.cleaned_data.get("body", ""))
        return actions.share(mail, expected=mail.version) if self.cleaned_data["is_shared"] else mail
